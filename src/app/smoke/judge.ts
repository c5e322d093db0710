import { formatMemory, plural } from "../../core/quantities.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Site } from "../../core/site.ts";
import type { SmokeFacts } from "../../formats/smoke-files.ts";
import type { SmokeFinding, SmokeProbe } from "./smoke-report.ts";
import type { Study } from "../../core/study.ts";
import { elementLogName, logFolderName } from "../../workspace/layout.ts";
import { packageVersion } from "../../workspace/package.ts";
import type { ProbeState } from "./watch.ts";

/** Beyond this, times of two machines cannot be compared any more. */
const MOST_CLOCK_SECONDS = 5;
/** What a task of a pool may show no sign of life for (cli/pool.ts). */
const PATIENCE_SECONDS = 60;
const LEAST_TMP_MIB = 1024;
const LOG_TAIL_LINES = 6;

const problem = (what: string, remedy: string): SmokeFinding => ({
  level: "problem",
  what,
  remedy,
});
const warning = (what: string, remedy: string): SmokeFinding => ({
  level: "warning",
  what,
  remedy,
});
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
    ...facts.flatMap((each) => judgeFolders(each, site)),
    ...facts.flatMap((each) => judgeResources(each, study)),
    ...facts.flatMap((each) => judgeSoftware(each, site)),
    ...probes.flatMap((each) => judgeTimes(each, site)),
    ...judgePool(facts.filter(({ kind }) => kind === "pool")),
  ];
  const order = ["problem", "warning", "note"] as const;
  return merge(found).sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

/** What holds for several probes is told once. */
function merge(findings: readonly SmokeFinding[]): SmokeFinding[] {
  return [...new Map(findings.map((each) => [`${each.level} ${each.what}`, each])).values()];
}

function judgeMissing({ kind, place, lookup, failure, round }: ProbeState): SmokeFinding {
  const name = `${kind} element ${place}`;
  const logs = join(round.folder, logFolderName(1));
  const tail = tailOf(join(logs, elementLogName(place)));
  const remedy =
    tail === "" ? `look into ${logs}` : `${join(logs, elementLogName(place))} ends with:\n${tail}`;
  if (failure !== undefined) return problem(`${name} has not reported: ${failure}`, remedy);
  if (lookup === undefined || lookup === "unknown")
    return warning(`${name} has not reported yet`, remedy);
  if (lookup === "forgotten")
    return problem(
      `${name} left no report, and the scheduler does not know its job any more`,
      remedy,
    );
  const reason = lookup.reason === "" ? "" : ` (${lookup.reason})`;
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
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
  } catch {
    return "";
  }
}

function judgeFolders({ folders, host, environment }: SmokeFacts, site: Site): SmokeFinding[] {
  const broken = folders.filter((folder) => folder.problem !== "");
  return [
    ...broken.map(({ path, purpose, problem: why }) =>
      problem(
        `${host}: the ${purpose === "data" ? "data set" : purpose} ${path} cannot be used: ${why}`,
        purpose === "data"
          ? `is it prepared, and inside a folder that containers see? mounts in ${site.file}`
          : `see mounts in ${site.file}`,
      ),
    ),
    ...(environment.tmpWritable
      ? []
      : [
          problem(
            `${host}: TMPDIR ${environment.tmpdir} cannot be written`,
            "set TMPDIR in jobSetup of the site",
          ),
        ]),
    ...(environment.tmpFreeMiB === null || environment.tmpFreeMiB >= LEAST_TMP_MIB
      ? []
      : [
          warning(
            `${host}: only ${formatMemory(environment.tmpFreeMiB)} are free in ${environment.tmpdir}`,
            "ask for room: resources.tmp",
          ),
        ]),
  ];
}

function judgeResources(facts: SmokeFacts, study: Study | null): SmokeFinding[] {
  const { cpus = 1, memoryMiB = 1024 } = study?.resources ?? {};
  const { host, memoryLimitMiB, user } = facts;
  return [
    ...(facts.cpus < cpus
      ? [
          problem(
            `${host}: a task sees ${plural(facts.cpus, "CPU")}, the study asks for ${cpus}`,
            "see resources.cpus",
          ),
        ]
      : []),
    ...(facts.cpus > cpus
      ? [
          note(
            `${host}: a task sees ${plural(facts.cpus, "CPU")} and was given ${cpus}; threads are set to ${cpus}`,
          ),
        ]
      : []),
    ...(memoryLimitMiB !== null && memoryLimitMiB < memoryMiB
      ? [
          problem(
            `${host}: memory is limited to ${formatMemory(memoryLimitMiB)}, the study asks for ${formatMemory(memoryMiB)}`,
            "the container's or the queue's limit is lower than what was asked for",
          ),
        ]
      : []),
    ...(memoryLimitMiB === null
      ? [
          note(
            `${host}: no memory limit is to be seen; bsweep's own holds a trial to ${formatMemory(memoryMiB)}`,
          ),
        ]
      : []),
    ...(user.name === null
      ? [note(`uid ${user.uid} has no entry in passwd: fine for bsweep`)]
      : []),
    ...(user.homeWritable ? [] : [note(`HOME (${user.home}) cannot be written: fine for bsweep`)]),
  ];
}

