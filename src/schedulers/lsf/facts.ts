import type { RunLimitDialect } from "../scheduler.ts";

/** What LSF's commands tell of the cluster itself. All of it tolerates lines that do not belong there. */

/** The cluster's name, of lsid; undefined when LSF has not answered. */
export function parseClusterName(lsid: string): string | undefined {
  return /^My cluster name is (\S+)\s*$/m.exec(lsid)?.[1];
}

/** MAX_JOB_ARRAY_SIZE, of `bparams -a`. */
export function parseMaxArraySize(bparams: string): number | undefined {
  const size = /^\s*MAX_JOB_ARRAY_SIZE\s*=\s*(\d{1,9})\b/m.exec(bparams)?.[1];
  return size === undefined ? undefined : Number(size);
}

/** A queue's status, such as `Open:Active`, of `bqueues -w QUEUE`; undefined when it is not listed. */
export function parseQueueStatus(bqueues: string, queue: string): string | undefined {
  const rows = bqueues.split("\n").map((line) => line.trim().split(/\s+/));
  const status = rows.find(([name]) => name === queue)?.[2];
  return status !== undefined && /^(?:Open|Closed):\w+$/.test(status) ? status : undefined;
}

/** Jobs that a group has and may have (null: any number), of `bjgroup -s /GROUP`. */
export function parseGroupLimit(bjgroup: string, group: string) {
  const row = bjgroup.split("\n").find((line) => line.split(/\s+/)[0] === group);
  const [, used, limit] = /\s(\d{1,10})\/(\d{1,10}|-)(?:\s|$)/.exec(row ?? "") ?? [];
  if (used === undefined || limit === undefined) return undefined;
  return { used: Number(used), limit: limit === "-" ? null : Number(limit) };
}

/**
 * Whether a user is in a user group, of `bugroup GROUP`: `GROUP_NAME  USERS` and a row whose names may stand on
 * further lines. `unsure` where the group holds other groups (`NAME/`). Undefined when the group is not listed.
 */
export function parseMembership(
  bugroup: string,
  group: string,
  user: string,
): "member" | "stranger" | "unsure" | undefined {
  const lines = bugroup.split("\n");
  const start = lines.findIndex((line) => line.split(/\s+/)[0] === group);
  if (start < 0) return undefined;
  const next = lines.findIndex((line, at) => at > start && /^\S/.test(line));
  const names = lines
    .slice(start, next < 0 ? undefined : next)
    .join(" ")
    .split(/\s+/)
    .slice(1);
  if (names.includes(user) || names.includes("all")) return "member";
  return names.some((name) => name.endsWith("/")) ? "unsure" : "stranger";
}

/**
 * RUNLIMIT of `bqueues -l QUEUE`, in minutes below a line of headings: `CPULIMIT RUNLIMIT`, `10.0 min of h  60.0 min of h`.
 * Where default and maximum limits are told apart, the maximum counts. Of several queues the shortest: the first that is
 * usable gets the job.
 */
export const lsfRunLimit: RunLimitDialect = {
  argv: (queue) => (queue === undefined ? null : ["bqueues", "-l", ...queue.split(/\s+/)]),
  parse: (bqueues) => {
    const limits = bqueues.split(/^QUEUE:/m).flatMap((text) => parseRunLimit(text) ?? []);
    return limits.length === 0 ? null : Math.min(...limits);
  },
};

function parseRunLimit(queue: string): number | undefined {
  const [, defaults, maximum = ""] = queue.split(/^\s*(?:DEFAULT|MAXIMUM) LIMITS:/m);
  const lines = (defaults === undefined ? queue : maximum).split("\n");
  const at = lines.findIndex((line) => /^\s*(?:CPULIMIT\s+)?RUNLIMIT\b/.test(line));
  const place = (lines[at] ?? "").includes("CPULIMIT") ? 1 : 0;
  const minutes = [...(lines[at + 1] ?? "").matchAll(/(\d+(?:\.\d+)?) min\b/g)][place]?.[1];
  return at < 0 || minutes === undefined ? undefined : Math.floor(Number(minutes) * 60);
}
