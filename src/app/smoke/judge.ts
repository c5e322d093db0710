import { formatMemory, plural } from "../../core/quantities.ts";
import type { Site } from "../../core/site.ts";
import type { SmokeFacts } from "../../formats/smoke-files.ts";
import type { Study } from "../../core/study.ts";
import { elementLogName, logFolderName } from "../../workspace/layout.ts";
import { packageVersion } from "../../workspace/package.ts";
import { neverStarts, type ProbeState } from "./watch.ts";
import { formatCommand } from "../../core/shell.ts";
import { join } from "node:path";
import { studyFileOf } from "./rounds.ts";
import { readPlainFile } from "../../workspace/folder.ts";

/** A judgement on a site, with what to do about it. */
export interface SmokeFinding {
  readonly level: "problem" | "warning" | "note";
  readonly what: string;
  /** "" where there is nothing to do. */
  readonly remedy: string;
}

/** A probe that ran, as seen from here. */
export interface SmokeProbe {
  readonly facts: SmokeFacts;
  /** From submitting to the start of the job, by two clocks; null where they were not submitted from here. */
  readonly queueSeconds: number | null;
  /** From the job's start to that of bsweep in its container; null where the job does not tell. */
  readonly startSeconds: number | null;
  /** From writing its report to seeing it here, by two clocks; null when it was there already. */
  readonly visibleSeconds: number | null;
}

/** Beyond this, times of two machines cannot be compared any more. */
const MOST_CLOCK_SECONDS = 5;
/** What a task of a pool may show no sign of life for (cli/job-program.ts). */
const PATIENCE_SECONDS = 60;
const LEAST_TMP_MIB = 1024;
const LOG_TAIL_LINES = 6;

type Judge = (what: string, remedy: string) => SmokeFinding;
const problem: Judge = (what, remedy) => ({ level: "problem", what, remedy });
const warning: Judge = (what, remedy) => ({ level: "warning", what, remedy });
const note = (what: string): SmokeFinding => ({ level: "note", what, remedy: "" });

