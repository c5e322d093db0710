import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { randomFor, shuffle } from "../../core/random.ts";
import type { Study } from "../../core/study.ts";
import { explainFailure, type NumericsFingerprint, type Trial } from "../../core/trial.ts";
import { rankTrials } from "../../stats/rank.ts";
import {
  judgeReproduction,
  poolSeedNoise,
  type Reproduction,
  type RunOutcome,
} from "../../stats/reproduction.ts";
import { readPlannedTrials } from "../../storage/attempts.ts";
import { type StudyDatabase, withDatabase } from "../../storage/database.ts";
import { createPredictionReader } from "../../storage/outcomes.ts";
import { readTrialRecord, type ResultRecord } from "../../storage/trial-record.ts";
import { createLayout, type Layout } from "../../workspace/layout.ts";
import { STUDY_FILE } from "../archive/archive.ts";
import { loadStudy } from "../plan/load-study.ts";
import { readTrials } from "../report.ts";
import { openHeldOut } from "../report/held-out.ts";
import { rerunTrials } from "./rerun.ts";
import { checkSums } from "./sums.ts";

/** What running some trials of an archive again has shown. */
export interface Verification {
  readonly study: string;
  readonly archive: string;
  /** Files of the archive, each as its digest says. */
  readonly files: number;
  readonly metric: string;
  /** Complete trials that could have been run again. */
  readonly complete: number;
  /** By number. */
  readonly trials: readonly VerifiedTrial[];
  /** True when it was stopped: trials that had no time are not among them. */
  readonly interrupted: boolean;
}

export interface VerifiedTrial {
  readonly number: number;
  readonly trialId: string;
  /** The objective in the archive, and here; null for none. */
  readonly there: number | null;
  readonly here: number | null;
  readonly verdict: Reproduction | "failed";
  /** What it failed of here; null where it did not. */
  readonly failure: string | null;
  /** What computed otherwise, `threads 1, here 2`; none where the same, or where nothing is known. */
  readonly numerics: readonly string[];
}

interface VerifyOptions {
  /** Folder of the archive, absolute. */
  readonly archive: string;
  /** Where data sets and a command's programs are. */
  readonly layout: Layout;
  /** Trials to be run. */
  readonly sample: number;
  readonly workers?: number;
  readonly signal: AbortSignal;
}

/**
 * Checks every file of an archive, runs the best and some other complete trials again on this machine, and holds what they come
 * to against what is archived. Nothing is written into the archive.
 * @throws BsweepError WORKSPACE for what is no archive any more; CONFLICT where nothing of it can be run here; else as local does
 */
export async function verifyArchive(
  options: VerifyOptions,
  effects: Effects,
): Promise<Verification> {
  const { archive, layout, signal } = options;
  const files = checkSums(archive);
  const studyFile = join(archive, STUDY_FILE);
  const { study } = loadStudy({ studyFile });
  const archived = createLayout(archive).database(study.name);
  const plan = await withDatabase(archived, "readonly", (database) =>
    chooseTrials(database, { study, layout, sample: options.sample }),
  );
  const limits = options.workers === undefined ? {} : { workers: options.workers };
  const rerun = { studyFile, from: layout, trials: plan.chosen, signal, ...limits };
  const again = await rerunTrials(rerun, effects, (own) =>
    withDatabase(own.database(study.name), "readonly", (database) =>
      readRuns(database, plan.chosen),
    ),
  );
  const trials = plan.chosen.flatMap((trial): VerifiedTrial[] => {
    const [there, here] = [plan.before.get(trial.trialId), again.get(trial.trialId)];
    if (there === undefined || here === undefined) return [];
    return [compareRuns(trial, there, here, { ...plan, metric: study.objective.metric })];
  });
  return {
    ...{ study: study.name, archive, files, metric: study.objective.metric, trials },
    ...{ complete: plan.complete, interrupted: signal.aborted },
  };
}

interface Plan {
  /** By number. */
  readonly chosen: readonly Trial[];
  /** What these came to, by id. */
  readonly before: ReadonlyMap<string, Run>;
  readonly complete: number;
  readonly labels: Uint8Array | null;
  readonly seeds: ReturnType<typeof poolSeedNoise>;
}

