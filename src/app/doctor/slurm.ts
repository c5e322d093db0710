import { checker, type Check } from "./check.ts";
import {
  parseAccounts,
  parseMaxArraySize,
  parsePartitions,
  parsePing,
  PARTITION_FORMAT,
} from "../../schedulers/slurm/facts.ts";
import { formatDuration } from "../../core/quantities.ts";
import { ask, isOnPath, reasonOf, type DoctorContext } from "./context.ts";

/** What Slurm says about the site, the partition and the account. */
export async function checkSlurm(context: DoctorContext): Promise<Check[]> {
  if (context.site.scheduler !== "slurm" || !isOnPath(context, "sbatch")) return [];
  const answer = await checkAnswer(context);
  if (answer.state === "fail") return [answer];
  return [
    answer,
    await checkArraySize(context),
    ...(await checkPartitions(context)),
    ...(await checkAccount(context)),
  ];
}

async function checkAnswer(context: DoctorContext): Promise<Check> {
  const slurm = checker("Slurm");
  const run = await ask(context, "scontrol", "ping");
  if (parsePing(run.stdout)) return slurm.ok("the controller answers");
  return slurm.fail(`scontrol ping: ${reasonOf(run)}`, "wait until the controller is up");
}

/** An array of N has the indices 1 .. N, and the largest must be below MaxArraySize. */
async function checkArraySize(context: DoctorContext): Promise<Check> {
  const size = checker("array size");
  const run = await ask(context, "scontrol", "show", "config");
  const limit = parseMaxArraySize(run.stdout);
  if (limit === undefined) return size.skip(`scontrol show config does not tell: ${reasonOf(run)}`);
  const { maxArraySize, file } = context.site;
  const text = `arrays of ${maxArraySize}, Slurm takes ${limit - 1} (MaxArraySize ${limit})`;
  return maxArraySize < limit
    ? size.ok(text)
    : size.fail(
        text,
        `maxArraySize: ${limit - 1} (in ${file}, or in a site of your own that extends it)`,
      );
}

async function checkPartitions(context: DoctorContext): Promise<Check[]> {
  const names = (context.cluster?.queue ?? context.site.queue)?.split(",") ?? [];
  const run = await ask(context, "sinfo", "-h", "-o", PARTITION_FORMAT);
  const partitions = parsePartitions(run.stdout);
  return names.map((name) => {
    const partition = checker(`partition ${name}`);
    const rows = partitions.filter((row) => row.name === name);
    const [first] = rows;
    if (first === undefined) {
      const known = [...new Set(partitions.map((row) => row.name))].join(", ");
      return partition.fail(run.succeeded ? "is not there" : reasonOf(run), `sinfo: ${known}`);
    }
    if (!first.isUp) return partition.warn("is down", "take another, or wait");
    const { walltimeSeconds, gpu } = context.study?.resources ?? { walltimeSeconds: 0 };
    const { limitSeconds } = first;
    if (limitSeconds !== null && walltimeSeconds > limitSeconds) {
      const remedy = `resources: { walltime: ... } of at most ${formatDuration(limitSeconds)}`;
      return partition.fail(`jobs of at most ${formatDuration(limitSeconds)}`, remedy);
    }
    if (gpu !== undefined && !rows.some((row) => row.hasGpu)) {
      return partition.fail("has no GPUs", "sinfo -o '%P %G' shows where GPUs are");
    }
    return partition.ok("is up");
  });
}

async function checkAccount(context: DoctorContext): Promise<Check[]> {
  const name = context.cluster?.userGroup ?? context.site.userGroup;
  if (name === undefined) return [];
  const account = checker(`account ${name}`);
  if (!isOnPath(context, "sacctmgr")) return [account.skip("sacctmgr is not here to ask")];
  const words = ["-nP", "show", "assoc", `user=${context.user}`, "format=account"];
  const run = await ask(context, "sacctmgr", ...words);
  if (!run.succeeded) return [account.skip(`sacctmgr does not tell: ${reasonOf(run)}`)];
  const accounts = parseAccounts(run.stdout);
  return accounts.includes(name)
    ? [account.ok(`${context.user} may use it`)]
    : [
        account.fail(
          `${context.user} may use ${accounts.join(", ") || "none"}`,
          "cluster: { userGroup: one of them }",
        ),
      ];
}
