import { dropAbsent } from "../../core/objects.ts";
import type { GpuRequest, Placement, Pool } from "../../core/placement.ts";
import type { JobFileDialect, JobRequest } from "../scheduler.ts";
import { rawOption, unusable, unusablePath, word } from "../values.ts";

/**
 * Slurm 22.05 to 24.11 (sbatch(1)). Options stand in `#SBATCH` lines before the first command; quotes are read
 * as a shell reads them, nothing is expanded but `%A` and `%a` in file names.
 */
export const slurmJobFile: JobFileDialect = {
  directivePrefix: "#SBATCH",
  scriptExtension: ".sbatch",
  directives: (request) => [
    `--job-name=${word("study", request.jobName)}`,
    ...shape(request),
    ...placementOptions(request),
    `--cpus-per-task=${request.cpus}`,
    ...memory(request),
    ...(request.gpu === undefined ? [] : [gpus(request.gpu, request.pool)]),
    ...(request.tmpMiB === undefined ? [] : [`--tmp=${request.tmpMiB}M`]),
    `--time=${formatTime(request.pool?.walltimeSeconds ?? request.walltimeSeconds)}`,
    // Run again after the loss of a node, or when a trial has left a checkpoint; logs go on where they were.
    "--requeue",
    "--open-mode=append",
    `--output=${logFile(request)}`,
    ...(request.schedulerOptions ?? []).map(rawOption),
  ],
  notifyOptions: ({ queue, userGroup, serviceClass }) => [
    ...placementOptions(dropAbsent({ queue, userGroup, serviceClass })),
    ...["--ntasks=1", "--mem=500M", "--time=00:15:00", "--output=/dev/null"],
  ],
};

/** Indices start at 1, as on LSF: the largest index is below MaxArraySize. */
function shape({ elements, concurrencyLimit, pool }: JobRequest): string[] {
  if (pool === null) return [`--array=1-${elements}%${concurrencyLimit}`, "--ntasks=1"];
  const { slots, slotsPerHost } = pool;
  return [
    `--ntasks=${slots}`,
    ...(slotsPerHost === undefined ? [] : [`--ntasks-per-node=${slotsPerHost}`]),
    // A lost node ends its own tasks alone.
    "--no-kill",
  ];
}

/** Where a job runs, and as whom. @throws BsweepError INVALID_STUDY for a key that Slurm has no option for */
export function placementOptions(request: Placement): string[] {
  const { userGroup, queue, serviceClass, hostModel, excludeHosts = [] } = request;
  for (const [key, value] of Object.entries({
    priority: request.priority?.toString(),
    hosts: request.hosts?.join(" "),
  })) {
    if (value === undefined) continue;
    throw unusable(`cluster.${key}`, value, "nothing: Slurm has no such option for users");
  }
  return [
    ...(queue === undefined ? [] : [`--partition=${word("queue", queue)}`]),
    ...(userGroup === undefined ? [] : [`--account=${word("userGroup", userGroup)}`]),
    ...(serviceClass === undefined ? [] : [`--qos=${word("serviceClass", serviceClass)}`]),
    ...(hostModel === undefined ? [] : [`--constraint=${word("cluster.hostModel", hostModel)}`]),
    ...(excludeHosts.length === 0
      ? []
      : [`--exclude=${excludeHosts.map((host) => word("cluster.excludeHosts", host)).join(",")}`]),
  ];
}

/** An array's element is one task on one node; tasks of a pool may share nodes as they come. */
function memory({ memoryMiB, cpus, pool }: JobRequest): string[] {
  return pool === null
    ? [`--mem=${memoryMiB}M`]
    : [`--mem-per-cpu=${Math.ceil(memoryMiB / cpus)}M`];
}

/** Of the one node, or of each task. Untyped unless the study names a model: not every site types its GPUs. */
export function gpus({ count, model }: GpuRequest, pool: Pool | null): string {
  const kind = model === undefined ? "" : `${word("resources.gpu.model", model)}:`;
  return pool === null ? `--gres=gpu:${kind}${count}` : `--gpus-per-task=${kind}${count}`;
}

/** `[days-]hours:minutes:seconds` */
export function formatTime(seconds: number): string {
  const [days, rest] = [Math.floor(seconds / 86400), seconds % 86400];
  const clock = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  return days === 0 ? clock : `${days}-${clock}`;
}

/** In file names `%` begins a pattern, `%%` is one, and a `\` turns patterns off (sbatch(1), "filename pattern"). */
function logFile({ logFolder, pool }: JobRequest): string {
  if (/\p{Cc}/u.test(logFolder)) {
    throw refused(logFolder, "a directive is one line, without control characters");
  }
  if (logFolder.includes("\\")) throw refused(logFolder, "a `\\` turns patterns in file names off");
  const file = `${logFolder.replaceAll("%", "%%")}/${pool === null ? "%A.%a" : "%j"}.out`;
  if (/^[A-Za-z0-9_./%@+=:,-]+$/.test(file)) return file;
  if (!file.includes('"')) return `"${file}"`;
  if (!file.includes("'")) return `'${file}'`;
  throw refused(logFolder, "a directive can hold single or double quotes, not both");
}

const refused = (path: string, reason: string) => unusablePath(path, "a Slurm", reason);
