import { plural } from "../core/quantities.ts";
const HOME = "\u001b[H";
const CLEAR_LINE_END = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const CLEAR_ALL = "\u001b[2J";

/** Draws a text over and over in one place. */
interface Screen {
  draw(text: string): void;
}

/** A terminal, drawn from its upper left corner without flicker; what does not fit below is cut, and said so. */
export function createScreen(terminal: NodeJS.WriteStream): Screen {
  let isFirst = true;
  return {
    draw: (text) => {
      const lines = fit(text.trimEnd().split("\n"), terminal.rows);
      const body = lines.map((line) => `${line}${CLEAR_LINE_END}`).join("\n");
      terminal.write(`${isFirst ? CLEAR_ALL : ""}${HOME}${body}\n${CLEAR_BELOW}`);
      isFirst = false;
    },
  };
}

function fit(lines: readonly string[], rows: number): readonly string[] {
  // One row for the cursor, one for what was cut.
  const most = Math.max(1, rows - 2);
  if (!(lines.length > most)) return lines;
  return [...lines.slice(0, most), `... ${plural(lines.length - most, "more line")}`];
}
