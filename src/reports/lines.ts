/** The widest that a line for a person is. */
export const COLUMNS = 100;

const LEVELS = "▁▂▃▄▅▆▇█";

/**
 * A row of bars: the values in order, as many taken together for a bar as it needs to fit.
 * @param values finite
 * @param cells most bars
 */
export function drawSparkline(values: readonly number[], cells: number): string {
  const count = Math.min(cells, values.length);
  const bars = Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * values.length) / count);
    const own = values.slice(from, Math.floor(((bar + 1) * values.length) / count));
    // Halved first: the sum of two large numbers may be none.
    return own.reduce((sum, value) => sum + value / own.length, 0);
  });
  const low = Math.min(...bars);
  const high = Math.max(...bars);
  const levelOf = (value: number): number => {
    if (high === low) return 3;
    const share = (value / 2 - low / 2) / (high / 2 - low / 2);
    return Math.round(share * (LEVELS.length - 1));
  };
  return bars.map((value) => LEVELS.charAt(levelOf(value))).join("");
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar as long as a share in [0, 1] of so many cells, to an eighth of a cell. */
export function drawBar(share: number, cells: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * cells * 8);
  return "█".repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? "");
}

/**
 * Parts one after another, a new line begun where one would be too wide.
 * @param first what stands before them; further lines are indented as far as `indent` says
 */
export function wrapParts(first: string, parts: readonly string[], indent = 2): string {
  const lines: string[] = [];
  let line = first;
  for (const [place, part] of parts.entries()) {
    const piece = `${part}${place < parts.length - 1 ? "," : ""}`;
    const isEmpty = line.trim() === "";
    const joined = isEmpty || line.endsWith(" ") ? `${line}${piece}` : `${line} ${piece}`;
    if (joined.length > COLUMNS && !isEmpty) {
      lines.push(line.trimEnd());
      line = `${" ".repeat(indent)}${piece}`;
    } else line = joined;
  }
  return [...lines, line].join("\n");
}

/** Text in lines of at most 100 columns, broken at blanks, and within words that are longer. */
export function wrapText(text: string, indent = 0): string {
  const width = COLUMNS - indent;
  const pieces = text
    .split(" ")
    .flatMap((word) => word.match(new RegExp(`.{1,${width}}`, "gsu")) ?? [""]);
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= width)
      lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines.map((line) => `${" ".repeat(indent)}${line}`).join("\n");
}
