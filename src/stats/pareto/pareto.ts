import type { Objective, Parameters } from "../../core/study.ts";
import type { Ranking } from "../rank.ts";
import type { TrialTable } from "../trial-table.ts";
import { findFront } from "./front.ts";
import { measureHypervolume, type Point } from "./region.ts";

/** The rows of a ranking that no other one beats: none is as good in every objective, and better in one. */
export interface ParetoFront {
  readonly objectives: readonly Objective[];
  /** Best in the first objective first; equal ones are all here. */
  readonly members: readonly {
    readonly number: number;
    readonly params: Parameters;
    /** In the order of the objectives: means over replicates. */
    readonly values: readonly number[];
  }[];
  /** Rows of the present setting that could be members: they meet all requirements and tell all objectives. */
  readonly candidates: number;
  /** Rows that meet all requirements, and do not tell all objectives. */
  readonly untold: number;
  /** The worst value that a candidate has of each objective. */
  readonly reference: readonly number[];
  /** The best one. */
  readonly ideal: readonly number[];
  /**
   * Size of what the front is better than, up to the reference, in the product of the objectives' units. Null where it is
   * too large for a number, or four objectives have more than 2,000 members.
   */
  readonly hypervolume: number | null;
  /** How it grew towards this reference, at each change, or at most at 50 moments that lie evenly; empty without it. */
  readonly overTime: readonly {
    /** Candidates that had ended, a row with its last replicate. */
    readonly ended: number;
    /** Since the first of them began; null where times are not known. */
    readonly seconds: number | null;
    readonly hypervolume: number;
  }[];
}

export interface Moments {
  readonly start: number;
  readonly end: number;
}

/** What a front needs to know of the ranking's table. */
interface Source {
  readonly table: TrialTable;
  /** Called where there are several objectives: of a row. */
  readonly momentsOf: (() => (row: number) => Moments | undefined) | undefined;
}

const MOST_MOMENTS = 50;
/** Of four objectives: beyond this its hypervolume takes seconds. */
const MOST_MEMBERS = 2000;
/** Members squared, of all moments together, that four objectives take half a second for. */
const FOUR_BUDGET = 6e6;

/** @param ranking of rows that meet all requirements */
export function findParetoFront(
  ranking: Ranking,
  objectives: readonly Objective[],
  source: Source,
): ParetoFront | null {
  if (objectives.length < 2) return null;
  const signs = objectives.map(({ direction }) => (direction === "maximize" ? -1 : 1));
  const columns = objectives.map(({ metric }) => ranking.asked.get(metric) ?? new Float64Array());
  const places = [...ranking.firsts.keys()].filter((place) =>
    columns.every((column) => Number.isFinite(column[place])),
  );
  const points = places.map((place): Point =>
    columns.map((column, at) => (signs[at] ?? 1) * (column[place] ?? NaN)),
  );
  const front = findFront(points);
  const ends = signs.map((_, at) => spanOf(points, at));
  const reference = ends.map(({ worst }) => worst);
  const hypervolume = measure(
    front.map((each) => points[each] ?? []),
    reference,
  );
  const history = { points, reference, members: front.length };
  const toValue = (loss: number, at: number): number => (signs[at] ?? 1) * loss + 0;
  return {
    objectives,
    members: front.map((each) => describeMember(places[each] ?? 0, columns, ranking, source)),
    ...{ candidates: points.length, untold: ranking.firsts.length - points.length },
    reference: reference.map(toValue),
    ideal: ends.map(({ best }) => best).map(toValue),
    hypervolume,
    overTime: hypervolume === null ? [] : followGrowth(history, sortByEnd(ranking, places, source)),
  };
}

function describeMember(
  place: number,
  columns: readonly Float64Array[],
  { firsts }: Ranking,
  { table }: Source,
): ParetoFront["members"][number] {
  const row = firsts[place] ?? 0;
  return {
    ...{ number: table.numbers[row] ?? NaN, params: table.paramsOf(row) },
    values: columns.map((column) => column[place] ?? NaN),
  };
}

function spanOf(points: readonly Point[], at: number): { best: number; worst: number } {
  let [best, worst] = [Infinity, -Infinity];
  for (const point of points) {
    best = Math.min(best, point[at] ?? NaN);
    worst = Math.max(worst, point[at] ?? NaN);
  }
  return points.length === 0 ? { best: 0, worst: 0 } : { best, worst };
}

function measure(front: readonly Point[], reference: Point): number | null {
  if (reference.length > 3 && front.length > MOST_MEMBERS) return null;
  const size = measureHypervolume(front, reference);
  return Number.isFinite(size) ? size : null;
}

/** A candidate when it had ended. */
interface Ended {
  /** Place among the points. */
  readonly place: number;
  readonly seconds: number | null;
}

function sortByEnd(ranking: Ranking, places: readonly number[], source: Source): readonly Ended[] {
  const momentsOf = source.momentsOf?.();
  const moments = places.map((place) =>
    [...ranking.rowsAt(place)].flatMap((row) => momentsOf?.(row) ?? []),
  );
  const first = moments.flat().reduce((least, { start }) => Math.min(least, start), Infinity);
  return moments
    .map((own, place): Ended => {
      const end = own.reduce((last, each) => Math.max(last, each.end), -Infinity);
      return { place, seconds: Number.isFinite(end) ? end - first : null };
    })
    .sort((a, b) => (a.seconds ?? Infinity) - (b.seconds ?? Infinity) || a.place - b.place);
}

interface History {
  readonly points: readonly Point[];
  readonly reference: Point;
  /** Of the front in the end. */
  readonly members: number;
}

function followGrowth(
  { points, reference, members }: History,
  order: readonly Ended[],
): ParetoFront["overTime"] {
  const budget = reference.length > 3 ? Math.floor(FOUR_BUDGET / members ** 2) : MOST_MOMENTS;
  const moments = Math.min(order.length, Math.max(1, Math.min(MOST_MOMENTS, budget)));
  const growth: ParetoFront["overTime"][number][] = [];
  let front: readonly Point[] = [];
  let ended = 0;
  for (let moment = 1; moment <= moments; moment++) {
    const end = Math.round((moment * order.length) / moments);
    const later = order.slice(ended, end).map(({ place }) => points[place] ?? []);
    const all = [...front, ...later];
    front = findFront(all).map((place) => all[place] ?? []);
    ended = end;
    const hypervolume = measure(front, reference);
    if (hypervolume === null || hypervolume === growth.at(-1)?.hypervolume) continue;
    growth.push({ ended, seconds: order[end - 1]?.seconds ?? null, hypervolume });
  }
  return growth;
}
