import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError, messageOf, valueOr } from "../core/errors.ts";
import { dropAbsent } from "../core/objects.ts";
import type { Choice } from "../core/search.ts";
import type { Standing } from "../core/standing.ts";
import type { Objective } from "../core/study.ts";
import type { Metrics, StepRecord } from "../core/trial.ts";
import { Choices } from "../rounds/search/choices.ts";
import type { RankedTrial } from "../stats/rank.ts";
import type { StudyRanking } from "../stats/study-report.ts";
import { MemoryDatabase, type StudyDatabase } from "../storage/database.ts";
import { readPlanned } from "../storage/attempts.ts";
import {
  readTrialRecord,
  type ReplicateRecord,
  type ResultRecord,
  type TrialRecord,
} from "../storage/trial-record.ts";
import type { Layout } from "../workspace/layout.ts";
import { explainEnd } from "./cluster/failures.ts";
import { type Observation, type ObservedTrial, observeAnd } from "./cluster/observe.ts";
import { type CollectFirstOptions, quietly } from "./collect/collect-first.ts";
import { findTrialId, selectLogs } from "./logs/find-logs.ts";
import { type LogTail, readLogTail } from "./logs/log-tail.ts";
import { rankStudy } from "./report.ts";
import { listAttempts, listElements, type ShownAttempt } from "./show/attempts.ts";

/** Everything about one trial. */
export interface ShownTrial extends Omit<TrialRecord, "results" | "setting"> {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  readonly objective: Objective;
  readonly setting: {
    readonly hash: string;
    /** In which it differs from the study's present one, in words; empty for that. */
    readonly differences: readonly string[];
  };
  /** How it came to its parameters; null where it has had them from the start, or has yet to choose. */
  readonly choice: Choice | null;
  readonly state: Standing;
  /** Why it was pruned or skipped, came to nothing, or waits; null where there is nothing to say. */
  readonly why: string | null;
  /** What the study does not have any more; null when it has it all, or nobody can tell. */
  readonly outside: string | null;
  /** Its row in the study's ranking; null where it has none. */
  readonly rank: ShownRank | null;
  /** Of the result that counts, as everything below; empty without one. */
  readonly metrics: Metrics;
  /** Where no result counts, those that its log tells, while it runs too. */
  readonly steps: readonly StepRecord[];
  readonly warnings: readonly string[];
  readonly holdout: { readonly correct: number; readonly count: number } | null;
  readonly modelParameters: number | null;
  /** By attempt. */
  readonly attempts: readonly ShownAttempt[];
  readonly replicates: readonly ReplicateRecord[];
  /** Relative to the workspace. Those that are there. */
  readonly files: readonly ShownFile[];
  /** Its path relative to the workspace; null where it has printed nothing. */
  readonly logEnd: Pick<LogTail, "path" | "lines"> | null;
}

interface ShownRank extends Pick<
  RankedTrial,
  "rank" | "objective" | "replicates" | "interval" | "unmet"
> {
  /** Rows of the ranking. */
  readonly of: number;
}

interface ShownFile {
  readonly kind: "manifest" | "result" | "log" | "scheduler's log" | "checkpoints" | "artifacts";
  readonly path: string;
}

interface ShowOptions extends CollectFirstOptions {
  /** A trial's number, or the beginning of its id. */
  readonly trial: string;
}

const LOG_LINES = 15;

/**
 * Collects, asks each scheduler once, and tells everything about a trial. What cannot be read is warned about, and the
 * rest is told.
 * @throws BsweepError USAGE for a trial that there is none of; else as observeStudy does
 */
export async function showTrial(options: ShowOptions, effects: Effects): Promise<ShownTrial> {
  const { study } = options;
  const memory = options.memory ?? new MemoryDatabase();
  const { observation, also: record } = await observeAnd(
    { ...options, memory },
    effects,
    (database) => findRecord(database, options.trial),
  );
  const trial = observation.trials.find(({ trialId }) => trialId === record.trialId);
  if (trial === undefined) throw new Error(`trial ${record.trialId} was not observed`);
  const ranking = await rankOrWarn({ ...options, memory }, effects);
  const { results, setting, ...told } = record;
  const counted = results.find(({ counts }) => counts);
  return {
    ...{ study: study.name, studyFile: study.file, objective: study.objective, ...told },
    setting: { hash: setting, differences: differencesOf(ranking, setting) },
    choice: findChoice(told.slot, options),
    state: trial.state,
    why: explain(trial, counted),
    ...findRank(ranking, record.trialId),
    metrics: counted?.metrics ?? {},
    warnings: counted?.warnings ?? [],
    holdout: holdoutOf(counted),
    modelParameters: counted?.modelParameters ?? null,
    attempts: listAttempts(trial, observation.arrays, results),
    ...findFiles(trial, results, observation, options, effects),
  };
}

