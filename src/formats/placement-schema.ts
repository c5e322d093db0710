import * as z from "zod";
import { LAUNCHERS, type GpuRequest, type Pool } from "../core/placement.ts";
import { dropAbsent } from "../core/objects.ts";
import {
  parseCheckpointSeconds,
  parseDurationSeconds,
  parseMemoryMiB,
} from "../core/quantities.ts";
import { expected } from "./schema-issues.ts";

export function integer(low: number, high: number) {
  const or = expected(`an integer ${low} .. ${high}`);
  return z.int(or).min(low, or).max(high, or);
}

export function text(pattern: RegExp, description: string) {
  return z.string(expected(description)).regex(pattern, expected(description));
}

/** A text that another parser reads into a number. */
export function quantity(parse: (text: string) => number | null | undefined, description: string) {
  const or = expected(description);
  return z.string(or).refine((value) => parse(value) !== undefined, or);
}

export const size = () => quantity(parseMemoryMiB, "a size such as 4GB or 512MB");
export const duration = () =>
  quantity(parseDurationSeconds, "a time such as 30m, 1h30m or 01:30:00");

export const name = () => text(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, `.`, `_` or `-`");
/** Slurm takes several partitions, divided by commas. */
const queueName = () =>
  text(/^[A-Za-z0-9][A-Za-z0-9._,-]*$/, "letters, digits, `.`, `_`, `-`, or names divided by `,`");
const hostName = text(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "a host's name");
const hostList = () => z.array(hostName, expected("a list of hosts")).max(500);
const option = text(
  /^-[^\p{Cc}]{1,1000}$/u,
  "an option as the scheduler writes it, such as `-U reservation`, in one line",
);

/**
 * An image: it stands in `docker(...)` and in command lines, so it holds no blank, quote or parenthesis. With a
 * runtime other than Docker it may be a file, `/path/image.sif`, or `registry#name`, as pyxis writes it.
 */
export const image = () =>
  text(/^[A-Za-z0-9/][A-Za-z0-9._:/@#+-]*$/, "a container image: a reference, or a path");

/** The keys that a site and a study share. */
export const placementShape = {
  queue: queueName().optional().describe("Queue (LSF -q), or partition (Slurm)"),
  interactiveQueue: queueName().optional().describe("Queue that `bsweep shell` uses"),
  userGroup: name().optional().describe("User group (LSF -G), or account (Slurm), to charge"),
  serviceClass: name().optional().describe("Subscription (LSF -sla), or QOS (Slurm)"),
  priority: integer(1, 1_000_000)
    .optional()
    .describe("Priority among your own jobs (LSF -sp); LSF only"),
  hosts: hostList().optional().describe("Hosts or host groups, any of them (LSF -m); LSF only"),
  excludeHosts: hostList().optional().describe("Hosts that no element runs on"),
  hostModel: name()
    .optional()
    .describe("Kind of host: CPU model (LSF), or feature (Slurm --constraint)"),
  image: image().optional().describe("Container image the elements run in"),
  maxPendingElements: integer(1, 10_000_000)
    .optional()
    .describe("Most of your elements waiting at once; the rest is submitted in later waves"),
  schedulerOptions: z
    .array(option, expected("a list of options"))
    .max(20)
    .optional()
    .describe("Further options of bsub or sbatch, one each, as they are"),
};

export const poolSchema = z.strictObject({
  slots: integer(1, 10_000).describe("Tasks side by side, each with the resources of an element"),
  slotsPerHost: integer(1, 1024).optional().describe("Most tasks on one host"),
  walltime: duration().describe("Most time the parallel job may take"),
  launcher: z
    .enum(LAUNCHERS)
    .optional()
    .describe("What starts the tasks: blaunch (LSF), srun (Slurm) or mpirun"),
});

export const gpuSchema = z.strictObject({
  count: integer(1, 64).default(1).describe("GPUs of an element"),
  model: name().optional().describe("Model, as `bhosts -gpu` or `sinfo -o %G` names it"),
  memory: size().optional().describe("Memory of each GPU (LSF gmem)"),
  shared: z.boolean().default(false).describe("Others may use the same GPU (LSF)"),
});

/** @throws TypeError for what the schema cannot have let pass */
export function toPool({ slots, walltime, ...others }: z.output<typeof poolSchema>): Pool {
  return dropAbsent({ slots, walltimeSeconds: readDuration(walltime), ...others });
}

/** @throws TypeError for what the schema cannot have let pass */
export function toGpu({ count, model, memory, shared }: z.output<typeof gpuSchema>): GpuRequest {
  const memoryMiB = memory === undefined ? undefined : readSize(memory);
  return dropAbsent({ count, shared, model, memoryMiB });
}

/** @throws TypeError for what the schema cannot have let pass */
export const readSize = (written: string): number => checked(parseMemoryMiB(written));
/** @throws TypeError for what the schema cannot have let pass */
export const readDuration = (written: string): number => checked(parseDurationSeconds(written));

/** @throws TypeError for what the schema cannot have let pass */
export const readCheckpoint = (written: string): number | null =>
  checked(parseCheckpointSeconds(written));

function checked<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("the schema let an unreadable quantity pass");
  return value;
}