function judgeSoftware({ host, software, environment }: SmokeFacts, site: Site): SmokeFinding[] {
  const own = packageVersion();
  return [
    ...(software.bsweep === own
      ? []
      : [
          warning(
            `${host}: the job runs bsweep ${software.bsweep}, this is ${own}`,
            "build and push the image again: bsweep image build",
          ),
        ]),
    ...(software.tensorflowProblem === ""
      ? []
      : [
          problem(
            `${host}: the built-in trainer has no TensorFlow: ${software.tensorflowProblem}`,
            site.container === "none"
              ? "bsweep runtime install, where the jobs run"
              : "take the trainer image: bsweep image build",
          ),
        ]),
    ...(site.container !== "none" && environment.misleading.length > 0
      ? [
          warning(
            `${host}: ${environment.misleading.join(", ")} came into the container`,
            "something sets it after the job file has taken it away: the image's own start-up files",
          ),
        ]
      : []),
  ];
}

function judgeTimes(
  { facts, visibleSeconds, queueSeconds }: SmokeProbe,
  site: Site,
): SmokeFinding[] {
  const { host, serverAheadSeconds } = facts;
  return [
    ...(Math.abs(serverAheadSeconds) > MOST_CLOCK_SECONDS
      ? [
          warning(
            `${host}: its clock and the file server's differ by ${serverAheadSeconds.toFixed(1)} s`,
            "tell the site's administrators; bsweep does not rely on it",
          ),
        ]
      : []),
    ...(queueSeconds !== null && queueSeconds < -MOST_CLOCK_SECONDS
      ? [warning(`${host}: its clock is behind this machine's: times in queues are wrong`, "")]
      : []),
    ...(visibleSeconds !== null &&
    visibleSeconds > Math.max(site.resultGraceSeconds, MOST_CLOCK_SECONDS)
      ? [
          problem(
            `${host}: a report was seen here after ${visibleSeconds.toFixed(0)} s, the site allows ${site.resultGraceSeconds} s`,
            `set resultGraceSeconds in ${site.file}, or use storage that is no cache`,
          ),
        ]
      : []),
  ];
}

/** What a pool rests on: tasks on each host, files that all of them see, and that one alone can make. */
function judgePool(facts: readonly SmokeFacts[]): SmokeFinding[] {
  const makers = facts.filter(({ madeExclusiveFile }) => madeExclusiveFile).length;
  const hosts = new Set(facts.map(({ host }) => host));
  return [
    ...judgePeers(facts),
    ...(facts.length > 1 && makers !== 1
      ? [
          problem(
            `${plural(makers, "task")} made the file that exactly one must make`,
            "this storage cannot tell tasks apart: use job arrays rather than a pool, or another workspace",
          ),
        ]
      : []),
    ...(facts.length > 1 && hosts.size === 1
      ? [
          note(
            `both tasks of the pool ran on ${[...hosts].join("")}: nothing was tried across hosts`,
          ),
        ]
      : []),
  ];
}

function judgePeers(facts: readonly SmokeFacts[]): SmokeFinding[] {
  const trips = facts.flatMap(({ host, peers }) =>
    peers.map(({ roundTripSeconds }) => ({ host, roundTripSeconds })),
  );
  const silent = trips.filter(({ roundTripSeconds }) => roundTripSeconds === null);
  const slowest = Math.max(0, ...trips.map(({ roundTripSeconds }) => roundTripSeconds ?? 0));
  return [
    ...silent.map(({ host }) =>
      problem(
        `the pool's task on ${host} met no other task`,
        "the launcher did not start all of them, or hosts do not see each other's files: see task-N.log",
      ),
    ),
    ...(slowest > PATIENCE_SECONDS / 6
      ? [
          warning(
            `an answer by a file took ${slowest.toFixed(1)} s between two hosts`,
            `tasks of a pool count as dead after ${PATIENCE_SECONDS} s: use faster storage, or export BSWEEP_PATIENCE_SECONDS in jobSetup`,
          ),
        ]
      : []),
  ];
}
