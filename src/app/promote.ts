import type { Effects } from "../core/effects.ts";
import { hashSetting } from "../core/setting.ts";
import type { Trial } from "../core/trial.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { readPlannedTrials } from "../storage/attempts.ts";
import { type PrunedTrial, readPrunedTrials } from "../storage/pruned-trials.ts";
import { collectFirst } from "./collect/collect-first.ts";
import { writeChosen } from "./generate/write-chosen.ts";
import type { WrittenRound } from "./generate/write-round.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { openPlan } from "./plan/plan-context.ts";
import { settingOf } from "./plan/setting.ts";
import { describePruning } from "./search/pruning.ts";

/** What `promote` wrote, or would write. */
export interface PromoteReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** The most promising first. */
  readonly promoted: readonly PrunedTrial[];
  /** Pruned ones that are left as they are. */
  readonly left: number;
  /** Whether they go on from checkpoints; else they are trained from the start. */
  readonly fromCheckpoints: boolean;
  /** Null under --dry-run, and where none is pruned. */
  readonly written: WrittenRound | null;
  readonly isLocal: boolean;
}

interface PromoteOptions extends PlanOptions {
  /** How many. */
  readonly top: number;
  /** Only say which. */
  readonly dryRun: boolean;
}

/**
 * Writes a round that trains the most promising pruned trials to their end: the same trials, which come to the result they
 * would have had. Those that had come furthest go before others, then the better ones.
 * @throws BsweepError CONFLICT when the study has no round; INVALID_STUDY; else as writeRound does
 */
export async function promoteTrials(
  options: PromoteOptions,
  effects: Effects,
): Promise<PromoteReport> {
  const context = openPlan(options);
  const { study, header, site } = context;
  const setting = settingOf(study, header);
  const { pruned, planned } = await collectFirst(
    { study, layout: options.layout },
    effects,
    (database) => ({
      pruned: readPrunedTrials(database, hashSetting(setting), study.trainer.epochs),
      planned: readPlannedTrials(database),
    }),
  );
  const direction = describePruning(study, setting)?.direction ?? study.objective.direction;
  const sign = direction === "maximize" ? -1 : 1;
  const inOrder = pruned.toSorted((a, b) => b.step - a.step || sign * (a.value - b.value));
  const promoted = inOrder.slice(0, options.top);
  const trials = promoted.flatMap(({ trialId, attempt }): Trial[] => {
    const known = planned.get(trialId);
    return known === undefined ? [] : [{ ...known, attempt: attempt + 1 }];
  });
  return {
    study: study.name,
    studyFile: options.studyFile,
    promoted,
    left: pruned.length - promoted.length,
    fromCheckpoints: study.pruner?.keepCheckpoints === true,
    written: options.dryRun
      ? null
      : await writeChosen("promotion", trials, context, options, effects),
    isLocal: !schedulerOf(site).submits,
  };
}
