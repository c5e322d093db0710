import { checker, type Check } from "../../core/check.ts";
import { formatDuration } from "../../core/quantities.ts";
import type { DoctorDialect, DoctorQuestion, DoctorSubject } from "../scheduler.ts";
import {
  parseAccounts,
  parseMaxArraySize,
  parsePartitions,
  parsePing,
  PARTITION_FORMAT,
  type Partition,
} from "./facts.ts";

/** What Slurm says about the site, the partition and the account. */
export const slurmDoctor: DoctorDialect = {
  commands: ["sbatch", "squeue", "scancel", "scontrol"],
  questions: (subject) => [
    ANSWERS,
    askArraySize(subject),
    askPartitions(subject),
    ...askAccount(subject),
  ],
  inside: () => [],
};

const ANSWERS: DoctorQuestion = {
  argv: ["scontrol", "ping"],
  judge: ({ stdout, reason }) => {
    const slurm = checker("Slurm");
    return parsePing(stdout)
      ? [slurm.ok("the controller answers")]
      : [slurm.fail(`scontrol ping: ${reason}`, "wait until the controller is up")];
  },
};

/** An array of N has the indices 1 .. N, and the largest must be below MaxArraySize. */
function askArraySize({ site: { maxArraySize, file } }: DoctorSubject): DoctorQuestion {
  const size = checker("array size");
  return {
    argv: ["scontrol", "show", "config"],
    judge: ({ stdout, reason }) => {
      const limit = parseMaxArraySize(stdout);
      if (limit === undefined) return [size.skip(`scontrol show config does not tell: ${reason}`)];
      const text = `arrays of ${maxArraySize}, Slurm takes ${limit - 1} (MaxArraySize ${limit})`;
      const remedy = `maxArraySize: ${limit - 1} (in ${file}, or in a site of your own that extends it)`;
      return [maxArraySize < limit ? size.ok(text) : size.fail(text, remedy)];
    },
  };
}

function askPartitions({ cluster, site, study }: DoctorSubject): DoctorQuestion {
  const names = (cluster?.queue ?? site.queue)?.split(",") ?? [];
  return {
    argv: ["sinfo", "-h", "-o", PARTITION_FORMAT],
    judge: ({ stdout, succeeded, reason }) => {
      const partitions = parsePartitions(stdout);
      const known = [...new Set(partitions.map((row) => row.name))].join(", ");
      return names.map((name) => {
        const rows = partitions.filter((row) => row.name === name);
        return rows.length > 0
          ? judgePartition(name, rows, study)
          : checker(`partition ${name}`).fail(
              succeeded ? "is not there" : reason,
              `sinfo: ${known}`,
            );
      });
    },
  };
}

/** @param rows at least one, of one partition */
function judgePartition(
  name: string,
  rows: readonly Partition[],
  study: DoctorSubject["study"],
): Check {
  const partition = checker(`partition ${name}`);
  const { isUp = false, limitSeconds = null } = rows[0] ?? {};
  if (!isUp) return partition.warn("is down", "take another, or wait");
  const { walltimeSeconds, gpu } = study?.resources ?? { walltimeSeconds: 0 };
  if (limitSeconds !== null && walltimeSeconds > limitSeconds) {
    const remedy = `resources: { walltime: ... } of at most ${formatDuration(limitSeconds)}`;
    return partition.fail(`jobs of at most ${formatDuration(limitSeconds)}`, remedy);
  }
  return gpu !== undefined && !rows.some((row) => row.hasGpu)
    ? partition.fail("has no GPUs", "sinfo -o '%P %G' shows where GPUs are")
    : partition.ok("is up");
}

function askAccount({ cluster, site, user }: DoctorSubject): DoctorQuestion[] {
  const name = cluster?.userGroup ?? site.userGroup;
  if (name === undefined) return [];
  const account = checker(`account ${name}`);
  const judge: DoctorQuestion["judge"] = ({ stdout, succeeded, reason }) => {
    if (!succeeded) return [account.skip(`sacctmgr does not tell: ${reason}`)];
    const accounts = parseAccounts(stdout);
    if (accounts.includes(name)) return [account.ok(`${user} may use it`)];
    const found = `${user} may use ${accounts.join(", ") || "none"}`;
    return [account.fail(found, "cluster: { userGroup: one of them }")];
  };
  const argv = ["sacctmgr", "-nP", "show", "assoc", `user=${user}`, "format=account"] as const;
  return [{ argv, absent: account.skip("sacctmgr is not here to ask"), judge }];
}
