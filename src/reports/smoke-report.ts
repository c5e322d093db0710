import { formatDuration, formatMemory, plural } from "../core/quantities.ts";
import { escapeControls } from "../core/printable.ts";
import type { SmokeFacts } from "../formats/smoke-files.ts";
import type { SmokeReport } from "../app/smoke.ts";
import type { SmokeFinding, SmokeProbe } from "../app/smoke/judge.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { drawTable, numberColumns } from "./cells.ts";

const COLUMNS = [
  { title: "probe" },
  { title: "host" },
  ...numberColumns("queue", "start", "seen", "CPUs", "memory", "uid"),
  { title: "Node" },
  { title: "bsweep" },
  { title: "TensorFlow" },
];

/**
 * Who ran where, with times; what the tasks of the pool saw of each other; what is wrong, and what to do.
 * @param look the command that tells later what the probes found
 */
export function formatSmokeReport(report: SmokeReport, look: string): string {
  const { site, scheduler, image, probes, findings, rounds } = report;
  return [
    `${site}: ${schedulerOf(report).submits ? scheduler : "processes here"}${image === "" ? "" : `, in ${image}`}`,
    ...(probes.length === 0 ? [] : [drawTable(COLUMNS, probes.map(toRow)), LEGEND]),
    ...describePeers(probes),
    ...describeEnvironment(probes),
    verdict(report, look),
    ...findings.map(describeFinding),
    `Logs: ${rounds.map(({ folder }) => `${folder}/logs`).join(" and ")}`,
  ].join("\n");
}

const LEGEND =
  "queue: from submitting to the job's start; start: from there to bsweep in its container; seen: from writing the report to its being seen here";

function toRow({ facts, queueSeconds, startSeconds, visibleSeconds }: SmokeProbe): string[] {
  const { kind, place, host, cpus, memoryLimitMiB, user, software } = facts;
  return [
    `${kind} ${place}`,
    escapeControls(host),
    formatSeconds(queueSeconds),
    formatSeconds(startSeconds),
    formatSeconds(visibleSeconds),
    String(cpus),
    memoryLimitMiB === null ? "no limit" : formatMemory(memoryLimitMiB),
    String(user.uid),
    escapeControls(software.node),
    escapeControls(software.bsweep),
    escapeControls(software.tensorflow ?? "-"),
  ];
}

function formatSeconds(seconds: number | null): string {
  return seconds === null ? "-" : formatDuration(seconds);
}

function describePeers(probes: readonly SmokeProbe[]): string[] {
  return probes.flatMap(({ facts: { host, place, peers } }) =>
    peers
      .filter((peer) => peer.roundTripSeconds !== null)
      .map(
        (peer) =>
          `Task ${place} on ${escapeControls(host)} had an answer from task ${peer.place} on ${escapeControls(peer.host)} through files after ${formatSeconds(peer.roundTripSeconds)}, clocks apart by ${formatSeconds(peer.clockAheadSeconds)}`,
      ),
  );
}

/** Of the first probe: the others are alike, or a finding says so. */
function describeEnvironment(probes: readonly SmokeProbe[]): string[] {
  const facts: SmokeFacts | undefined = probes[0]?.facts;
  if (facts === undefined) return [];
  const { environment, user, folders } = facts;
  const variables = Object.entries(environment.scheduler).map(
    ([name, value]) => `${name}=${value}`,
  );
  return [
    `PATH ${environment.path}`,
    `TMPDIR ${environment.tmpdir}${environment.tmpFreeMiB === null ? "" : `, ${formatMemory(environment.tmpFreeMiB)} free`}; HOME ${user.home}`,
    ...(variables.length === 0 ? [] : [variables.join(" ")]),
    ...folders.map(({ path, purpose, problem }) => `${purpose} ${path}: ${problem || "usable"}`),
  ].map(escapeControls);
}

function verdict({ complete, waited, findings, probes }: SmokeReport, look: string): string {
  const problems = findings.filter(({ level }) => level === "problem").length;
  if (problems > 0) return `\n${plural(problems, "problem")}:`;
  if (!complete)
    return `\n${waited ? "" : "The probes were not waited for (--wait does it). "}Nothing is known of the site yet; later this tells what they found: ${look}`;
  return `\nEvery probe ran (${probes.length}): nothing is wrong with the site as far as they see.`;
}

function describeFinding({ level, what, remedy }: SmokeFinding): string {
  const lines = remedy.split("\n").map(escapeControls);
  const advice = remedy === "" ? "" : `\n    ${lines.join("\n    ")}`;
  return `- ${level}: ${escapeControls(what)}${advice}`;
}
