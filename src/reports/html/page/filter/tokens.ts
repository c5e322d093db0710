/** A word of a filter. */
export type Token =
  | { readonly kind: "name" | "text"; readonly text: string }
  | { readonly kind: "number"; readonly text: string; readonly value: number }
  | { readonly kind: "sign"; readonly text: string };

/** Why a filter cannot be read, in words for who typed it. */
export class FilterError extends Error {}

const PATTERN =
  /\s*(?:(<=|>=|!=|==|[<>=~()])|"((?:[^"\\]|\\.)*)"|`([^`]*)`|(-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])|([^\s<>=!~()"`]+))/gy;

/** Splits a filter into words. @throws FilterError */
export function splitFilter(text: string): readonly Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  let end = 0;
  for (let match = PATTERN.exec(text); match !== null; match = PATTERN.exec(text)) {
    end = PATTERN.lastIndex;
    tokens.push(toToken(match));
  }
  const rest = text.slice(end).trim();
  if (rest !== "") throw new FilterError(`cannot read ${rest.slice(0, 40)}`);
  return tokens;
}

function toToken([, sign, quoted, ticked, number, name]: RegExpExecArray): Token {
  if (sign !== undefined) return { kind: "sign", text: sign };
  if (quoted !== undefined) return { kind: "text", text: quoted.replaceAll(/\\(.)/g, "$1") };
  if (number !== undefined) return { kind: "number", text: number, value: Number(number) };
  return { kind: "name", text: ticked ?? name ?? "" };
}
