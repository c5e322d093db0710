import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import type { Study } from "../../core/study.ts";
import type { Round } from "../../formats/round-file.ts";
import { publishNew, syncFiles } from "../../rounds/round-folder.ts";
import { readRounds } from "../../rounds/round.ts";
import { copyDatabase, readWhereabouts, type Whereabouts } from "../../storage/archived.ts";
import { withDatabase } from "../../storage/database.ts";
import { withFolderBeside } from "../../workspace/atomic.ts";
import { listFolder } from "../../workspace/folder.ts";
import { createLayout, HISTORY_FILE, type Layout, ROUND_FILE } from "../../workspace/layout.ts";
import { packageVersion } from "../../workspace/package.ts";
import { collectResults } from "../collect/collect.ts";
import { quietly } from "../collect/collect-first.ts";
import { type CopiedResults, copyIntoPacks } from "./packs.ts";

/** SHA-256 of every other file, as `sha256sum --check` reads it. */
export const SUMS_FILE = "SHA256SUMS";
const FACTS_FILE = "archive.json";
export const STUDY_FILE = "study.yaml";
const REPORT_FOLDER = "report";

/** What an archive says of itself, in archive.json. */
export interface ArchiveFacts extends Whereabouts, CopiedResults {
  readonly schemaVersion: 1;
  readonly study: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** That wrote the archive; `rounds` says which planned each. */
  readonly bsweep: string;
  readonly rounds: readonly (Pick<
    Round,
    "round" | "createdAt" | "bsweep" | "trials" | "setting"
  > & {
    readonly dataset: string | null;
    /** As the study named it, with its digest where it was pinned; null without one. */
    readonly image: string | null;
  })[];
  /** Absolute paths that the study file, rounds and manifests name. */
  readonly paths: readonly string[];
}

interface ArchiveOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Absolute; must not be there. */
  readonly output: string;
  /** The report, by name of its file. */
  readonly reports: Readonly<Record<string, string>>;
  /** Makes the README. */
  readonly describe: (facts: ArchiveFacts) => string;
}

/**
 * Copies a study into one folder that is a workspace of its own, to be read by every command, and by people without bsweep:
 * study file, rounds, packed results, what a search has chosen by, database, report, a README, and the digest of each file. It appears as a whole.
 * @throws BsweepError CONFLICT where something stands in its place, or the study has no round; WORKSPACE; STORAGE
 */
export async function archiveStudy(
  options: ArchiveOptions,
  effects: Effects,
): Promise<ArchiveFacts> {
  const { study, layout, output } = options;
  refuseExisting(output);
  await collectResults({ study: study.name, layout }, quietly(effects));
  return withFolderBeside(output, async (folder) => {
    const facts = await fill(folder, options, effects);
    await syncTree(folder);
    refuseExisting(output);
    publishNew(folder, output, existing(output));
    return facts;
  });
}

const existing = (output: string): { message: string; hint: string } => ({
  message: `there is something in the place of ${output}`,
  hint: "an archive replaces nothing: name another folder with --output",
});

function refuseExisting(output: string): void {
  if (!existsSync(output)) return;
  const { message, hint } = existing(output);
  throw new BsweepError("CONFLICT", message, { hint });
}

async function fill(
  folder: string,
  { study, layout, reports, describe }: ArchiveOptions,
  effects: Effects,
): Promise<ArchiveFacts> {
  const target = createLayout(folder);
  const put = (name: string, text: string): void => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
  };
  put(STUDY_FILE, readFileSync(study.file, "utf8"));
  const rounds = readRounds(layout, study.name);
  for (const round of rounds) copyRound(layout, target, round);
  copySearch(layout, target, study.name);
  mkdirSync(target.studyResults(study.name), { recursive: true });
  const { reporter } = effects;
  const copied = copyIntoPacks(layout, target, study.name, (label, done, total) =>
    reporter.progress({ label, done, total }),
  );
  reporter.endProgress();
  await copyDatabase(layout.database(study.name), target.database(study.name));
  for (const [name, text] of Object.entries(reports)) put(join(REPORT_FOLDER, name), text);
  const named = await withDatabase(target.database(study.name), "readonly", readWhereabouts);
  const facts: ArchiveFacts = {
    ...{ schemaVersion: 1, study: study.name, createdAt: effects.now().toISOString() },
    ...{ bsweep: packageVersion(), rounds: rounds.map(describeRound), ...copied, ...named },
    paths: findPaths(folder),
  };
  put(FACTS_FILE, `${JSON.stringify(facts, null, 2)}\n`);
  put("README.md", describe(facts));
  put(SUMS_FILE, sumFiles(folder));
  return facts;
}

/** Its plan: scripts, logs and job ids are of the cluster, and stay. */
function copyRound(from: Layout, to: Layout, { study, round, arrays, search }: Round): void {
  const names = [ROUND_FILE, ...arrays.map(({ manifest }) => manifest)];
  const known = search === undefined ? [] : [HISTORY_FILE];
  copyFiles(from.round(study, round), to.round(study, round), [...names, ...known]);
}

/** What trials have chosen, and what they chose by, so that each choice can be made again. */
function copySearch(from: Layout, to: Layout, study: string): void {
  for (const place of ["choices", "observations"] as const) {
    const names = listFolder(from[place](study)).filter((name) => /^[0-9a-f].*\.json$/.test(name));
    if (names.length > 0) copyFiles(from[place](study), to[place](study), names);
  }
}

function copyFiles(source: string, target: string, names: readonly string[]): void {
  mkdirSync(target, { recursive: true });
  for (const name of names)
    writeFileSync(join(target, name), readFileSync(join(source, name)), { flag: "wx" });
}

function describeRound(round: Round): ArchiveFacts["rounds"][number] {
  const { createdAt, bsweep, trials, setting, dataset, cluster } = round;
  const image = cluster === null || cluster.image === "" ? null : cluster.image;
  return {
    ...{ round: round.round, createdAt, bsweep, trials, setting, image },
    dataset: dataset?.digest ?? null,
  };
}

/** Files below a folder, in order. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .sort();
}

/** `/storage1/me/data` in what is text, not in results. */
function findPaths(folder: string): string[] {
  const found = listFiles(folder)
    .filter((path) => /\.(?:yaml|json|jsonl)$/.test(path) && !path.includes("/report/"))
    .flatMap(
      (path) => readFileSync(path, "utf8").match(/(?<![\w.:/-])\/(?:[\w.@+-]+\/)+[\w.@+-]*/g) ?? [],
    );
  return [...new Set(found)].sort();
}

function sumFiles(folder: string): string {
  const lines = listFiles(folder).map(
    (path) => `${sha256(readFileSync(path))}  ${relative(folder, path)}\n`,
  );
  return lines.join("");
}

async function syncTree(folder: string): Promise<void> {
  const folders = new Set(listFiles(folder).map(dirname));
  for (const each of folders) await syncFiles(each);
}
