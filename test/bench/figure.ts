/** One measured value beside a baseline measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `examples/s` is better when larger, `s`, `regret` and `epochs` when smaller. */
  readonly unit: "examples/s" | "s" | "regret" | "epochs";
  readonly baseline: number;
}

/** How many times better the value is than its baseline: above 1 is a win, whatever the unit. */
export function ratioOf({ value, unit, baseline }: Figure): number {
  return unit === "examples/s" ? value / baseline : baseline / value;
}

/** Prints a figure as one JSON line. */
export function printFigure(figure: Figure): void {
  const { name, value, unit, baseline } = figure;
  const line = { name, value: rounded(value), unit, baseline: rounded(baseline) };
  process.stdout.write(`${JSON.stringify({ ...line, ratio: rounded(ratioOf(figure)) })}\n`);
}

/** Says on stderr what is being done: stdout carries figures only. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** A quarter of the values are smaller. */
export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? NaN;
}

/** Four significant digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
