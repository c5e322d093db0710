/** `1-5`, `9`: whole numbers in any order, and twice; ascending, without overlap. */
export function foldRanges(numbers: readonly number[]): string[] {
  const runs: { first: number; last: number }[] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
}

/**
 * The numbers that `3,5-9%2` or `1-9:4` means, from 1 to `most`, ascending; what is no range is passed over.
 * @param text as schedulers write it: steps after `:`, a limit after `%`
 */
export function unfoldRanges(text: string, most: number): number[] {
  const numbers = new Set<number>();
  for (const range of text.replace(/%.*$/s, "").split(",")) {
    const match = /^(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?$/.exec(range.trim());
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Math.min(Number(match[2] ?? first), most);
    for (let at = first; at <= last; at += Math.max(1, Number(match[3] ?? 1)))
      if (at > 0) numbers.add(at);
  }
  return [...numbers].sort((a, b) => a - b);
}

/** How many numbers ranges hold that foldRanges made, joined by commas. */
export function countIn(ranges: string): number {
  return splitRanges(ranges).reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The first and the last number of each of these. */
export function splitRanges(ranges: string): (readonly [first: number, last: number])[] {
  return ranges.split(",").flatMap((range) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    return first === undefined ? [] : [[Number(first), Number(last)] as const];
  });
}
