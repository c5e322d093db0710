import type { Pruning } from "../../core/pruning.ts";
import { groupBy } from "../../core/objects.ts";
import { PRUNERS } from "../../pruners/index.ts";
import type { ReportedPruning, ReportedRung } from "./search-report.ts";

interface RungLosses {
  readonly bracket: number;
  readonly rung: number;
  /** By trial number. */
  readonly losses: ReadonlyMap<number, number>;
}

/**
 * Who came to each rung and went on from it: everybody who was not stopped there, whatever became of it later.
 * @param stops the step after which an attempt was stopped early
 */
export function describeRungs(
  pruning: Pruning,
  rungs: readonly RungLosses[],
  stops: readonly { readonly number: number; readonly step: number }[],
): ReportedPruning {
  const { kind, metric, direction } = pruning;
  const sign = direction === "maximize" ? -1 : 1;
  const stepsOf = groupBy(stops, ({ number }) => number);
  const ladders = groupBy(rungs, ({ bracket }) => bracket);
  const findCut = (losses: readonly number[]): number | null => {
    const verdict = PRUNERS[kind]?.judge(pruning, Infinity, losses);
    return verdict === undefined || verdict.goesOn ? null : sign * (verdict.cut ?? NaN);
  };
  return { kind, metric, direction, rungs: rungs.map(describe) };

  function describe({ bracket, rung, losses }: RungLosses): ReportedRung {
    const ladder = ladders.get(bracket) ?? [];
    const next = ladder.find((each) => each.rung > rung)?.rung ?? Infinity;
    const isStopped = (number: number): boolean =>
      (stepsOf.get(number) ?? []).some(({ step }) => step >= rung && step < next);
    const trials = Array.from(losses, ([number, loss]) => ({
      ...{ number, value: sign * loss, wentOn: !isStopped(number) },
    })).sort((a, b) => a.number - b.number);
    const wentOn = trials.filter((trial) => trial.wentOn).length;
    const cut = findCut([...losses.values()]);
    return { bracket, rung, reached: trials.length, wentOn, cut, trials };
  }
}
