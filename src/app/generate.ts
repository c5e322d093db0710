import { existsSync } from "node:fs";
import type { Effects } from "../core/effects.ts";
import { dropAbsent } from "../core/objects.ts";
import type { RoundPlace } from "../rounds/round-folder.ts";
import { type WrittenRound, writeRound } from "./generate/write-round.ts";
import { decidePacking } from "./plan/packing.ts";
import { readExistingTrials } from "../rounds/trials.ts";
import { judgeData } from "./plan/data-warnings.ts";
import { explainChangedCommand, lintCluster } from "./plan/lints.ts";
import { type LoadedStudy, loadStudy, type PlanOptions } from "./plan/load-study.ts";
import { tidyStudy } from "./tidy.ts";
import { newTrials, openPlan, type PlanContext } from "./plan/plan-context.ts";

/** What `generate` wrote. */
export interface GenerateReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  readonly site: string;
  /** Trials that stand in earlier rounds. */
  readonly earlierTrials: number;
  /** Null when no trial is new: nothing was written. */
  readonly written: WrittenRound | null;
}

export interface GenerateOptions extends PlanOptions {
  /** Replace the latest round, which must never have been submitted. */
  readonly overwrite: boolean;
  /** Login name, for the default job group; by default that of the process. */
  readonly user?: string;
  /** Random hex for the job names; by default new with every round. */
  readonly nonce?: string;
}

/**
 * Writes the next round: every trial of the study that no earlier round holds. Without a new trial nothing is
 * written. Under `trialsPerElement: auto` the first round is one trial, whose time decides about the next.
 * @throws BsweepError INVALID_DATA; CONFLICT while the time of that trial is not known; else as writeRound does
 */
export async function generateRound(
  options: GenerateOptions,
  effects: Effects,
): Promise<GenerateReport> {
  const loaded = loadStudy(options);
  tidyStudy(options.layout, loaded.study.name, effects);
  const { context, place } = openRound(options, loaded);
  const { study, site, existing, header, sha256 } = context;
  const { layout } = options;
  if (!existsSync(layout.workspace))
    effects.reporter.info(`there was no workspace ${layout.workspace}: it is made now`);
  const packing = await decidePacking(context, layout);
  const trials = newTrials(context, packing.kind === "canary" ? 1 : Infinity);
  const first = trials.next();
  // Without a new trial nothing is written, not even where nothing could be.
  const written = first.done
    ? undefined
    : await writeRound(
        {
          ...{ layout, study, sha256, site, header, place, ...packing },
          trials: startingWith(first.value, trials),
          ...dropAbsent({ user: options.user, nonce: options.nonce }),
        },
        effects,
      );
  const lints =
    written === undefined
      ? []
      : [...judgeData(study, header, layout), ...lintCluster(study, site, layout)];
  for (const line of [explainChangedCommand(study, layout), ...lints])
    if (line !== undefined) effects.reporter.warn(line);
  return {
    study: study.name,
    studyFile: options.studyFile,
    site: site.name,
    earlierTrials: existing.numbers.size,
    written: written ?? null,
  };
}

function* startingWith<T>(first: T, others: Iterable<T>): Generator<T> {
  yield first;
  yield* others;
}

/** The study's state, seen as if the round to be replaced were not there. */
function openRound(
  options: GenerateOptions,
  loaded: LoadedStudy,
): { context: PlanContext; place: RoundPlace } {
  const context = openPlan(options, loaded);
  const study = context.study.name;
  const { highestRound } = context.existing;
  if (!options.overwrite || highestRound === 0) {
    return { context, place: { study, round: highestRound + 1, replace: false } };
  }
  const existing = readExistingTrials(options.layout, study, highestRound);
  return {
    context: { ...context, existing },
    place: { study, round: highestRound, replace: true },
  };
}