/** The best, and as many others as are wanted, drawn at random from the complete ones of the present setting. */
function chooseTrials(
  database: StudyDatabase,
  { study, layout, sample }: { study: Study; layout: Layout; sample: number },
): Plan {
  const read = readTrials(database, { study, layout });
  const ranking = [...rankTrials(read.table, study, read.settings[0].setting).rows];
  const ids = ranking.flatMap(({ trialIds }) => trialIds);
  const [best, ...others] = ids;
  if (best === undefined) throw nothingToRun(study, read.settings[1]?.differences ?? []);
  const order = [...others.keys()];
  shuffle(order, randomFor(study.sampler.seed, "verify"));
  const drawn = order.slice(0, sample - 1).flatMap((at) => others[at] ?? []);
  const planned = readPlannedTrials(database);
  const chosen = [best, ...drawn].flatMap((trialId): Trial[] => {
    const trial = planned.get(trialId);
    return trial === undefined ? [] : [{ ...trial, attempt: 1 }];
  });
  const folder = study.data === null ? undefined : layout.resolve(study.data.train);
  const held = openHeldOut(folder, read.present);
  return {
    chosen: chosen.sort((a, b) => a.number - b.number),
    before: readRuns(database, chosen),
    complete: ids.length,
    labels: "reason" in held ? null : held.labels,
    seeds: poolSeedNoise(ranking),
  };
}

function nothingToRun(study: Study, differences: readonly string[]): BsweepError {
  const why =
    differences.length === 0
      ? "it has no complete trial"
      : `its trials are of another setting: ${differences.join(", ")}`;
  return new BsweepError("CONFLICT", `nothing of ${study.name} can be run again here: ${why}`, {
    hint: "--workspace names the folder with the same data set, under the name that the study gives it",
  });
}

/** A run, and what computed it. */
interface Run extends RunOutcome {
  readonly failure: string | null;
  readonly numerics: NumericsFingerprint | null;
}

function readRuns(database: StudyDatabase, trials: readonly Trial[]): ReadonlyMap<string, Run> {
  const predict = createPredictionReader(database);
  return new Map(
    trials.flatMap(({ trialId }) => {
      const result = readTrialRecord(database, trialId)?.results.find(({ counts }) => counts);
      return result === undefined ? [] : [[trialId, toRun(result, predict(result.key))] as const];
    }),
  );
}

function toRun(result: ResultRecord, predictions: Uint8Array | null): Run {
  const { objective, metrics, history, numerics, state } = result;
  const message = result.message ?? result.earlyEndReason ?? state;
  const failure =
    state === "complete"
      ? null
      : explainFailure({ message, stderrTail: result.stderrTail ?? undefined });
  return { objective, metrics, history, predictions, numerics, failure };
}

function compareRuns(
  { number, trialId }: Trial,
  there: Run,
  here: Run,
  { labels, seeds, metric }: Pick<Plan, "labels" | "seeds"> & { readonly metric: string },
): VerifiedTrial {
  const valueOf = ({ metrics }: Run): number | null =>
    Object.hasOwn(metrics, metric) ? (metrics[metric] ?? null) : null;
  const before = { ...there, objective: valueOf(there) };
  const now = { ...here, objective: valueOf(here) };
  return {
    ...{ number, trialId, there: before.objective, here: now.objective },
    verdict: here.failure === null ? judgeReproduction(before, now, { labels, seeds }) : "failed",
    failure: here.failure,
    numerics: describeNumerics(there.numerics, here.numerics),
  };
}

function describeNumerics(
  there: NumericsFingerprint | null,
  here: NumericsFingerprint | null,
): readonly string[] {
  if (there === null || here === null) return [];
  const names = ["tensorflow", "cpu", "threads", "precision", "gpu"] as const;
  return names.flatMap((name) =>
    there[name] === here[name]
      ? []
      : [`${name} ${there[name] ?? "none"}, here ${here[name] ?? "none"}`],
  );
}
