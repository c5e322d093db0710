import { median } from "../figure.ts";
import type { Standing } from "./simulate.ts";

/** What is known of a table beforehand. */
interface Judge {
  /** Expected of a row. */
  accuracyOf(row: number): number;
}

/**
 * How good the pick is expected to be once so much was spent: the median over searches. NaN where most of them had none by then. Of
 * standings those in which the pick changes are enough, and the last one.
 * @param budgets seconds of all trials together
 */
export function curveOf(
  searches: readonly (readonly Standing[])[],
  budgets: readonly number[],
  judge: Judge,
): readonly number[] {
  return budgets.map((budget) => {
    const accuracies = searches.map((standings) => {
      const last = standings.findLast(({ seconds }) => seconds <= budget);
      return last === undefined || last.row < 0 ? -Infinity : judge.accuracyOf(last.row);
    });
    const middle = median(accuracies);
    return Number.isFinite(middle) ? middle : NaN;
  });
}

/** A line for each way, in columns. @param shares of the grid's core-hours: 1/80 is 80 */
export function formatCurves(
  shares: readonly number[],
  curves: ReadonlyMap<string, readonly number[]>,
): string {
  const width = Math.max(...[...curves.keys()].map(({ length }) => length));
  const lines = [...curves].map(([name, curve]) => [
    name,
    ...curve.map((each) => (Number.isNaN(each) ? "-" : (100 * each).toFixed(2))),
  ]);
  return [["", ...shares.map((each) => `1/${each}`)], ...lines]
    .map(([name = "", ...cells]) =>
      [name.padEnd(width), ...cells.map((cell) => cell.padStart(5))].join(" "),
    )
    .join("\n");
}
