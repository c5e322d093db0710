import { canonicalJson } from "../core/canonical-json.ts";
import type { Objective } from "../core/study.ts";
import type { TrialResult } from "../core/trial.ts";
import { listResultFiles } from "../rounds/result-files.ts";
import { findResult } from "../rounds/results.ts";
import { readArray } from "../rounds/round.ts";
import { bestOf, nameBest, type NamedBest, rankTrials } from "../stats/rank.ts";
import { type TrialOutcome, TrialTable } from "../stats/trial-table.ts";
import type { Layout } from "../workspace/layout.ts";

/** How a round ended, by its files alone. */
export interface RoundNotice {
  readonly study: string;
  readonly round: number;
  readonly trials: number;
  readonly complete: number;
  /** Trials whose result is another. */
  readonly failed: number;
  readonly objective: Objective;
  /** Of this round; null while none is complete. */
  readonly best: NamedBest | null;
}

/**
 * Counts what a round has left. Nothing is collected, and no scheduler is asked: this runs on a compute node.
 * @param manifestFile of any array of the round
 * @throws BsweepError INVALID_MANIFEST; WORKSPACE when a folder cannot be read
 */
export async function readNotice(manifestFile: string, layout: Layout): Promise<RoundNotice> {
  const { round } = readArray(manifestFile);
  const { study, objective, trials, requirements = [] } = round;
  const results = new Map<string, TrialResult>();
  for (const file of listResultFiles(layout.studyResults(study)).files) {
    if (file.round !== round.round) continue;
    const result = await findResult(file);
    if (result === undefined || results.get(result.trialId)?.state === "complete") continue;
    results.set(result.trialId, result);
  }
  const table = new TrialTable();
  for (const result of results.values()) table.add(toOutcome(result));
  const complete = table.states.filter((state) => state === "complete").length;
  const first = bestOf(rankTrials(table, { objective, requirements }));
  return {
    ...{ study, objective, trials, complete },
    round: round.round,
    failed: table.length - complete,
    best: first === undefined ? null : nameBest(first),
  };
}

function toOutcome(result: TrialResult): TrialOutcome {
  const { number, trialId, params, resource, state, metrics, holdout, failure } = result;
  return {
    ...{ key: number, resultKey: null, number, trialId, state },
    params: canonicalJson(params),
    metrics: JSON.stringify(metrics),
    epochs: resource.epochs,
    // A round has one.
    setting: "",
    correct: holdout?.correct ?? null,
    count: holdout?.count ?? null,
    modelParameters: result.model?.parameters ?? null,
    seconds: result.timing.seconds,
    ...result.usage,
    failure: failure?.kind ?? null,
  };
}
