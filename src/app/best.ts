import type { Effects } from "../core/effects.ts";
import type { Study } from "../core/study.ts";
import { BsweepError } from "../core/errors.ts";
import type { Best } from "../formats/best-file.ts";
import type { StudyRanking } from "../stats/study-report.ts";
import { rankStudy, type ReportOptions } from "./report.ts";

/**
 * The winner of a study: the first row of its report (stats/rank.ts decides ties).
 * @throws BsweepError CONFLICT when no trial is complete yet; STORAGE
 */
export async function findBest(options: ReportOptions, effects: Effects): Promise<Best> {
  const report = await rankStudy(options, effects);
  const best = describeWinner(options.study, report);
  if (best === undefined) throw nothingRanked(report, options.study.file);
  return best;
}

/** The first row of a ranking; undefined where there is none. */
export function describeWinner({ trainer }: Study, report: StudyRanking): Best | undefined {
  const { study, objective, ranking, counts, sharing } = report;
  const winner = ranking.at(0);
  if (winner === undefined) return undefined;
  const { number, trialId, params, epochs, interval, holdout, replicates, spread } = winner;
  return {
    study,
    metric: objective.metric,
    direction: objective.direction,
    objective: winner.objective,
    ...{ interval, holdout, replicates, spread, number, trialId },
    modelParameters: winner.modelParameters,
    complete: counts.complete,
    outside: winner.outside,
    sharing,
    trainer:
      trainer.kind === "cnn"
        ? { kind: trainer.kind, epochs, set: params }
        : { command: trainer.command, version: trainer.version, epochs, set: params },
  };
}

function nothingRanked(
  { study, objective, counts, metrics }: StudyRanking,
  file: string,
): BsweepError {
  const { planned, complete, failed, waiting } = counts;
  const hint = `bsweep report ${file} tells more`;
  if (complete > 0) {
    const told = metrics.length === 0 ? "no metric at all" : metrics.join(", ");
    const message = `no trial of study ${study} reported ${objective.metric}, the study's objective, but ${told}`;
    return new BsweepError("CONFLICT", message, { hint });
  }
  const message = `study ${study} has no complete trial yet: ${planned} planned, ${failed} failed, ${waiting} without a result`;
  return new BsweepError("CONFLICT", message, { hint });
}
