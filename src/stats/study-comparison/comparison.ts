import { groupBy } from "../../core/objects.ts";
import type { Objective } from "../../core/study.ts";
import type { AttemptRecord } from "../ledger/attempt.ts";
import { costOf } from "../ledger/cost.ts";
import { type NamedBest, nameBest, rankTrials } from "../rank.ts";
import { type TrialOutcome, TrialTable } from "../trial-table.ts";
import { compareAtEqualCost, type Draw, type EqualCost } from "./expected-best.ts";
import { compareShared, meanOf, nameParameters, type SharedTrials } from "./shared.ts";

/** What costs are counted in: the first of these that is known of every attempt of both. */
export const COST_UNITS = [
  "CPU-hours asked for",
  "CPU-hours measured",
  "hours of wall time",
] as const;
export type CostUnit = (typeof COST_UNITS)[number];

/** One of two studies, all in one setting. */
export interface ComparedTrials {
  readonly outcomes: readonly TrialOutcome[];
  /** Those of these trials. */
  readonly attempts: readonly AttemptRecord[];
}

/** How one of them did. */
export interface SideSummary {
  readonly trials: number;
  readonly complete: number;
  readonly failed: number;
  /** Null where nothing is ranked. */
  readonly best: NamedBest | null;
  /** In the comparison's unit. */
  readonly cost: number;
}

export interface Comparison {
  readonly objective: Objective;
  readonly unit: CostUnit;
  readonly a: SideSummary;
  readonly b: SideSummary;
  readonly shared: SharedTrials;
  /** Ascending by budget, values as they were measured: with `minimize` lower is better, and differences below 0 are b's. */
  readonly equalCost: readonly EqualCost[];
  /** At the largest budget of both: which is better beyond chance; null where that cannot be told. */
  readonly better: "a" | "b" | null;
}

export function compareStudies(
  a: ComparedTrials,
  b: ComparedTrials,
  objective: Objective,
): Comparison {
  const unit = chooseUnit([...a.attempts, ...b.attempts]);
  const oriented = compareAtEqualCost(listDraws(a, unit, objective), listDraws(b, unit, objective));
  const difference = oriented.at(-1)?.difference ?? null;
  return {
    ...{ objective, unit },
    a: summarise(a, unit, objective),
    b: summarise(b, unit, objective),
    shared: compareShared(a.outcomes, b.outcomes, objective),
    equalCost: objective.direction === "maximize" ? oriented : oriented.map(turn),
    better:
      difference === null ? null : difference.low > 0 ? "b" : difference.high < 0 ? "a" : null,
  };
}

function chooseUnit(attempts: readonly AttemptRecord[]): CostUnit {
  const all = costOf(attempts);
  if (all.cpu.unknown === 0) return COST_UNITS[0];
  return all.measuredCpu.unknown === 0 ? COST_UNITS[1] : COST_UNITS[2];
}

function costIn(unit: CostUnit, attempts: readonly AttemptRecord[]): number {
  const { cpu, measuredCpu, wall } = costOf(attempts);
  const amounts = { [COST_UNITS[0]]: cpu, [COST_UNITS[1]]: measuredCpu, [COST_UNITS[2]]: wall };
  return amounts[unit].hours ?? 0;
}

/** One for each set of parameters of which anything has run to an end: what all attempts at all its replicates cost. */
function listDraws(
  { outcomes, attempts }: ComparedTrials,
  unit: CostUnit,
  objective: Objective,
): readonly Draw[] {
  const ran = attempts.filter(({ state }) => state !== "skipped");
  const byTrial = groupBy(ran, ({ trialId }) => trialId);
  const sign = objective.direction === "maximize" ? 1 : -1;
  return [...groupBy(outcomes, nameParameters).values()].flatMap((own): Draw[] => {
    const spent = own.flatMap(({ trialId }) => byTrial.get(trialId) ?? []);
    if (spent.length === 0) return [];
    const value = meanOf(own, objective);
    return [{ cost: costIn(unit, spent), score: value === null ? null : sign * value }];
  });
}

function summarise(
  { outcomes, attempts }: ComparedTrials,
  unit: CostUnit,
  objective: Objective,
): SideSummary {
  const table = new TrialTable();
  for (const outcome of outcomes) table.add({ ...outcome, setting: "" });
  const best = rankTrials(table, { objective }).rows.at(0);
  const count = (state: TrialOutcome["state"]): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  return {
    ...{ trials: outcomes.length, complete: count("complete"), failed: count("failed") },
    best: best === undefined ? null : nameBest(best),
    cost: costIn(unit, attempts),
  };
}

/** From scores, of which the higher is better, back to values of which the lower is. */
function turn({ budget, a, b, difference }: EqualCost): EqualCost {
  return { budget, a: negate(a), b: negate(b), difference: negate(difference) };
}

function negate(estimate: EqualCost["a"]): EqualCost["a"] {
  if (estimate === null) return null;
  return { value: 0 - estimate.value, low: 0 - estimate.high, high: 0 - estimate.low };
}
