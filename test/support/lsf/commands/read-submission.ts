import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { Refusal } from "../daemon/refusal.ts";
import type { OutputFiles, Submission } from "../daemon/submission.ts";
import type { QueueDescription, Settings } from "../settings.ts";
import { parseApplication } from "../grammar/application.ts";
import {
  parseArraySpecification,
  type ArraySpecification,
} from "../grammar/array-specification.ts";
import { parseDependency } from "../grammar/dependency.ts";
import { selectEnvironment } from "../grammar/environment-list.ts";
import { parseGpu } from "../grammar/gpu.ts";
import { lastValues, type GivenOption } from "../grammar/options.ts";
import {
  parseMemoryLimitKiB,
  parseRunLimitSeconds,
  parseSlots,
  parseTime,
} from "../grammar/quantities.ts";
import { parseRequeueCodes } from "../grammar/requeue-codes.ts";
import { parseRequirement } from "../grammar/resource-requirement.ts";
import { checkExclusions } from "./bsub-exclusions.ts";
import {
  chooseGroup,
  chooseHosts,
  chooseQueue,
  chooseServiceClass,
  chooseUserGroup,
} from "./bsub-places.ts";

/** Who submits: bsub, or bmod in the name of the bsub before. */
export type Submitter = Pick<Call, "cwd" | "env" | "out">;

export interface Given {
  readonly options: readonly GivenOption[];
  readonly command: string;
  readonly fromStdin: boolean;
}

/** What the parts of a submission are read from. */
interface Reading {
  readonly cluster: Cluster;
  readonly call: Submitter;
  readonly given: Given;
  readonly values: Readonly<Record<string, string>>;
  readonly queue: QueueDescription;
  readonly array: ArraySpecification;
}

/** Checks everything a job was asked for; the first thing wrong refuses it. Limits of names: HELP. */
export function readSubmission(cluster: Cluster, call: Submitter, given: Given): Submission {
  const values = lastValues(given.options);
  checkExclusions(cluster, values);
  const array = parseArraySpecification(values["-J"] ?? "", {
    maxArraySize: cluster.settings.maxArraySize,
    specificationLimit: cluster.variants.arraySpecificationLimit,
  });
  checkArray(array.indices, values);
  const reading = { cluster, call, given, values, array, queue: chooseQueue(cluster, values) };
  return {
    ...readIdentity(reading),
    ...readResources(reading),
    ...readConditions(reading),
    ...readSurroundings(reading),
  };
}

function readIdentity({ cluster, call, given, values, array, queue }: Reading) {
  const specification = values["-J"] ?? "";
  const unnamed = specification === "";
  return {
    options: values,
    given: given.options,
    name: unnamed ? defaultName(given.command) : array.name,
    specification: unnamed ? defaultName(given.command) : specification,
    indices: array.indices,
    runningLimit: array.runningLimit,
    description: values["-Jd"] ?? "",
    queue: queue.name,
    userGroup: chooseUserGroup(cluster, call, values, queue),
    serviceClass: chooseServiceClass(cluster, values, queue),
    group: chooseGroup(cluster, values),
    project: values["-P"] ?? "default",
  };
}

/** The value of an option that may be missing. */
const parsed = <T>(value: string | undefined, parse: (value: string) => T): T | null =>
  value === undefined ? null : parse(value);

function readResources({ cluster, given, values, queue }: Reading) {
  const { settings, variants } = cluster;
  const requirements = given.options.filter(({ name }) => name === "-R").map(({ value }) => value);
  const known = { resources: settings.resources, bareUnit: variants.bareUnit };
  const priority = (value: string): number => parsePriority(value, settings.maxUserPriority);
  const memory = (value: string): number => parseMemoryLimitKiB(value, variants.bareUnit);
  return {
    priority: parsed(values["-sp"], priority),
    slots: parsed(values["-n"], parseSlots) ?? 1,
    requirement: parseRequirement(requirements, known),
    gpu: parsed(values["-gpu"], parseGpu),
    hosts: parsed(values["-m"], (value) => chooseHosts(cluster, value)) ?? [],
    exclusive: "-x" in values,
    memoryLimitKiB: parsed(values["-M"], memory),
    runLimitSeconds: limitRun(parsed(values["-W"], parseRunLimitSeconds), queue.runLimitSeconds),
  };
}