function findChoice(slot: string | undefined, { study, layout }: ShowOptions): Choice | null {
  if (slot === undefined) return null;
  return valueOr(null, () => new Choices(layout.choices(study.name)).read(slot) ?? null);
}

function findRecord(database: StudyDatabase, word: string): TrialRecord {
  const trialId = findTrialId(word, readPlanned(database));
  const record = readTrialRecord(database, trialId);
  if (record === undefined) throw new Error(`trial ${trialId} is planned and not there`);
  return record;
}

async function rankOrWarn(
  options: ShowOptions,
  effects: Effects,
): Promise<StudyRanking | undefined> {
  try {
    return await rankStudy({ ...options, collect: true }, quietly(effects));
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    effects.reporter.warn(`the study cannot be ranked: ${error.message}`);
    return undefined;
  }
}

function differencesOf(ranking: StudyRanking | undefined, hash: string): readonly string[] {
  return ranking?.settings.find(({ setting }) => setting === hash)?.differences ?? [];
}

function findRank(
  ranking: StudyRanking | undefined,
  trialId: string,
): Pick<ShownTrial, "rank" | "outside"> {
  if (ranking === undefined) return { rank: null, outside: null };
  const row = [...ranking.ranking].find(({ trialIds }) => trialIds.includes(trialId));
  if (row === undefined) return { rank: null, outside: null };
  const { rank, objective, replicates, interval, outside, unmet } = row;
  const told = { rank, of: ranking.ranking.length, objective, replicates, interval };
  return { outside, rank: { ...told, ...dropAbsent({ unmet }) } };
}

function holdoutOf(counted: ResultRecord | undefined): ShownTrial["holdout"] {
  const { holdoutCorrect: correct = null, holdoutCount: count = null } = counted ?? {};
  return correct === null || count === null ? null : { correct, count };
}

function explain({ state }: ObservedTrial, counted: ResultRecord | undefined): string | null {
  switch (state.kind) {
    case "pruned":
    case "skipped":
      return counted?.earlyEndReason ?? null;
    case "failed":
    case "lost":
    case "cancelled":
    case "missing":
      return explainEnd(state, counted ?? null);
    default:
      return "reason" in state && state.reason !== "" ? state.reason : null;
  }
}

function findFiles(
  trial: ObservedTrial,
  results: readonly ResultRecord[],
  observation: Observation,
  options: ShowOptions,
  effects: Effects,
): Pick<ShownTrial, "files" | "logEnd" | "steps"> {
  const { layout, study } = options;
  const elements = listElements(trial, observation.arrays);
  const named = (kind: ShownFile["kind"], paths: readonly string[]): ShownFile[] =>
    [...new Set(paths)]
      .filter((path) => existsSync(path))
      .map((path) => ({ kind, path: fromWorkspace(layout, path) }));
  const tail = readTailOrWarn(String(trial.number), observation, options, effects);
  return {
    files: [
      ...named(
        "manifest",
        elements.map(({ array }) => array.manifest),
      ),
      ...named(
        "result",
        results.map(({ file }) => join(layout.studyResults(study.name), file)),
      ),
      ...named(
        "log",
        elements.flatMap(({ logs }) => logs),
      ),
      ...named(
        "scheduler's log",
        elements.flatMap(({ schedulerLog }) => schedulerLog ?? []),
      ),
      ...named("checkpoints", [layout.checkpoints(study.name, trial.trialId)]),
      ...named("artifacts", [layout.artifacts(study.name, trial.trialId)]),
    ],
    logEnd: tail && { path: fromWorkspace(layout, tail.path), lines: tail.lines },
    steps: results.find(({ counts }) => counts)?.history ?? tail?.steps ?? [],
  };
}

const fromWorkspace = ({ workspace }: Layout, path: string): string => relative(workspace, path);

function readTailOrWarn(
  trial: string,
  { trials, results }: Observation,
  options: ShowOptions,
  effects: Effects,
): LogTail | null {
  const planned = trials.flatMap((each) => each.planned);
  try {
    const found = selectLogs({ planned, results }, { ...options, trial }, quietly(effects));
    return readLogTail(found, LOG_LINES);
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    effects.reporter.warn(`its log cannot be shown: ${messageOf(error)}`);
    return null;
  }
}
