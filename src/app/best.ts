import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import type { Best } from "../formats/best-file.ts";
import { plural } from "../core/quantities.ts";
import { pickSetup } from "../core/trainer-command.ts";
import { simplest } from "../stats/comparison/tie-group.ts";
import { formatRequirement } from "../stats/requirements.ts";
import type { StudyRanking, StudyReport } from "../stats/study-report.ts";
import { rankStudy, type ReportOptions, reportStudy } from "./report.ts";

export interface BestOptions extends ReportOptions {
  /** The smallest or the fastest of those that cannot be told from the best, instead of the first of the ranking. */
  readonly simplest?: "size" | "time";
}

/**
 * The winner of a study: the first row of its report (stats/rank.ts decides ties), or the simplest of its tie group.
 * @throws BsweepError CONFLICT when no trial is complete yet; STORAGE
 */
export async function findBest(options: BestOptions, effects: Effects): Promise<Best> {
  if (options.simplest === undefined)
    return describeBest(await rankStudy(options, effects), options);
  const report = await reportStudy(options, effects);
  return describeBest(report, options, pickSimplest(report, options.simplest));
}

/** A row of the ranking, and why it is not the first. */
interface Pick {
  readonly place: number;
  readonly chosen: string | null;
}

/** @throws BsweepError CONFLICT where it cannot be told which rows may be the best */
function pickSimplest(
  { ranking, meeting, tieGroup, objective }: StudyReport,
  by: NonNullable<BestOptions["simplest"]>,
): Pick {
  const first = { place: 0, chosen: null };
  if (meeting < 2) return first;
  if ("reason" in tieGroup)
    throw new BsweepError(
      "CONFLICT",
      `it cannot be told which trials are as good as the best: ${tieGroup.reason}`,
      { hint: "replicates: 3 in the study file runs each trial with three seeds" },
    );
  const places = tieGroup.members.map(({ place }) => ({ place: place - 1 }));
  const cost = by === "size" ? "modelParameters" : "seconds";
  const place = simplest(places, cost, (at) => ranking.at(at)) ?? 0;
  if (place === 0) return first;
  const best = ranking.at(0);
  const word = by === "size" ? "smallest" : "fastest";
  return {
    place,
    chosen: `the ${word} of ${plural(tieGroup.members.length, "row")} that cannot be told from the best, trial ${best?.number} with ${objective.metric} ${best?.objective}`,
  };
}

/** @throws BsweepError CONFLICT where no trial is ranked, or none meets what is required */
export function describeBest(
  report: StudyRanking,
  options: { readonly study: BestOptions["study"] },
  { place, chosen }: Pick = { place: 0, chosen: null },
): Best {
  const { study, objective, ranking, counts, sharing, requirements } = report;
  const { file, trainer } = options.study;
  const winner = place < report.meeting ? ranking.at(place) : undefined;
  if (winner === undefined) throw nothingRanked(report, file);
  const { number, trialId, params, epochs, interval, over, holdout, replicates, spread } = winner;
  return {
    study,
    metric: objective.metric,
    direction: objective.direction,
    objective: winner.objective,
    ...{ interval, over, holdout, replicates, spread, number, trialId, chosen },
    modelParameters: winner.modelParameters,
    complete: counts.complete,
    ...(requirements.length > 0 ? { required: requirements.map(formatRequirement) } : {}),
    outside: winner.outside,
    sharing: place === 0 ? sharing : 1,
    trainer:
      trainer.kind === "cnn"
        ? { kind: trainer.kind, epochs, set: params }
        : { ...pickSetup(trainer), version: trainer.version, epochs, set: params },
  };
}

function nothingRanked(report: StudyRanking, file: string): BsweepError {
  const { study, objective, counts, metrics } = report;
  const { planned, complete, failed, waiting } = counts;
  const hint = `bsweep report ${file} tells more`;
  if (report.ranking.length > 0) {
    const asked = report.requirements.map(formatRequirement).join(", ");
    const message = `no trial of study ${study} meets what is required: ${asked}`;
    return new BsweepError("CONFLICT", message, { hint });
  }
  if (complete > 0) {
    const told = metrics.length === 0 ? "no metric at all" : metrics.join(", ");
    const message = `no trial of study ${study} reported ${objective.metric}, the study's objective, but ${told}`;
    return new BsweepError("CONFLICT", message, { hint });
  }
  const message = `study ${study} has no complete trial yet: ${planned} planned, ${failed} failed, ${waiting} without a result`;
  return new BsweepError("CONFLICT", message, { hint });
}
