import type { GpuRequest, Placement, Pool } from "../../core/placement.ts";
import { dropAbsent } from "../../core/objects.ts";
import { formatMemory } from "../../core/quantities.ts";
import { RUN_AGAIN_STATUS } from "../../core/trial.ts";
import type { JobFileDialect, JobRequest } from "../scheduler.ts";
import { rawOption, unusable, unusablePath, word } from "../values.ts";

/** IBM Spectrum LSF 10.1, "Job arrays": longest array specification. */
const MAX_ARRAY_SPECIFICATION = 255;
/** bsub(1): longest file name of -oo. */
const MAX_FILE_NAME = 4094;
/** What no shell and no parser takes for anything else. */
const PLAIN_PATH = /^[A-Za-z0-9_./%@+=:,-]+$/;
/** bgadd(1): longest name of a job group. */
const MAX_JOB_GROUP = 512;

/**
 * IBM Spectrum LSF 10.1. bsub reads its options from the job file: one quote character a line, a `#`
 * outside quotes ends the line, a `\` at the end joins the next line, nothing is expanded.
 */
export const lsfJobFile: JobFileDialect = {
  directivePrefix: "#BSUB",
  scriptExtension: ".bsub",
  directives: (request) => [
    `-J ${jobSpecification(request)}`,
    `-g ${jobGroup(request.jobGroup)}`,
    ...placementOptions(request).map(([option, value]) =>
      option === "-m" ? `-m "${value}"` : `${option} ${value}`,
    ),
    `-n ${slots(request)}`,
    `-M ${formatMemory(memoryPerHost(request))}`,
    `-R "${resourceRequirement(request)}"`,
    ...(request.gpu === undefined ? [] : [`-gpu "${gpuRequirement(request.gpu, request.pool)}"`]),
    `-W ${formatWalltime(request.pool?.walltimeSeconds ?? request.walltimeSeconds)}`,
    // A job that ends so is to be run again (bsub(1) -Q), as one whose host is lost (-r).
    `-Q "${RUN_AGAIN_STATUS}"`,
    "-r",
    `-oo ${logFile(request)}`,
    ...(request.isDocker ? [`-a 'docker(${image(request.image ?? "")})'`] : []),
    ...(request.schedulerOptions ?? []).map(rawOption),
  ],
  notifyOptions: ({ jobGroup: group, userGroup, queue, serviceClass, isDocker, image: name }) => [
    ...["-g", jobGroup(group)],
    ...placementOptions(dropAbsent({ userGroup, queue, serviceClass })).flat(),
    ...["-n", "1", "-M", "500MB", "-R", "rusage[mem=500MB]", "-W", "0:15"],
    ...(isDocker ? ["-a", `docker(${image(name ?? "")})`] : []),
  ],
};

function jobSpecification({ jobName, elements, concurrencyLimit, pool }: JobRequest): string {
  const name = word("study", jobName);
  if (pool !== null) return name;
  const specification = `${name}[1-${elements}]%${concurrencyLimit}`;
  if (specification.length > MAX_ARRAY_SPECIFICATION) {
    throw unusable("study", specification, `at most ${MAX_ARRAY_SPECIFICATION} characters`);
  }
  return `"${specification}"`;
}

/** Where a job runs, and as whom: each option with its value, as a word of its own. */
export function placementOptions(
  request: Placement,
): readonly (readonly [option: string, value: string])[] {
  const { userGroup, queue, serviceClass, priority, hosts = [] } = request;
  const named = hosts.map((host) => word("cluster.hosts", host));
  return [
    ...(userGroup === undefined ? [] : [["-G", word("userGroup", userGroup)] as const]),
    ...(queue === undefined ? [] : [["-q", word("queue", queue)] as const]),
    ...(serviceClass === undefined ? [] : [["-sla", word("serviceClass", serviceClass)] as const]),
    ...(priority === undefined ? [] : [["-sp", String(priority)] as const]),
    ...(named.length === 0 ? [] : [["-m", named.join(" ")] as const]),
  ];
}

/** LSF's slots are cores: a task of `cpus` cores takes as many. */
function slots({ cpus, pool }: JobRequest): number {
  return pool === null ? cpus : pool.slots * cpus;
}

