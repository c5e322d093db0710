import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import type { Parameters, Study } from "../core/study.ts";
import type { Best } from "../formats/best-file.ts";
import { reportStudy, type ReportOptions } from "./report.ts";

/**
 * The winner of a study: first of the ranking, so ties are decided as DESIGN.md orders them.
 * @throws BsweepError CONFLICT when no trial is complete yet; STORAGE
 */
export async function findBest(options: ReportOptions, effects: Effects): Promise<Best> {
  const { study, objective, ranking, counts } = await reportStudy(options, effects);
  const [winner] = ranking;
  if (winner === undefined) {
    const { planned, failed, waiting } = counts;
    throw new BsweepError(
      "CONFLICT",
      `study ${study} has no complete trial yet: ${planned} planned, ${failed} failed, ${waiting} without a result`,
      { hint: `bsweep report ${options.study.file} tells more` },
    );
  }
  const { number, trialId, params, epochs, interval, holdout, replicates, spread } = winner;
  return {
    study,
    metric: objective.metric,
    direction: objective.direction,
    objective: winner.objective,
    ...{ interval, holdout, replicates, spread, number, trialId },
    modelParameters: winner.modelParameters,
    complete: counts.complete,
    sharing: ranking.filter(({ rank }) => rank === 1).length,
    trainer: describeTrainer(options.study.trainer, epochs, params),
  };
}

function describeTrainer(
  trainer: Study["trainer"],
  epochs: number,
  set: Parameters,
): Best["trainer"] {
  if (trainer.kind === "cnn") return { kind: trainer.kind, epochs, set };
  return { command: trainer.command, version: trainer.version, epochs, set };
}
