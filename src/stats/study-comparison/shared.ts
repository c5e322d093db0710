import { groupBy } from "../../core/objects.ts";
import { randomFor } from "../../core/random.ts";
import type { Objective } from "../../core/study.ts";
import { mean, quantile, sortNumbers } from "../moments.ts";
import { isBetter } from "../best-so-far.ts";
import { parseMetrics, type TrialOutcome } from "../trial-table.ts";
import type { Estimate } from "./expected-best.ts";

/** What two studies have in common. */
export interface SharedTrials {
  /** The same trials: their ids are hashes of all that makes them. */
  readonly sameIds: number;
  /** Sets of parameters and epochs that both planned, whatever else differs. */
  readonly sameParameters: number;
  /** Of these, those that are complete in both: the largest difference first. */
  readonly pairs: readonly SharedPair[];
  /** Mean difference over the pairs, b less a; its band is a bootstrap's over the pairs. Null below two pairs. */
  readonly difference: Estimate | null;
  readonly better: Readonly<Record<"a" | "b" | "equal", number>>;
}

/** One set of parameters in both. */
export interface SharedPair {
  /** The lowest trial number in each. */
  readonly numberA: number;
  readonly numberB: number;
  /** Means over the complete replicates. */
  readonly a: number;
  readonly b: number;
}

const BOOTSTRAPS = 1000;

export function compareShared(
  a: readonly TrialOutcome[],
  b: readonly TrialOutcome[],
  objective: Objective,
): SharedTrials {
  const ids = new Set(a.map(({ trialId }) => trialId));
  const [groupsA, groupsB] = [groupBy(a, nameParameters), groupBy(b, nameParameters)];
  const names = [...groupsA.keys()].filter((name) => groupsB.has(name));
  const pairs = names
    .flatMap((name) => pairUp(groupsA.get(name) ?? [], groupsB.get(name) ?? [], objective))
    .sort(
      (one, other) =>
        Math.abs(other.b - other.a) - Math.abs(one.b - one.a) || one.numberA - other.numberA,
    );
  const ahead = (side: "a" | "b", other: "a" | "b"): number =>
    pairs.filter((pair) => isBetter(pair[side], pair[other], objective)).length;
  const better = { a: ahead("a", "b"), b: ahead("b", "a") };
  return {
    sameIds: b.filter(({ trialId }) => ids.has(trialId)).length,
    sameParameters: names.length,
    pairs,
    difference: meanDifference(pairs),
    better: { ...better, equal: pairs.length - better.a - better.b },
  };
}

/** What trials have in common that are replicates of each other, wherever they ran. */
export function nameParameters({ params, epochs }: Pick<TrialOutcome, "params" | "epochs">) {
  return `${epochs} ${params}`;
}

function pairUp(
  a: readonly TrialOutcome[],
  b: readonly TrialOutcome[],
  objective: Objective,
): SharedPair[] {
  const [left, right] = [meanOf(a, objective), meanOf(b, objective)];
  if (left === null || right === null) return [];
  return [{ numberA: lowest(a), numberB: lowest(b), a: left, b: right }];
}

/** Over complete trials that measured it; null where there is none. */
export function meanOf(
  trials: readonly TrialOutcome[],
  { metric }: Pick<Objective, "metric">,
): number | null {
  const values = trials.flatMap((trial) => {
    if (trial.state !== "complete") return [];
    const metrics = parseMetrics(trial);
    return Object.hasOwn(metrics, metric) ? [metrics[metric] ?? NaN] : [];
  });
  return values.length === 0 ? null : mean(sortNumbers(values));
}

function lowest(trials: readonly TrialOutcome[]): number {
  return trials.reduce((least, { number }) => Math.min(least, number), Infinity);
}

function meanDifference(pairs: readonly SharedPair[]): Estimate | null {
  if (pairs.length < 2) return null;
  const differences = pairs.map((pair) => pair.b - pair.a);
  const random = randomFor(pairs.length, "shared trials");
  const resampled = Array.from({ length: BOOTSTRAPS }, () => {
    const drawn = differences.map(() => differences[random.nextInteger(differences.length)] ?? 0);
    return mean(drawn);
  });
  const sorted = sortNumbers(resampled);
  const band = { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  return { value: mean(differences), ...band };
}
