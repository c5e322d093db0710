import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import type { RoundKind } from "../../formats/round-file.ts";
import { arrayName, roundName, type Layout } from "../../workspace/layout.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { findForecast, sampleNewTrials, type StudyForecast } from "./forecast.ts";
import type { PlanContext } from "./plan-context.ts";

/** What an element of `trialsPerElement: auto` is to take: long beside its start, short beside a queue's patience. */
const AUTO_ELEMENT_SECONDS = 15 * 60;
/** Of an element's wall time, the share that `auto` fills while few trials have told what they take. */
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
 * As the study says; under `auto`, as many trials as take 15 minutes, by what trials of this study took on the cluster, and so
 * few that 99 % of the elements fit the wall time; half of it is filled while too few have told.
 * @param forecast by default what the study's files tell
 * @throws BsweepError CONFLICT while no trial that is to tell has ended
 */
export async function decidePacking(
  context: PlanContext,
  layout: Layout,
  forecast?: StudyForecast,
): Promise<Packing> {
  const { study, site, existing } = context;
  const kind = existing.highestRound === 0 ? "initial" : "extension";
  const { trialsPerElement } = study.resources;
  if (trialsPerElement !== "auto") return { kind, trialsPerElement, canary: true };
  if (!schedulerOf(site).submits) return { kind, trialsPerElement: 1, canary: false };
  const known = forecast ?? (await findForecast(context, layout));
  if (known.trials === 0) {
    if (existing.highestRound > 0) throw notMeasured(study.name, existing.highestRound);
    return { kind: "canary", trialsPerElement: 1, canary: false };
  }
  // Trials have shown that the site works.
  return { kind, trialsPerElement: packTrials(context, known), canary: false };
}

function packTrials(context: PlanContext, forecast: StudyForecast): number {
  const { walltimeSeconds } = context.study.resources;
  const trials = sampleNewTrials(context);
  const seconds = Math.max(forecast.expectSeconds(trials) ?? 0, 0.001);
  const room = forecast.isSure ? walltimeSeconds : walltimeSeconds * AUTO_WALLTIME_SHARE;
  const fitting = Math.floor(Math.min(AUTO_ELEMENT_SECONDS, room) / seconds);
  let packed = Math.min(MAX_TRIALS_PER_ELEMENT, Math.max(1, fitting));
  while (packed > 1) {
    const needed = forecast.fitting(trials, packed).walltimeSeconds ?? 0;
    if (needed <= walltimeSeconds) break;
    packed = Math.max(1, Math.min(packed - 1, Math.floor((packed * walltimeSeconds) / needed)));
  }
  return packed;
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
  forecast?: StudyForecast,
): Promise<KnownPacking> {
  try {
    const { kind, trialsPerElement } = await decidePacking(context, layout, forecast);
    return { trialsPerElement, isMeasured: kind !== "canary" };
  } catch (error) {
    if (!(error instanceof BsweepError) || error.code !== "CONFLICT") throw error;
    return { trialsPerElement: 1, isMeasured: false };
  }
}

function notMeasured(study: string, round: number): BsweepError {
  const folder = join("jobs", study, roundName(round), "logs", arrayName(1));
  const message = `trialsPerElement is auto, and no trial of ${study} has told yet how long one takes`;
  return new BsweepError("CONFLICT", message, {
    hint: `wait until the trial of ${roundName(round)} has ended (its log is in ${folder}), or set resources.trialsPerElement to a number`,
  });
}
