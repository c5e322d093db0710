import * as z from "zod";
import { dropAbsent } from "../core/objects.ts";
import { LAUNCHERS } from "../core/placement.ts";
import { parseDurationSeconds, parseMemoryMiB } from "../core/quantities.ts";
import { describeFound, expected } from "./schema-issues.ts";

export function integer(low: number, high: number) {
  const or = expected(`an integer ${low} .. ${high}`);
  return z.int(or).min(low, or).max(high, or);
}

export function text(pattern: RegExp, description: string) {
  return z.string(expected(description)).regex(pattern, expected(description));
}

/** A text as the number that another parser reads; undefined for what it cannot read. */
export function quantity<T>(parse: (text: string) => T | undefined, description: string) {
  return z.string(expected(description)).transform((written, context) => {
    const value = parse(written);
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: describeFound(written, description) });
    return z.NEVER;
  });
}

/** MiB. */
export const size = () => quantity(parseMemoryMiB, "a size such as 4GB or 512MB");
/** Seconds. */
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
  queue: queueName().exactOptional().describe("Queue (LSF -q), or partition (Slurm)"),
  interactiveQueue: queueName().exactOptional().describe("Queue that `bsweep shell` uses"),
  userGroup: name().exactOptional().describe("User group (LSF -G), or account (Slurm), to charge"),
  serviceClass: name().exactOptional().describe("Subscription (LSF -sla), or QOS (Slurm)"),
  priority: integer(1, 1_000_000)
    .exactOptional()
    .describe("Priority among your own jobs (LSF -sp); LSF only"),
  hosts: hostList()
    .exactOptional()
    .describe("Hosts or host groups, any of them (LSF -m); LSF only"),
  excludeHosts: hostList().exactOptional().describe("Hosts that no element runs on"),
  hostModel: name()
    .exactOptional()
    .describe("Kind of host: CPU model (LSF), or feature (Slurm --constraint)"),
  image: image().exactOptional().describe("Container image the elements run in"),
  maxPendingElements: integer(1, 10_000_000)
    .exactOptional()
    .describe("Most of your elements waiting at once; the rest is submitted in later waves"),
  schedulerOptions: z
    .array(option, expected("a list of options"))
    .max(20)
    .exactOptional()
    .describe("Further options of bsub or sbatch, one each, as they are"),
};

export const poolSchema = z
  .strictObject({
    slots: integer(1, 10_000).describe("Tasks side by side, each with the resources of an element"),
    slotsPerHost: integer(1, 1024).exactOptional().describe("Most tasks on one host"),
    walltime: duration().describe("Most time the parallel job may take"),
    launcher: z
      .enum(LAUNCHERS)
      .exactOptional()
      .describe("What starts the tasks: blaunch (LSF), srun (Slurm) or mpirun"),
  })
  .transform(({ walltime, ...pool }) => ({ ...pool, walltimeSeconds: walltime }));

export const gpuSchema = z
  .strictObject({
    count: integer(1, 64).default(1).describe("GPUs of an element"),
    model: name().exactOptional().describe("Model, as `bhosts -gpu` or `sinfo -o %G` names it"),
    memory: size().exactOptional().describe("Memory of each GPU (LSF gmem)"),
    shared: z.boolean().default(false).describe("Others may use the same GPU (LSF)"),
  })
  .transform(({ memory, ...gpu }) => dropAbsent({ ...gpu, memoryMiB: memory }));
