import { formatValue, includesValue, isSameValue } from "../../core/parameter-value.ts";
import { countValues, valueAt } from "../../core/space/values.ts";
import type {
  Dimension,
  Distribution,
  Objective,
  ParameterValue,
  SearchSpace,
  ValueTest,
} from "../../core/study.ts";
import { listTests } from "../../core/space/combinations.ts";
import { passes } from "../../core/space/conditions.ts";
import { wilsonInterval } from "../moments.ts";
import type { ParameterColumn } from "../parameter-column.ts";
import { type Bin, binParameter } from "./bins.ts";
import type { SearchedParameter } from "./cell-grid.ts";
import { countTop, rankRows } from "./ranked-rows.ts";
import { narrowRange, type NumberLimits, type Side, widen } from "./search-range.ts";

/** What to search of a parameter next. */
export interface Suggestion {
  readonly name: string;
  readonly action: "narrow" | "widen" | "keep";
  /** As it is now where it is kept; where it is widened at one end, it may be narrowed at the other. */
  readonly dimension: Dimension;
  /** A sentence without a point. */
  readonly reason: string;
}

export interface SuggestionOptions {
  /** Parameters that matter beyond chance (ped-anova.ts): all others are kept. */
  readonly beyondChance: ReadonlySet<string>;
  /** What the trainer takes of a number, where that is known; else one whose values are all above 0 stays above it. */
  readonly limitsOf?: (name: string) => NumberLimits | undefined;
}

/** Of the best tenth; Optuna advises as many for PED-ANOVA. */
const LEAST_TOP_ROWS = 5;

/**
 * What the ranked rows say of where to search next. A value of which fewer rows are among the best tenth than of all rows, beyond
 * Wilson's interval, is left out, unless the best row has it or a condition names it; so are the ends of a range, as far as each
 * part of them reaches the best tenth at most half as often. Where the value at an edge reaches the best tenth most often of all, and more often than all rows do beyond the interval,
 * the search goes on beyond it. A parameter that does not matter beyond chance is kept, and so is one that
 * fewer than five of the best rows have.
 * @param objectives a row each; those that are not finite are left out
 */
export function suggestSpace(
  space: SearchSpace,
  columns: readonly ParameterColumn[],
  objectives: Float64Array,
  direction: Objective["direction"],
  options: SuggestionOptions,
): readonly Suggestion[] {
  const { losses, codes } = rankRows(columns, objectives, direction);
  const top = countTop(losses);
  const { dimensions } = space;
  return dimensions.map((dimension) => {
    const { name } = dimension;
    const keep = (reason: string): Suggestion => ({ name, action: "keep", dimension, reason });
    const at = columns.findIndex((column) => column.name === name);
    const [column, ranked] = [columns[at], codes[at]];
    if (dimensions.filter((each) => each.name === name).length > 1)
      return keep("its values depend on others");
    if (column === undefined || ranked === undefined) return keep("no result has it");
    if (!options.beyondChance.has(name)) return keep("its effect is not beyond chance");
    const tally = tallyBins({ column, distribution: dimension.distribution }, ranked, top);
    if (tally.topRows < LEAST_TOP_ROWS)
      return keep(`only ${tally.topRows} of the best tenth have it, too few to tell`);
    return suggest(dimension, tally, {
      limits: options.limitsOf?.(name),
      tests: listTests(dimensions, name),
    });
  });
}

/** A bin with rows, and how often its rows are among the best tenth. */
interface BinTally {
  readonly bin: Bin;
  readonly count: number;
  readonly top: number;
  readonly hasBest: boolean;
}

interface Tally {
  readonly bins: readonly BinTally[];
  readonly topRows: number;
  /** The share of the rows with the parameter that are among the best tenth of all. */
  readonly expected: number;
}

