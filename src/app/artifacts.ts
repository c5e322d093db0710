import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type ArtifactRecord, compareRecords } from "../core/artifacts.ts";
import type { Effects } from "../core/effects.ts";
import { BsweepError, type Issue } from "../core/errors.ts";
import type { KeptTrials, Study } from "../core/study.ts";
import { formatCommand } from "../core/shell.ts";
import { Artifacts } from "../rounds/artifacts.ts";
import { readPlanned } from "../storage/attempts.ts";
import type { StudyDatabase } from "../storage/database.ts";
import { readTrialRecord } from "../storage/trial-record.ts";
import { withFolderBeside } from "../workspace/atomic.ts";
import { listTree } from "../workspace/folder.ts";
import type { Layout } from "../workspace/layout.ts";
import { checkPackedFile } from "../workspace/packed-dataset.ts";
import { collectFirst } from "./collect/collect-first.ts";
import { settleArtifacts } from "./collect/settle-artifacts.ts";
import { findTrialId } from "./logs/find-logs.ts";

interface ArtifactOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** A trial's number, or the beginning of its id; null: all of which any are kept. */
  readonly trial: string | null;
  /** Absolute folder to copy them to, a folder for each trial; null: they are only listed. */
  readonly to: string | null;
}

/** Of one trial. */
export interface KeptArtifacts extends ArtifactRecord {
  /** Relative to the workspace. */
  readonly folder: string;
}

/** What is kept of a study's trials. */
export interface ArtifactReport {
  readonly study: string;
  /** As the study says now; null: it keeps none. */
  readonly keep: KeptTrials | null;
  /** The best first; of several settings or objectives, one after another. */
  readonly kept: readonly KeptArtifacts[];
  /** Where they were copied; null where they were not. */
  readonly to: string | null;
}

/**
 * Lists what trials have left beside their results, and copies it.
 * @throws BsweepError CONFLICT for a trial of which nothing is kept, with the reason, and where something stands in the place of the
 *   copy; USAGE for a trial that there is none of; INVALID_RESULT for what is not as it was left; WORKSPACE
 */
export async function findArtifacts(
  { study, layout, trial, to }: ArtifactOptions,
  effects: Effects,
): Promise<ArtifactReport> {
  const kept = await collectFirst({ study, layout }, effects, async (database) => {
    await settleArtifacts(database, { study: study.name, layout }, effects);
    const { records, complaints } = new Artifacts(layout, study.name).readAll();
    for (const complaint of complaints) effects.reporter.warn(complaint);
    if (trial === null) return [...records].sort(compareKept);
    const wanted = findTrialId(trial, readPlanned(database));
    const record = records.find(({ trialId }) => trialId === wanted);
    return [record ?? explainNone(wanted, study, database)];
  });
  const found = kept.map((record) => ({
    ...record,
    folder: relative(layout.workspace, layout.artifacts(study.name, record.trialId)),
  }));
  if (to !== null) await copyTo(to, found, layout);
  return { study: study.name, keep: study.artifacts?.keep ?? null, kept: found, to };
}

function compareKept(one: ArtifactRecord, other: ArtifactRecord): number {
  const kind = ({ within, objective: { metric } }: ArtifactRecord): string => `${metric} ${within}`;
  return kind(one).localeCompare(kind(other)) || compareRecords(one, other);
}

/** @throws BsweepError CONFLICT */
function explainNone(trialId: string, study: Study, database: StudyDatabase): never {
  const record = readTrialRecord(database, trialId);
  const state = record?.results.find(({ counts }) => counts)?.state;
  const { file, artifacts } = study;
  const [reason, hint] =
    state !== "complete"
      ? [
          `it ${state === undefined ? "has no result yet" : `is ${state}`}`,
          formatCommand("bsweep", "show", file, String(record?.number)),
        ]
      : artifacts === undefined
        ? [
            "the study keeps none",
            `artifacts: { keep: 5 } in ${file} keeps those of trials planned from then on`,
          ]
        : [
            `it is not among the best ${artifacts.keep}, or has left nothing`,
            `${formatCommand("bsweep", "artifacts", file)} lists what is kept`,
          ];
  const message = `nothing is kept of trial ${record?.number}: ${reason}`;
  throw new BsweepError("CONFLICT", message, { hint });
}

/** All of them or nothing. Another trial's element may remove one meanwhile, if it was better. */
async function copyTo(
  to: string,
  kept: readonly KeptArtifacts[],
  { workspace }: Layout,
): Promise<void> {
  if (existsSync(to))
    throw new BsweepError("CONFLICT", `there is something in the place of ${to}`, {
      hint: "--to replaces nothing: name another folder",
    });
  await withFolderBeside(to, (folder, publish) => {
    for (const { number, folder: from, files } of kept) {
      const target = join(folder, `trial-${number}`);
      for (const name of listTree(join(workspace, from))) {
        mkdirSync(dirname(join(target, name)), { recursive: true });
        cpSync(join(workspace, from, name), join(target, name), { preserveTimestamps: true });
      }
      const issues = files.flatMap((file) => checkPackedFile(target, file, true));
      const own = issues.map((issue) => ({ ...issue, file: issue.file.replace(target, from) }));
      requireUnchanged(number, own);
    }
    publish();
    return Promise.resolve();
  });
}

function requireUnchanged(number: number, issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  throw new BsweepError("INVALID_RESULT", `what trial ${number} left was changed since`, {
    issues,
    hint: "nothing was copied; the files themselves stand where bsweep artifacts lists them",
  });
}
