/** A value that was written as canonical JSON already, to stand inside another one. */
export class CanonicalText {
  readonly text: string;
  constructor(value: unknown) {
    this.text = canonicalJson(value);
  }
}

/** JSON with object keys in code-unit order and no blanks: one text for one value. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (value instanceof CanonicalText) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = value as Readonly<Record<string, unknown>>;
  // This is done for every trial: what is canonical as it stands is left to JSON.stringify, far faster.
  if (isFlatAndOrdered(members)) return JSON.stringify(members);
  let text = "";
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

function isFlatAndOrdered(members: Readonly<Record<string, unknown>>): boolean {
  let previous = "";
  for (const key of Object.keys(members)) {
    if (key < previous || typeof members[key] === "object") return false;
    previous = key;
  }
  return true;
}
