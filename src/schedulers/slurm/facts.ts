import type { RunLimitDialect } from "../scheduler.ts";

/** `[days-][hours:]minutes:seconds`; null for anything else, such as `INVALID`. */
export function parseSlurmSeconds(text: string): number | null {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text);
  if (match === null) return null;
  const part = (place: number): number => Number(match[place] ?? 0);
  return ((part(1) * 24 + part(2)) * 60 + part(3)) * 60 + part(4);
}

/** `2026-11-27T06:54:17`, in this machine's zone; null for anything else, such as `N/A`. */
export function parseSlurmTime(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return null;
  return new Date(text);
}

/** What Slurm's commands tell of the cluster itself. All of it tolerates lines that do not belong there. */

/** Whether a controller answers, of `scontrol ping`. */
export function parsePing(ping: string): boolean {
  return /^Slurmctld\(\w+\) at .* is UP\s*$/m.test(ping);
}

/** A value of `scontrol show config`. */
export function parseSetting(config: string, key: string): string | undefined {
  for (const line of config.split("\n")) {
    const [name, ...value] = line.split("=");
    if (name?.trim() === key) return value.join("=").trim();
  }
  return undefined;
}

/** MaxArraySize: one more than the largest index. */
export function parseMaxArraySize(config: string): number | undefined {
  const value = parseSetting(config, "MaxArraySize");
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** The format that `sinfo` is asked in. */
export const PARTITION_FORMAT = "%P|%a|%l|%G";

export interface Partition {
  readonly name: string;
  readonly isDefault: boolean;
  readonly isUp: boolean;
  /** Of `[days-]hours:minutes:seconds`, in seconds; null: none. */
  readonly limitSeconds: number | null;
  readonly hasGpu: boolean;
}

/** Partitions, of `sinfo -h -o PARTITION_FORMAT`; a `*` marks the default one. Nodes of other kinds are rows of their own. */
export function parsePartitions(sinfo: string): Partition[] {
  return sinfo.split("\n").flatMap((line) => {
    const [name, available, limit, gres, more] = line.split("|");
    if (name === undefined || gres === undefined || more !== undefined) return [];
    const limitSeconds = parseSlurmSeconds((limit ?? "").trim());
    const hasGpu = /(?:^|,)gpu[:(]/.test(gres);
    const isDefault = name.endsWith("*");
    const isUp = available === "up";
    return [{ name: name.replace(/\*$/, ""), isDefault, isUp, limitSeconds, hasGpu }];
  });
}

/** Of several partitions the shortest limit: where limits are enforced, a job has to keep to all of them. */
export const slurmRunLimit: RunLimitDialect = {
  argv: () => ["sinfo", "-h", "-o", PARTITION_FORMAT],
  parse: (sinfo, queue) => {
    const names = queue?.split(",");
    const limits = parsePartitions(sinfo)
      .filter(({ name, isDefault }) => names?.includes(name) ?? isDefault)
      .flatMap(({ limitSeconds }) => limitSeconds ?? []);
    return limits.length === 0 ? null : Math.min(...limits);
  },
};

/** Accounts of a user, of `sacctmgr -nP show assoc user=U format=account`. */
export function parseAccounts(sacctmgr: string): string[] {
  const names = sacctmgr.split("\n").map((line) => line.split("|")[0]?.trim() ?? "");
  return [...new Set(names.filter((name) => /^[\w.-]+$/.test(name)))];
}
