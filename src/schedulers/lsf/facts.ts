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
