import { createExaminer } from "../cnn/examine.ts";
import type { Effects } from "../core/effects.ts";
import { CanonicalText } from "../core/canonical-json.ts";
import { deriveTrialSeed } from "../core/random.ts";
import { hashSetting } from "../core/setting.ts";
import type { Parameters } from "../core/study.ts";
import type { Trial } from "../core/trial.ts";
import { schedulerOf } from "../schedulers/index.ts";
import type { RankedTrial } from "../stats/rank.ts";
import { readPlannedTrials } from "../storage/attempts.ts";
import { collectFirst, quietly } from "./collect/collect-first.ts";
import { writeChosen } from "./generate/write-chosen.ts";
import type { WrittenRound } from "./generate/write-round.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { openPlan, type PlanContext } from "./plan/plan-context.ts";
import { createIdentifier } from "./plan/propose.ts";
import { settingOf, trainingOf } from "./plan/setting.ts";
import { rankStudy } from "./report.ts";

/** What a round of finalists holds, or would hold. */
export interface FinalistsReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** By rank. */
  readonly finalists: readonly Finalist[];
  /** Null where there is nothing left to run. */
  readonly written: WrittenRound | null;
  readonly isLocal: boolean;
}

interface Finalist extends Pick<RankedTrial, "rank" | "number" | "objective"> {
  /** Seeds it has been planned with. */
  readonly replicates: number;
  /** New ones. */
  readonly added: number;
  /** Its interval lies below that of the best: nothing more is spent on it. */
  readonly isBeaten: boolean;
}

interface FinalistsOptions extends PlanOptions {
  readonly finalists: number;
  /** Seeds that each is to have. */
  readonly replicates: number;
}

/**
 * Writes a round that runs the best again with other seeds, until each has so many. Where intervals tell already that one is
 * worse than the best, nothing more is spent on it: asked again with more seeds, it is a race (Maron and Moore, "The racing
 * algorithm", 1997).
 * @throws BsweepError CONFLICT when no trial is complete yet; else as writeRound does
 */
export async function generateFinalists(
  options: FinalistsOptions,
  effects: Effects,
): Promise<FinalistsReport> {
  const context = openPlan(options);
  const { study, header, site } = context;
  const asked = { study, layout: options.layout };
  const { ranking } = await rankStudy({ ...asked, collect: true }, effects);
  const planned = await collectFirst(asked, quietly(effects), readPlannedTrials);
  const replicatesOf = groupReplicates([...planned.values()], study.trainer.epochs);
  const present = hashSetting(settingOf(study, header));
  const rows = [...ranking.slice(0, options.finalists)].filter(
    ({ setting }) => setting === present,
  );
  const [best] = rows;
  const chosen = rows.map((row) => {
    const known = replicatesOf.get(keyOf(row.params)) ?? new Set<number>();
    const isBeaten = best !== undefined && isWorse(row, best, study.objective.direction);
    const added = isBeaten ? [] : missing(known, options.replicates);
    return { row, known, isBeaten, added };
  });
  const trials = numberTrials(
    chosen.flatMap(({ row, added }) =>
      added.map((replicate) => ({ params: row.params, replicate })),
    ),
    context,
  );
  return {
    study: study.name,
    studyFile: options.studyFile,
    finalists: chosen.map(({ row: { rank, number, objective }, known, isBeaten, added }) => ({
      ...{ rank, number, objective, isBeaten },
      ...{ replicates: known.size, added: added.length },
    })),
    written: await writeChosen("finalists", trials, context, options, effects),
    isLocal: !schedulerOf(site).submits,
  };
}

const keyOf = (params: Parameters): string => new CanonicalText(params).text;

/** Which replicates of each combination are planned. */
function groupReplicates(
  trials: readonly Omit<Trial, "attempt">[],
  epochs: number,
): ReadonlyMap<string, Set<number>> {
  const groups = new Map<string, Set<number>>();
  for (const { params, replicate, resource } of trials) {
    if (resource.epochs !== epochs) continue;
    const key = keyOf(params);
    groups.set(key, (groups.get(key) ?? new Set()).add(replicate));
  }
  return groups;
}

function isWorse(
  { interval: own }: RankedTrial,
  { interval: best }: RankedTrial,
  direction: "maximize" | "minimize",
): boolean {
  if (own === null || best === null) return false;
  return direction === "maximize" ? own.high < best.low : own.low > best.high;
}

/** The lowest replicates that are not there, so that there are `wanted`. */
function missing(known: ReadonlySet<number>, wanted: number): number[] {
  const added: number[] = [];
  for (let replicate = 0; known.size + added.length < wanted; replicate++)
    if (!known.has(replicate)) added.push(replicate);
  return added;
}

function numberTrials(
  wanted: readonly { readonly params: Parameters; readonly replicate: number }[],
  { study, header, existing }: PlanContext,
): Trial[] {
  const idOf = createIdentifier(study, header);
  const examine = createExaminer(study.trainer.kind, header, trainingOf(study, header));
  return wanted.map(({ params, replicate }, at) => {
    const { content } = examine(params);
    return {
      number: existing.highestNumber + 1 + at,
      trialId: idOf({ params, replicate }),
      ...{ params, replicate },
      seed: deriveTrialSeed(study.sampler.seed, content, replicate),
      resource: { epochs: study.trainer.epochs },
      attempt: 1,
    };
  });
}
