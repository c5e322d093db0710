import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { Refusal } from "../daemon/refusal.ts";
import type { OutputFiles, Submission } from "../daemon/submission.ts";
import type { Settings } from "../settings.ts";
import { parseApplication } from "../grammar/application.ts";
import { parseArraySpecification } from "../grammar/array-specification.ts";
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

/** Checks everything a job was asked for; the first thing wrong refuses it. Limits of names: HELP. */
export function readSubmission(cluster: Cluster, call: Submitter, given: Given): Submission {
  const values = lastValues(given.options);
  const text = (name: string): string | null => values[name] ?? null;
  const parsed = <T>(name: string, parse: (value: string) => T): T | null =>
    values[name] === undefined ? null : parse(values[name]);
  checkExclusions(cluster, values);
  const { variants, settings, clock } = cluster;
  const unit = variants.bareUnit;
  const specification = text("-J") ?? "";
  const array = parseArraySpecification(specification, {
    maxArraySize: settings.maxArraySize,
    specificationLimit: variants.arraySpecificationLimit,
  });
  checkArray(array.indices, values);
  const queue = chooseQueue(cluster, values);
  const requirements = given.options.filter(({ name }) => name === "-R").map(({ value }) => value);
  const environment = selectEnvironment(text("-env") ?? "all", call.env);
  return {
    options: values,
    given: given.options,
    name: specification === "" ? defaultName(given.command) : array.name,
    specification: specification === "" ? defaultName(given.command) : specification,
    indices: array.indices,
    runningLimit: array.runningLimit,
    description: text("-Jd") ?? "",
    queue: queue.name,
    userGroup: chooseUserGroup(cluster, call, values, queue),
    serviceClass: chooseServiceClass(cluster, values, queue),
    group: chooseGroup(cluster, values),
    project: text("-P") ?? "default",
    priority: parsed("-sp", (value) => parsePriority(value, settings.maxUserPriority)),
    slots: parsed("-n", parseSlots) ?? 1,
    requirement: parseRequirement(requirements, { resources: settings.resources, bareUnit: unit }),
    gpu: parsed("-gpu", parseGpu),
    hosts: parsed("-m", (value) => chooseHosts(cluster, value)) ?? [],
    exclusive: text("-x") !== null,
    memoryLimitKiB: parsed("-M", (value) => parseMemoryLimitKiB(value, unit)),
    runLimitSeconds: limitRun(parsed("-W", parseRunLimitSeconds), queue.runLimitSeconds),
    dependency: parsed("-w", (value) =>
      parseDependency(value, { find: (name) => cluster.find(name), indices: array.indices }),
    ),
    endsWhenImpossible: text("-ti") !== null,
    requeueCodes: parsed("-Q", parseRequeueCodes),
    rerunnable: text("-r") !== null,
    output: readOutputFiles(values),
    input: text("-i") ?? "/dev/null",
    mail: readMail(values),
    held: text("-H") !== null,
    interactive: (["-I", "-Ip", "-Is"] as const).find((name) => name in values) ?? null,
    waits: text("-K") !== null,
    application: checkApplication(settings, readApplication(values, environment)),
    preCommand: text("-E"),
    beginsAt: parsed("-b", (value) => parseTime(value, clock.now())),
    terminatesAt: parsed("-t", (value) => parseEnd(value, clock.now())),
    workFolder: text("-cwd"),
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
