import { BsweepError } from "../core/errors.ts";
import { formatMemory } from "../core/quantities.ts";
import { RUN_AGAIN_STATUS } from "../core/trainer-request.ts";
import type { ArrayRequest, SchedulerDialect } from "./dialect.ts";

/** IBM Spectrum LSF 10.1, "Job arrays": longest array specification. */
const MAX_ARRAY_SPECIFICATION = 255;
/** bsub(1): longest file name of -oo. */
const MAX_FILE_NAME = 4094;
/** bgadd(1): longest name of a job group. */
const MAX_JOB_GROUP = 512;

/**
 * IBM Spectrum LSF 10.1. bsub reads its options from the job file: one quote character a line, a `#`
 * outside quotes ends the line, a `\` at the end joins the next line, nothing is expanded.
 */
export const lsfDialect: SchedulerDialect = {
  name: "lsf",
  directivePrefix: "#BSUB",
  arrayIndexVariable: "LSB_JOBINDEX",
  scriptExtension: ".bsub",
  directives: (request) => [
    `-J ${arraySpecification(request)}`,
    `-g ${jobGroup(request.jobGroup)}`,
    `-G ${word("userGroup", request.userGroup)}`,
    `-q ${word("queue", request.queue)}`,
    `-n ${request.cpus}`,
    `-M ${formatMemory(request.memoryMiB)}`,
    // One string: LSF takes span[] in a single -R only.
    `-R "rusage[mem=${formatMemory(request.memoryMiB)}] span[hosts=1]"`,
    `-W ${formatWalltime(request.walltimeSeconds)}`,
    // An element that ends so is to be run again (bsub(1) -Q), as one whose host is lost (-r).
    `-Q "${RUN_AGAIN_STATUS}"`,
    "-r",
    `-oo ${logFile(request)}`,
    `-a 'docker(${image(request.image)})'`,
  ],
};

function arraySpecification(request: ArrayRequest): string {
  const name = word("study", request.jobName);
  const specification = `${name}[1-${request.elements}]%${request.concurrencyLimit}`;
  if (specification.length > MAX_ARRAY_SPECIFICATION) {
    throw unusable("study", specification, `at most ${MAX_ARRAY_SPECIFICATION} characters`);
  }
  return `"${specification}"`;
}

function word(key: string, value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)) return value;
  throw unusable(key, value, "letters, digits, `.`, `_` or `-`");
}

function jobGroup(value: string): string {
  if (/^(?:\/[A-Za-z0-9._-]+)+$/.test(value) && value.length <= MAX_JOB_GROUP) return value;
  throw unusable("cluster.jobGroup", value, "a name such as /user/group");
}

function image(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/.test(value)) return value;
  throw unusable("cluster.image", value, "a Docker image reference");
}

function unusable(key: string, value: string, expected: string): BsweepError {
  return new BsweepError(
    "INVALID_STUDY",
    `${key}: found ${JSON.stringify(value)}, expected ${expected}`,
  );
}

/** `[hours:]minutes`, rounded up: LSF counts whole minutes. */
function formatWalltime(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

function logFile({ logFolder }: ArrayRequest): string {
  if (logFolder.includes("%")) {
    throw unusablePath(logFolder, "LSF replaces what follows a `%` in the name of a log");
  }
  const file = `${logFolder}/%J.%I.log`;
  if (file.length > MAX_FILE_NAME) {
    throw unusablePath(logFolder, `LSF takes file names of at most ${MAX_FILE_NAME} characters`);
  }
  return quotePath(file);
}

/** A path as one value of a directive. bsub knows no escapes, so not every path can be written. */
function quotePath(path: string): string {
  if (/\p{Cc}/u.test(path)) {
    throw unusablePath(path, "a directive is one line, without control characters");
  }
  if (path.includes("${")) {
    throw unusablePath(path, "some versions of LSF replace `${...}` in a directive");
  }
  if (/^[A-Za-z0-9_./%@+=:,-]+$/.test(path)) return path;
  if (!path.includes('"')) return `"${path}"`;
  if (!path.includes("'")) return `'${path}'`;
  throw unusablePath(path, "a directive can hold single or double quotes, not both");
}

function unusablePath(path: string, reason: string): BsweepError {
  return new BsweepError(
    "WORKSPACE",
    `${JSON.stringify(path)} cannot stand in an LSF job file: ${reason}`,
    { hint: "use a workspace under another name (--workspace FOLDER)" },
  );
}