function readConditions({ cluster, values, array }: Reading) {
  const now = cluster.clock.now();
  const context = { find: (name: string) => cluster.find(name), indices: array.indices };
  return {
    dependency: parsed(values["-w"], (value) => parseDependency(value, context)),
    endsWhenImpossible: "-ti" in values,
    requeueCodes: parsed(values["-Q"], parseRequeueCodes),
    rerunnable: "-r" in values,
    held: "-H" in values,
    beginsAt: parsed(values["-b"], (value) => parseTime(value, now)),
    terminatesAt: parsed(values["-t"], (value) => parseEnd(value, now)),
  };
}

function readSurroundings({ cluster, call, given, values }: Reading) {
  const environment = selectEnvironment(values["-env"] ?? "all", call.env);
  const application = readApplication(values, environment);
  return {
    output: readOutputFiles(values),
    input: values["-i"] ?? "/dev/null",
    mail: readMail(values),
    interactive: (["-I", "-Ip", "-Is"] as const).find((name) => name in values) ?? null,
    waits: "-K" in values,
    application: checkApplication(cluster.settings, application),
    workFolder: values["-cwd"] ?? null,
    command: given.command,
    fromStdin: given.fromStdin,
    folder: call.cwd,
    environment,
  };
}

/** HELP -J: without a name a job is called as its command is; S OOD: newlines of a script become `;`. */
const defaultName = (command: string): string =>
  command.trimEnd().replaceAll("\n", ";").slice(0, 4094);

function checkArray(indices: unknown, values: Readonly<Record<string, string>>): void {
  if (indices === null) return;
  if ("-K" in values) throw new Refusal("Job array doesn't support -K option");
  if ("-I" in values || "-Ip" in values || "-Is" in values) {
    throw new Refusal("Interactive job not supported for job arrays");
  }
}

function parsePriority(value: string, maximum: number | null): number {
  if (maximum === null) throw new Refusal("Job priority control undefined");
  if (!/^-?\d+$/.test(value)) throw new Refusal(`${value}: Illegal job priority`);
  if (Number(value) >= 1 && Number(value) <= maximum) return Number(value);
  throw new Refusal("Bad user priority");
}

function parseEnd(value: string, now: number): number {
  const time = parseTime(value, now);
  if (time > now) return time;
  throw new Refusal("Job termination time cannot be in the past");
}

/** A queue's own run limit holds where none is asked for, and may not be exceeded; VOL for the text. */
function limitRun(asked: number | null, ofQueue: number | null): number | null {
  if (asked !== null && ofQueue !== null && asked > ofQueue) {
    throw new Refusal("RUNLIMIT: Cannot exceed queue's hard limit(s)");
  }
  return asked ?? ofQueue;
}

function readOutputFiles(values: Readonly<Record<string, string>>): OutputFiles {
  for (const name of ["-o", "-oo", "-e", "-eo", "-i"]) {
    const value = values[name] ?? "";
    if (value.length > 4094) throw new Refusal(`${value}: File name too long`);
  }
  return {
    stdout: values["-oo"] ?? values["-o"] ?? null,
    stderr: values["-eo"] ?? values["-e"] ?? null,
    overwriteStdout: "-oo" in values,
    overwriteStderr: "-eo" in values,
  };
}

function readMail(values: Readonly<Record<string, string>>): Submission["mail"] {
  const address = values["-u"] ?? "";
  if (address.length > 511) throw new Refusal("Bad user name");
  const at = "-N" in values ? "end" : "-Ne" in values ? "error" : "-B" in values ? "start" : null;
  return { at, address };
}

/** On compute1 every job has an image (DRC); what an esub says of one that has none is ours. */
function checkApplication(
  { mode }: Settings,
  application: Submission["application"],
): Submission["application"] {
  if (mode === "podman" && (application?.argument ?? "") === "") {
    throw new Refusal("A job needs an image.\nRequest aborted by esub");
  }
  return application;
}

/** JEE: `-a 'docker(image)'` and `LSB_CONTAINER_IMAGE=image bsub -app docker` mean the same. */
function readApplication(
  values: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Submission["application"] {
  if (values["-a"] !== undefined) return parseApplication(values["-a"]);
  if (values["-app"] === undefined) return null;
  const image = environment["LSB_CONTAINER_IMAGE"] ?? "";
  try {
    return parseApplication(`${values["-app"]}(${image})`);
  } catch {
    throw new Refusal("No such application profile");
  }
}