function tallyBins(parameter: SearchedParameter, codes: Int32Array, end: number): Tally {
  const { bins, binOfValue } = binParameter(parameter);
  const [counts, tops] = [new Int32Array(bins.length), new Int32Array(bins.length)];
  for (const [row, code] of codes.entries()) {
    const bin = binOfValue[code];
    if (code < 0 || bin === undefined) continue;
    counts[bin] = (counts[bin] ?? 0) + 1;
    if (row < end) tops[bin] = (tops[bin] ?? 0) + 1;
  }
  const sum = (values: Int32Array): number => values.reduce((total, value) => total + value, 0);
  const expected = sum(tops) / sum(counts);
  const best = binOfValue[codes.find((code) => code >= 0) ?? 0];
  const tallies = bins.flatMap((bin, at): BinTally[] => {
    const [count = 0, top = 0] = [counts[at], tops[at]];
    if (count === 0) return [];
    return [{ bin, count, top, hasBest: at === best }];
  });
  return { bins: tallies, topRows: sum(tops), expected };
}

interface Conditions {
  readonly limits: NumberLimits | undefined;
  /** What others that are searched under conditions ask of the parameter. */
  readonly tests: readonly ValueTest[];
}

function suggest(dimension: Dimension, tally: Tally, { limits, tests }: Conditions): Suggestion {
  const { name, distribution } = dimension;
  const edge = findEdge(tally, distribution);
  const wider = edge === null ? null : widen(distribution, edge.side, limits);
  const dropped = findDropped(tally, distribution, tests);
  const now = wider ?? distribution;
  const next = dropBins(now, tally, dropped);
  const reasons = [
    ...(edge === null ? [] : [describeEdge(edge, tally, wider !== null)]),
    ...(next === now ? [] : [describeDropped(dropped, tally)]),
  ];
  return {
    name,
    action: wider !== null ? "widen" : next === now ? "keep" : "narrow",
    dimension: { ...dimension, distribution: next },
    reason: reasons.join("; ") || "no value is clearly worse, and the best one is at no edge",
  };
}

interface Edge {
  readonly side: Side;
  readonly at: BinTally;
}

/** The end of what is searched at which it may go on; null where the best bin is at none, or is not better than all beyond chance. */
function findEdge({ bins, expected }: Tally, distribution: Distribution): Edge | null {
  const shares = bins.map(({ top, count }) => top / count);
  const best = bins[shares.indexOf(Math.max(...shares))];
  if (best === undefined || wilsonInterval(best.top, best.count).low <= expected) return null;
  const [low, high] = findEnds(distribution);
  const { bin } = best;
  if ((bin.kind === "value" ? bin.value : bin.low) === low) return { side: "low", at: best };
  return (bin.kind === "value" ? bin.value : bin.high) === high ? { side: "high", at: best } : null;
}

/** Undefined twice where values have no order, or there is but one. */
function findEnds(distribution: Distribution): readonly (ParameterValue | undefined)[] {
  if (distribution.kind !== "categorical") {
    const count = countValues(distribution);
    const last = Number.isFinite(count) ? valueAt(distribution, count - 1) : distribution.high;
    return [distribution.low, last];
  }
  const numbers = distribution.values.filter((value) => typeof value === "number");
  if (numbers.length < Math.max(2, distribution.values.length)) return [];
  const ascending = numbers.toSorted((a, b) => a - b);
  return [ascending[0], ascending.at(-1)];
}

/** Poor bins that can be left out: values of a list, but not all of them; of a range those at its ends, taken together. */
function findDropped(
  { bins, expected }: Tally,
  distribution: Distribution,
  tests: Conditions["tests"],
): readonly BinTally[] {
  const canGo = ({ bin, hasBest }: BinTally): boolean =>
    !hasBest && !tests.some((test) => isAskedFor(bin, test));
  if (distribution.kind !== "categorical") {
    const isWeak = (one: BinTally): boolean => canGo(one) && one.top / one.count <= expected / 2;
    const first = bins.findIndex((one) => !isWeak(one));
    const last = bins.findLastIndex((one) => !isWeak(one));
    const ends = first < 0 ? [] : [bins.slice(0, first), bins.slice(last + 1)];
    return ends.filter((end) => isPoor(end, expected)).flat();
  }
  const dropped = bins.filter(
    (one) =>
      canGo(one) &&
      isPoor([one], expected) &&
      one.bin.kind === "value" &&
      includesValue(distribution.values, one.bin.value),
  );
  return dropped.length < distribution.values.length ? dropped : [];
}