/** -M and rusage[mem] hold for each host of a job (RIS, "Parabricks": one total for `span[hosts=1]`). */
function memoryPerHost({ memoryMiB, pool }: Pick<JobRequest, "memoryMiB" | "pool">): number {
  return memoryMiB * tasksPerHost(pool);
}

/** What counts for each host must be known beforehand: without a number, all tasks share one host. */
function tasksPerHost(pool: Pool | null): number {
  return pool === null ? 1 : Math.min(pool.slots, pool.slotsPerHost ?? pool.slots);
}

/** What a job asks of its hosts. */
type RequiredResources = Pick<
  JobRequest,
  "cpus" | "memoryMiB" | "gpu" | "tmpMiB" | "pool" | "hostModel" | "excludeHosts"
>;

/** One string: LSF takes span[] in a single -R only. `gpuhost` comes first (RIS, "Job execution examples"). */
export function resourceRequirement(request: RequiredResources): string {
  const { gpu, hostModel, excludeHosts = [], tmpMiB, pool, cpus } = request;
  const conditions = [
    ...(hostModel === undefined ? [] : [`model==${word("cluster.hostModel", hostModel)}`]),
    ...excludeHosts.map((host) => `hname!='${word("cluster.excludeHosts", host)}'`),
    ...(tmpMiB === undefined ? [] : [`tmp>${formatMemory(tmpMiB)}`]),
  ];
  const ofGpu = gpu === undefined ? [] : ["gpuhost"];
  const select =
    conditions.length === 0 ? ofGpu : [`select[${[...ofGpu, ...conditions].join(" && ")}]`];
  const memory = `mem=${formatMemory(memoryPerHost(request))}`;
  const usage = tmpMiB === undefined ? memory : `${memory},tmp=${formatMemory(tmpMiB)}`;
  const tasks = tasksPerHost(pool);
  const span =
    pool === null || tasks === pool.slots ? "span[hosts=1]" : `span[ptile=${tasks * cpus}]`;
  const affinity = pool === null ? [] : ["affinity[core(1)]"];
  return [...select, `rusage[${usage}]`, span, ...affinity].join(" ");
}

/** The number holds for each host of a job (bsub(1) -gpu). */
export function gpuRequirement(
  { count, model, memoryMiB, shared }: GpuRequest,
  pool: Pool | null,
): string {
  return [
    `num=${count * tasksPerHost(pool)}`,
    ...(model === undefined ? [] : [`gmodel=${word("resources.gpu.model", model)}`]),
    ...(memoryMiB === undefined ? [] : [`gmem=${formatMemory(memoryMiB)}`]),
    ...(shared ? ["j_exclusive=no"] : []),
  ].join(":");
}

export function jobGroup(value: string): string {
  if (/^(?:\/[A-Za-z0-9._@+-]+)+$/.test(value) && value.length <= MAX_JOB_GROUP) return value;
  throw unusable("cluster.jobGroup", value, "a name such as /user/group");
}

export function image(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/.test(value)) return value;
  throw unusable("cluster.image", value, "a Docker image reference");
}

/** `[hours:]minutes`, rounded up: LSF counts whole minutes. */
export function formatWalltime(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

function logFile({ logFolder, pool }: JobRequest): string {
  if (logFolder.includes("%")) {
    throw refused(logFolder, "LSF replaces what follows a `%` in the name of a log");
  }
  if (pool !== null && !PLAIN_PATH.test(logFolder)) {
    throw refused(logFolder, "blaunch hands the job file's name to another shell");
  }
  const file = `${logFolder}/${pool === null ? "%J.%I" : "%J"}.out`;
  if (file.length > MAX_FILE_NAME) {
    throw refused(logFolder, `LSF takes file names of at most ${MAX_FILE_NAME} characters`);
  }
  return quotePath(file);
}

/** A path as one value of a directive. bsub knows no escapes, so not every path can be written. */
function quotePath(path: string): string {
  if (/\p{Cc}/u.test(path)) {
    throw refused(path, "a directive is one line, without control characters");
  }
  if (path.includes("${")) {
    throw refused(path, "some versions of LSF replace `${...}` in a directive");
  }
  if (PLAIN_PATH.test(path)) return path;
  if (!path.includes('"')) return `"${path}"`;
  if (!path.includes("'")) return `'${path}'`;
  throw refused(path, "a directive can hold single or double quotes, not both");
}

const refused = (path: string, reason: string) => unusablePath(path, "an LSF", reason);
