import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, isSystemError, messageOf, valueOr } from "../../core/errors.ts";
import type { Round, RoundArray } from "../../formats/round-file.ts";
import type { SchedulerName } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import {
  arrayName,
  type Layout,
  logFolderName,
  ROUND_FILE,
  SUBMITTED_FOLDER,
} from "../../workspace/layout.ts";
import { readPlainFile } from "../../workspace/folder.ts";
import { readRounds, readUsableRounds, type UnusableRound } from "../../rounds/round.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { loadSiteOf } from "../site/load-site.ts";

/** One job array of one round, and the job it became. Paths are absolute. */
export interface SubmittedArray {
  readonly round: number;
  /** From 1; 0 is the canary, whose trial stands in array 1 too. */
  readonly array: number;
  readonly scheduler: SchedulerName;
  /** The scheduler's id of the whole array; null while no id was written down. */
  readonly job: string | null;
  /** Who asked for the job; null while nobody did. */
  readonly submitter: Submitter | null;
  /** A job was asked for, and nobody wrote down the answer: there may be one under `jobName`. */
  readonly inDoubt: boolean;
  /** Schedulers use ids again: only a job of this name is ours. */
  readonly jobName: string;
  readonly elements: number;
  /** A parallel job whose tasks take the elements: it has no indices. */
  readonly pool: boolean;
  /** LSF's; "" elsewhere, and in rounds of bsweep 0.1.0, which did not write it down. */
  readonly jobGroup: string;
  readonly resultGraceSeconds: number;
  /** What each element may use. */
  readonly limits: Round["limits"];
  readonly manifest: string;
  readonly logFolder: string;
  readonly resultFolder: string;
}

/** Who submitted an array. Schedulers may hide the jobs of others. */
interface Submitter {
  /** Name, or number where the machine has no name for it. */
  readonly name: string;
  /** Whether it was somebody else than who runs this. */
  readonly isOther: boolean;
}

/** A job id as the schedulers give it. 0 would mean all jobs to LSF's commands. */
const JOB_ID = /^[1-9]\d{0,18}$/;

/**
 * Every array of every round of a study, by round and array: submitted or not.
 * @throws BsweepError INVALID_MANIFEST; INVALID_SITE when an old round needs the study's site and it cannot be read
 */
export function readSubmittedArrays(layout: Layout, study: Study): readonly SubmittedArray[] {
  return readRounds(layout, study.name).flatMap((round) => describeArrays(round, layout, study));
}

/** The same of rounds whose files can be used. @throws BsweepError INVALID_SITE as above */
export function readUsableArrays(
  layout: Layout,
  study: Study,
): {
  readonly arrays: readonly SubmittedArray[];
  readonly unusable: readonly UnusableRound[];
} {
  const open = (round: Round): readonly SubmittedArray[] => describeArrays(round, layout, study);
  const { usable, unusable } = readUsableRounds(layout, study.name, open);
  return { arrays: usable.flat(), unusable };
}

/** The arrays of one round. @throws BsweepError WORKSPACE; INVALID_SITE as above */
export function describeArrays(
  round: Round,
  layout: Layout,
  study: Study,
): readonly SubmittedArray[] {
  const place = placeOf(round, study, join(layout.round(study.name, round.round), ROUND_FILE));
  return round.arrays.map((array) => describe(array, round, place, layout));
}

type Place = Pick<SubmittedArray, "scheduler" | "jobGroup" | "resultGraceSeconds" | "pool">;

function placeOf({ cluster }: Round, study: Study, file: string): Place {
  if (cluster !== null) {
    schedulerOf(cluster, file);
    const { scheduler, jobGroup, resultGraceSeconds, pool } = cluster;
    return { scheduler, jobGroup, resultGraceSeconds, pool: pool !== null };
  }
  const site = loadSiteOf(study);
  return {
    scheduler: site.scheduler,
    jobGroup: study.cluster.jobGroup ?? "",
    resultGraceSeconds: site.resultGraceSeconds,
    pool: false,
  };
}

function describe(
  { array, elements, jobName, manifest }: RoundArray,
  { round, study, limits }: Round,
  place: Place,
  layout: Layout,
): SubmittedArray {
  const folder = layout.round(study, round);
  const submitted = join(folder, SUBMITTED_FOLDER, arrayName(array));
  const job = readJobId(`${submitted}.job`);
  return {
    ...place,
    ...{ round, array, elements, jobName, job, limits },
    submitter: readSubmitter(submitted),
    inDoubt: job === null && existsSync(`${submitted}.intent`),
    // The canary is an element like any other.
    pool: place.pool && array > 0,
    manifest: join(folder, manifest),
    logFolder: join(folder, logFolderName(array)),
    resultFolder: join(layout.roundResults(study, round), arrayName(array)),
  };
}

/** The id in a file of submit.sh; null where there is none. @throws BsweepError WORKSPACE when it cannot be read */
export function readJobId(file: string): string | null {
  try {
    const text = readPlainFile(file).trim();
    return JOB_ID.test(text) ? text : null;
  } catch (cause) {
    if (isSystemError(cause, "ENOENT")) return null;
    throw new BsweepError("WORKSPACE", `cannot read ${file}: ${messageOf(cause)}`, { cause });
  }
}

/** When submit.sh wrote a job's id down, ISO 8601 UTC, by the file's own time; null where there is none. */
export function readSubmittedAt(file: string): string | null {
  return valueOr(null, () => statSync(file).mtime.toISOString());
}

/**
 * Who asked for a job: what submit.sh wrote beside its id, user number and name; in rounds of a bsweep that wrote
 * nothing, the owner of the file with the id.
 * @param submitted path of an array's files in `submitted`, without their endings
 */
export function readSubmitter(submitted: string): Submitter | null {
  const told = /^(\d{1,10})(?: ([\w.@+-]+))?\s*$/.exec(
    valueOr("", () => readPlainFile(`${submitted}.user`)),
  );
  const uid =
    told === null ? valueOr(undefined, () => statSync(`${submitted}.job`).uid) : Number(told[1]);
  if (uid === undefined) return null;
  const name = told?.[2] ?? `user ${uid}`;
  return { name, isOther: uid !== process.geteuid?.() };
}
