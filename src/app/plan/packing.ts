import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import type { RoundKind } from "../../formats/round-file.ts";
import type { TrialResult } from "../../core/trial.ts";
import { listResultFiles } from "../../rounds/result-files.ts";
import { findResult } from "../../rounds/results.ts";
import { arrayName, roundName, type Layout } from "../../workspace/layout.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { isPlanned, type PlanContext } from "./plan-context.ts";
import { proposeTrials } from "./propose.ts";

/** What an element of `trialsPerElement: auto` is to take: long beside its start, short beside a queue's patience. */
const AUTO_ELEMENT_SECONDS = 15 * 60;
/** Of an element's wall time, the share that `auto` fills. */
const AUTO_WALLTIME_SHARE = 0.5;
const MAX_TRIALS_PER_ELEMENT = 1000;

/** How the next round packs its trials. */
interface Packing {
  readonly kind: Extract<RoundKind, "initial" | "extension" | "canary">;
  readonly trialsPerElement: number;
  /** Whether the first trial is tried alone first. */
  readonly canary: boolean;
}

/**
 * As the study says; under `auto`, as many trials as take 15 minutes, and at most half the wall time, by what a
 * trial of this study took on the cluster.
 * @throws BsweepError CONFLICT while the trial that is to tell has not ended
 */
export async function decidePacking(context: PlanContext, layout: Layout): Promise<Packing> {
  const { study, site, existing } = context;
  const kind = existing.highestRound === 0 ? "initial" : "extension";
  const { trialsPerElement, walltimeSeconds } = study.resources;
  if (trialsPerElement !== "auto") return { kind, trialsPerElement, canary: true };
  if (!schedulerOf(site).submits) return { kind, trialsPerElement: 1, canary: false };
  const measured = await findMeasured(layout, study.name);
  if (measured === undefined) {
    if (existing.highestRound > 0) throw notMeasured(study.name, existing.highestRound);
    return { kind: "canary", trialsPerElement: 1, canary: false };
  }
  const seconds = measured.timing.seconds * costRatio(context, measured);
  const aim = Math.min(AUTO_ELEMENT_SECONDS, walltimeSeconds * AUTO_WALLTIME_SHARE);
  const fitting = Math.floor(aim / Math.max(seconds, 0.001));
  return {
    kind,
    trialsPerElement: Math.min(MAX_TRIALS_PER_ELEMENT, Math.max(1, fitting)),
    // One trial has shown that the site works.
    canary: false,
  };
}

export interface KnownPacking {
  readonly trialsPerElement: number;
  /** False under `auto`, before a trial has told how long one takes. */
  readonly isMeasured: boolean;
}

/** As decidePacking, but one trial an element where nothing can be said before a trial has been measured. */
export async function findKnownPacking(
  context: PlanContext,
  layout: Layout,
): Promise<KnownPacking> {
  try {
    const { kind, trialsPerElement } = await decidePacking(context, layout);
    return { trialsPerElement, isMeasured: kind !== "canary" };
  } catch (error) {
    if (!(error instanceof BsweepError) || error.code !== "CONFLICT") throw error;
    return { trialsPerElement: 1, isMeasured: false };
  }
}

/**
 * A complete result, of the newest round that has one, of an element that a scheduler ran: it tells how long a trial
 * takes, and that the cluster can run one at all. Undefined while nothing has completed there.
 */
export async function findMeasured(
  layout: Layout,
  study: string,
): Promise<TrialResult | undefined> {
  const { files } = listResultFiles(layout.studyResults(study));
  for (const file of files.toSorted((a, b) => b.round - a.round || a.array - b.array)) {
    const result = await findResult(file);
    if (result?.state === "complete" && !["", "0"].includes(result.element.job)) return result;
  }
  return undefined;
}

/** How much longer the mean new trial takes than the one measured, by their shapes; 1 for a command. */
function costRatio(context: PlanContext, measured: TrialResult): number {
  const { study, header } = context;
  const isKnown = isPlanned(context);
  let [sum, count, own] = [0, 0, 0];
  for (const proposed of proposeTrials(study, header)) {
    if (proposed.kind !== "trial" || proposed.network === null) continue;
    const { coreSeconds } = proposed.network;
    if (proposed.trialId === measured.trialId) own = coreSeconds;
    if (isKnown(proposed.trialId)) continue;
    sum += coreSeconds;
    count += 1;
  }
  return own === 0 || count === 0 ? 1 : sum / count / own;
}

function notMeasured(study: string, round: number): BsweepError {
  const folder = join("jobs", study, roundName(round), "logs", arrayName(1));
  const message = `trialsPerElement is auto, and no trial of ${study} has told yet how long one takes`;
  return new BsweepError("CONFLICT", message, {
    hint: `wait until the trial of ${roundName(round)} has ended (its log is in ${folder}), or set resources.trialsPerElement to a number`,
  });
}