/** Whether fewer of these rows than of all are among the best tenth, beyond the interval. */
function isPoor(bins: readonly BinTally[], expected: number): boolean {
  const { top, count } = pool(bins);
  return count > 0 && wilsonInterval(top, count).high < expected;
}

function pool(bins: readonly BinTally[]): { readonly top: number; readonly count: number } {
  const sum = (key: "top" | "count"): number => bins.reduce((total, bin) => total + bin[key], 0);
  return { top: sum("top"), count: sum("count") };
}

/** Whether a condition holds for what is in a bin, or names it. */
function isAskedFor(bin: Bin, test: ValueTest): boolean {
  const named = [...(test.oneOf ?? []), ...(test.noneOf ?? [])];
  if (bin.kind === "value") return passes(test, bin.value) || includesValue(named, bin.value);
  return (
    passes(test, bin.low) ||
    passes(test, bin.high) ||
    named.some((value) => typeof value === "number" && value >= bin.low && value <= bin.high)
  );
}

function dropBins(
  distribution: Distribution,
  { bins }: Tally,
  dropped: readonly BinTally[],
): Distribution {
  if (dropped.length === 0) return distribution;
  if (distribution.kind === "categorical") {
    const isDropped = (value: ParameterValue): boolean =>
      dropped.some(({ bin }) => bin.kind === "value" && isSameValue(bin.value, value));
    return keepValues(distribution, (value) => !isDropped(value));
  }
  const kept = bins.filter((bin) => !dropped.includes(bin));
  const low = bins[0] === kept[0] ? distribution.low : endOf(kept[0]?.bin, "low");
  const high = bins.at(-1) === kept.at(-1) ? distribution.high : endOf(kept.at(-1)?.bin, "high");
  return narrowRange(distribution, low ?? distribution.low, high ?? distribution.high);
}

function keepValues(
  { values, weights, ...distribution }: Extract<Distribution, { kind: "categorical" }>,
  isKept: (value: ParameterValue) => boolean,
): Distribution {
  const kept = weights?.filter((_, at) => {
    const value = values[at];
    return value !== undefined && isKept(value);
  });
  return {
    ...distribution,
    values: values.filter(isKept),
    ...(kept === undefined ? {} : { weights: kept }),
  };
}

function endOf(bin: Bin | undefined, side: Side): number | undefined {
  if (bin?.kind === "part") return bin[side];
  return typeof bin?.value === "number" ? bin.value : undefined;
}

function describeEdge({ side, at }: Edge, { expected }: Tally, isWider: boolean): string {
  const place = side === "low" ? "lower" : "upper";
  const end = isWider ? "" : ", and nothing is known beyond it";
  return `${showBin(at.bin)}, its ${place} end, is among the best tenth in ${at.top} of ${at.count}, expected ${showShare(expected)}${end}`;
}

function describeDropped(dropped: readonly BinTally[], { expected }: Tally): string {
  const names = dropped.map(({ bin }) => showBin(bin)).join(", ");
  const { top, count } = pool(dropped);
  return `${names} left out, among the best tenth in ${top} of ${count}, expected ${showShare(expected)}`;
}

function showBin(bin: Bin): string {
  if (bin.kind === "value") return formatValue(bin.value);
  const show = (end: number): number => Number(end.toPrecision(3));
  return `${show(bin.low)} .. ${show(bin.high)}`;
}

function showShare(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
