import { realpathSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/**
 * Every path bsweep reads or writes, in one place. All are below the workspace.
 *
 * Paths stay logical: on clusters the storage is reached through links whose physical targets do not
 * exist inside containers, so nothing here resolves a link.
 */
export function createLayout(workspace: string) {
  const ofStudy =
    (folder: string, ...names: readonly string[]) =>
    (study: string): string =>
      join(workspace, folder, study, ...names);
  return {
    workspace,
    studyJobs: ofStudy("jobs"),
    /** Most elements at once, as `bsweep throttle` said; what is submitted later keeps to it. */
    limitFile: ofStudy("jobs", "limit"),
    /** While it is there, nothing more is submitted. */
    pausedFile: ofStudy("jobs", "paused"),
    round: (study: string, round: number) => join(workspace, "jobs", study, roundName(round)),
    roundResults: (study: string, round: number) =>
      join(workspace, "results", study, roundName(round)),
    studyResults: ofStudy("results"),
    database: ofStudy("results", "study.sqlite"),
    /** Trials that ran elsewhere, taken beside the study's own. */
    imported: (study: string, name: string) =>
      join(workspace, "results", study, "imported", `${name}.jsonl`),
    /** Of a trial that has no result yet, or was pruned, whatever round and attempt it runs in. */
    checkpoints: (study: string, trialId: string) =>
      join(workspace, "results", study, "checkpoints", trialId),
    /** What a trial leaves beside its result; its record stands beside the folder, once there is a result. */
    artifacts: (study: string, trialId: string) =>
      join(workspace, "results", study, "artifacts", trialId),
    /** Who runs a trial, while it has no result. */
    claims: (study: string, trialId: string) =>
      join(workspace, "results", study, "claims", trialId),
    /** What late-bound trials have chosen, a file each; and which parameters are taken. */
    choices: ofStudy("results", "search", "choices"),
    /** What they have come to, for those that choose later. */
    observations: ofStudy("results", "search", "observations"),
    /** What trials had come to at steps where they are compared. */
    rungs: ofStudy("results", "search", "rungs"),
    /** Node and bsweep for images without, by their content. */
    stagedRunner: (hash: string) => join(workspace, "jobs", ".runner", hash),
    /** The jobs that pack a data set. */
    preparation: (name: string) => join(workspace, "jobs", ".prepare", name),
    /** Digests of the images that were pushed from here. */
    imageRecord: () => join(workspace, "image.lock.json"),
    /** A folder for each refitted model. */
    models: ofStudy("models"),
    /** A path from a study or round file: relative ones start at the workspace. */
    resolve: (path: string) => (isAbsolute(path) ? path : join(workspace, path)),
  };
}

export type Layout = Readonly<ReturnType<typeof createLayout>>;

/** Names inside a round's folder, in `jobs` and in `results`. */
export const ROUND_FILE = "round.json";
export const SUBMIT_SCRIPT = "submit.sh";
/** What the job runs that mails when all has ended, where a study asks for it. */
export const NOTIFY_SCRIPT = "notify.sh";
/** Beside the submit.sh of a data set's pieces: what was asked for, and the header of what came of it. */
export const PREPARATION_FILE = "preparation.json";
export const MERGED_FILE = "merged.json";
/** What was known before a round whose trials choose their parameters. */
export const HISTORY_FILE = "history.jsonl";
/** Written by submit.sh: what was submitted, and a lock while it is at work. */
export const SUBMITTED_FOLDER = "submitted";
export const SUBMIT_LOCK = "submit.lock";

export function roundName(round: number): string {
  return `round-${String(round).padStart(3, "0")}`;
}

/** The round a folder name stands for; undefined for any other name. */
export function parseRoundName(name: string): number | undefined {
  const match = /^round-(\d{3,})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/**
 * The name under which a scheduler has a job of a round.
 * @param part `a01`: array 1; `end`: the job that mails when all has ended
 * @param nonce the round's: two rounds of one number have no job in common
 */
export function roundJobName(study: string, round: number, part: string, nonce: string): string {
  return `${study}-r${String(round).padStart(3, "0")}-${part}-${nonce}`;
}

/** In a round's folder of results: how its canary ended, in a word, for submit.sh. */
export const VERDICT_FILE = "canary";

/** The array that holds the first trial alone, and that the others wait for. */
export const CANARY = 0;

export function arrayName(array: number): string {
  return `array-${String(array).padStart(2, "0")}`;
}

/** The array a folder name stands for; undefined for any other name. */
export function parseArrayName(name: string): number | undefined {
  const match = /^array-(\d{2,})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Folder of an array's logs, below the round's: shared storage wants thousands of files in a folder, not more. */
export function logFolderName(array: number): string {
  return join("logs", arrayName(array));
}

/** Folder, below the round's, through which the tasks of a pool share an array's elements. */
export function claimFolderName(array: number): string {
  return join("claims", arrayName(array));
}

/** The log that an element writes itself, in the folder of its array's logs; the scheduler's own is `JOB.INDEX.out`. */
export function elementLogName(index: number): string {
  return `${index}.log`;
}

export const MANIFEST_ENDING = ".trials.jsonl";

export function manifestName(array: number): string {
  return `${arrayName(array)}${MANIFEST_ENDING}`;
}

/** `<index>.<trialId>.<attempt>.<nonce>.json`: no two attempts can ever write the same file. */
export function resultName(index: number, trialId: string, attempt: number, nonce: string): string {
  return `${index}.${trialId}.${attempt}.${nonce}.json`;
}

/**
 * Many results of a round in one file, in the round's folder of results.
 * @param digest SHA-256 of the file, in hex: one name never stands for other bytes
 */
export function packName(digest: string): string {
  return `packed-${digest.slice(0, 16)}.jsonl.gz`;
}

export function isPackName(name: string): boolean {
  return /^packed-[0-9a-f]{16}\.jsonl\.gz$/.test(name);
}

interface ResultName {
  readonly index: number;
  readonly trialId: string;
  readonly attempt: number;
}

/** The parts of a result's name; undefined for any other file, temporary ones among them. */
export function parseResultName(name: string): ResultName | undefined {
  const match = /^(\d+)\.([0-9a-f]{16})\.(\d+)\.[0-9a-z]+\.json$/.exec(name);
  if (match?.[2] === undefined) return undefined;
  return { index: Number(match[1]), trialId: match[2], attempt: Number(match[3]) };
}

/**
 * The folder the user stands in, as the user named it. `process.cwd()` gives the physical path
 * (`/rdcw/fs2/...` on compute1), which containers do not have; `$PWD` is taken instead whenever both
 * are the same folder.
 */
export function logicalCwd(environment: NodeJS.ProcessEnv = process.env): string {
  const physical = process.cwd();
  const logical = environment["PWD"];
  if (logical === undefined || !isAbsolute(logical)) return physical;
  try {
    return realpathSync(logical) === realpathSync(physical) ? logical : physical;
  } catch {
    return physical;
  }
}

/** An absolute path for what the user typed, keeping links as they are. */
export function logicalPath(path: string, base: string = logicalCwd()): string {
  return isAbsolute(path) ? join(path) : join(base, path);
}

/** Whether a path is a folder or lies below it; both logical and absolute. */
export function isWithin(path: string, folder: string): boolean {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  return path === folder || path.startsWith(base);
}
