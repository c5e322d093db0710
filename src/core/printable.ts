/** Control and direction characters, which could rewrite a terminal. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of others, safe on a terminal: one line, control characters as `\u001b`. */
export function escapeControls(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** As `escapeControls`, but line ends and tabs stay. */
export function escapeWithinLines(text: string): string {
  return text
    .split(/(\r?\n|\t)/)
    .map((part, place) => (place % 2 === 0 ? escapeControls(part) : part.replace("\r", "")))
    .join("");
}