/** What is wrong with a site, if anything, each with what to do about it: problems first. */
export function judgeSmoke(
  states: readonly ProbeState[],
  probes: readonly SmokeProbe[],
  site: Site,
  study: Study | null,
): SmokeFinding[] {
  const facts = probes.map((probe) => probe.facts);
  const found = [
    ...states.filter((state) => state.facts === undefined).map(judgeMissing),
    ...facts.flatMap((each) => [...judgeFolders(each, site)]),
    ...facts.flatMap((each) => [...judgeResources(each, study)]),
    ...facts.flatMap((each) => [...judgeSoftware(each, site)]),
    ...probes.flatMap((each) => [...judgeTimes(each, site)]),
    ...judgePool(facts.filter(({ kind }) => kind === "pool")),
  ];
  const order = ["problem", "warning", "note"] as const;
  // What holds for several probes is told once.
  const merged = new Map(found.map((each) => [`${each.level} ${each.what}`, each]));
  return [...merged.values()].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

function judgeMissing(state: ProbeState): SmokeFinding {
  const { kind, place, lookup, failure, round } = state;
  const name = `${kind} element ${place}`;
  const logs = join(round.folder, logFolderName(1));
  const log = join(logs, elementLogName(place));
  const tail = tailOf(log);
  const remedy = tail === "" ? `look into ${logs}` : `${log} ends with:\n${tail}`;
  if (failure !== undefined) return problem(`${name} has not reported: ${failure}`, remedy);
  if (lookup === undefined || lookup === "unknown" || lookup === "hidden")
    return warning(`${name} has not reported yet`, remedy);
  if (lookup === "forgotten") {
    const what = `${name} left no report, and the scheduler does not know its job any more`;
    return problem(what, remedy);
  }
  const reason = lookup.reason === "" ? "" : ` (${lookup.reason})`;
  if (neverStarts(state)) {
    const end = formatCommand("bsweep", "cancel", studyFileOf(round), "--yes");
    return problem(
      `${name} can never start${reason}`,
      `the queue does not give what is asked for: see queue and resources of the study, or the site; the job waits on until it is ended: ${end}`,
    );
  }
  if (lookup.state === "pending" || lookup.state === "held") {
    return problem(
      `${name} is still waiting${reason}`,
      "queue, limits or resources do not let it start; wait longer with --timeout, or ask for less",
    );
  }
  return problem(`${name} has not reported, its job is ${lookup.state}${reason}`, remedy);
}

function tailOf(file: string): string {
  try {
    return readPlainFile(file).trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
  } catch {
    return "";
  }
}

type Findings = Generator<SmokeFinding>;

function* judgeFolders({ folders, host, environment }: SmokeFacts, site: Site): Findings {
  for (const { path, purpose, problem: why } of folders) {
    if (why === "") continue;
    yield problem(
      `${host}: the ${purpose === "data" ? "data set" : purpose} ${path} cannot be used: ${why}`,
      purpose === "data"
        ? `is it prepared, and inside a folder that containers see? mounts in ${site.file}`
        : `see mounts in ${site.file}`,
    );
  }
  const { tmpdir, tmpFreeMiB } = environment;
  if (!environment.tmpWritable)
    yield problem(
      `${host}: TMPDIR ${tmpdir} cannot be written`,
      "set TMPDIR in jobSetup of the site",
    );
  if (tmpFreeMiB !== null && tmpFreeMiB < LEAST_TMP_MIB)
    yield warning(
      `${host}: only ${formatMemory(tmpFreeMiB)} are free in ${tmpdir}`,
      "ask for room: resources.tmp",
    );
}

function* judgeResources(facts: SmokeFacts, study: Study | null): Findings {
  const { cpus = 1, memoryMiB = 1024 } = study?.resources ?? {};
  const { host, memoryLimitMiB, user } = facts;
  const seen = `${host}: a task sees ${plural(facts.cpus, "CPU")}`;
  if (facts.cpus < cpus) yield problem(`${seen}, the study asks for ${cpus}`, "see resources.cpus");
  if (facts.cpus > cpus) yield note(`${seen} and was given ${cpus}; threads are set to ${cpus}`);
  if (memoryLimitMiB === null)
    yield note(
      `${host}: no memory limit is to be seen; bsweep's own holds a trial to ${formatMemory(memoryMiB)}`,
    );
  else if (memoryLimitMiB < memoryMiB)
    yield problem(
      `${host}: memory is limited to ${formatMemory(memoryLimitMiB)}, the study asks for ${formatMemory(memoryMiB)}`,
      "the container's or the queue's limit is lower than what was asked for",
    );
  if (user.name === null) yield note(`uid ${user.uid} has no entry in passwd: fine for bsweep`);
  if (!user.homeWritable) yield note(`HOME (${user.home}) cannot be written: fine for bsweep`);
}

function* judgeSoftware({ host, software, environment }: SmokeFacts, site: Site): Findings {
  const own = packageVersion();
  if (software.bsweep !== own)
    yield warning(
      `${host}: the job runs bsweep ${software.bsweep}, this is ${own}`,
      "build and push the image again: bsweep image build",
    );
  if (software.tensorflowProblem !== "")
    yield problem(
      `${host}: the built-in trainer has no TensorFlow: ${software.tensorflowProblem}`,
      site.container === "none"
        ? "bsweep runtime install, where the jobs run"
        : "take the trainer image: bsweep image build",
    );
  if (site.container !== "none" && environment.misleading.length > 0)
    yield warning(
      `${host}: ${environment.misleading.join(", ")} came into the container`,
      "something sets it after the job file has taken it away: the image's own start-up files",
    );
}

function* judgeTimes({ facts, visibleSeconds, queueSeconds }: SmokeProbe, site: Site): Findings {
  const { host, serverAheadSeconds } = facts;
  if (Math.abs(serverAheadSeconds) > MOST_CLOCK_SECONDS)
    yield warning(
      `${host}: its clock and the file server's differ by ${serverAheadSeconds.toFixed(1)} s`,
      "tell the site's administrators; bsweep does not rely on it",
    );
  if (queueSeconds !== null && queueSeconds < -MOST_CLOCK_SECONDS)
    yield warning(`${host}: its clock is behind this machine's: times in queues are wrong`, "");
  const late = visibleSeconds ?? 0;
  if (late > Math.max(site.resultGraceSeconds, MOST_CLOCK_SECONDS))
    yield problem(
      `${host}: a report was seen here after ${late.toFixed(0)} s, the site allows ${site.resultGraceSeconds} s`,
      `set resultGraceSeconds in ${site.file}, or use storage that is no cache`,
    );
}

/** What a pool rests on: tasks on each host, files that all of them see, and that one alone can make. */
function* judgePool(facts: readonly SmokeFacts[]): Findings {
  const makers = facts.filter(({ madeExclusiveFile }) => madeExclusiveFile).length;
  const hosts = new Set(facts.map(({ host }) => host));
  yield* judgePeers(facts);
  if (facts.length > 1 && makers !== 1)
    yield problem(
      `${plural(makers, "task")} made the file that exactly one must make`,
      "this storage cannot tell tasks apart: use job arrays rather than a pool, or another workspace",
    );
  if (facts.length > 1 && hosts.size === 1) {
    const [host] = hosts;
    yield note(`both tasks of the pool ran on ${host ?? ""}: nothing was tried across hosts`);
  }
}

function* judgePeers(facts: readonly SmokeFacts[]): Findings {
  let slowest = 0;
  for (const { host, peers } of facts)
    for (const { roundTripSeconds } of peers) {
      slowest = Math.max(slowest, roundTripSeconds ?? 0);
      if (roundTripSeconds !== null) continue;
      yield problem(
        `the pool's task on ${host} met no other task`,
        "the launcher did not start all of them, or hosts do not see each other's files: see task-N.log",
      );
    }
  if (slowest > PATIENCE_SECONDS / 6)
    yield warning(
      `an answer by a file took ${slowest.toFixed(1)} s between two hosts`,
      `tasks of a pool count as dead after ${PATIENCE_SECONDS} s: use faster storage, or export BSWEEP_PATIENCE_SECONDS in jobSetup`,
    );
}
