import * as z from "zod";
import { CNN_PARAMETERS, isCnnParameter } from "../cnn/parameters.ts";
import type { Issue } from "../core/errors.ts";
import { dropAbsent, isObject } from "../core/objects.ts";
import type { CnnStudy, CommandStudy, Study } from "../core/study.ts";
import { preferParameters, variableOf } from "../core/trainer-command.ts";
import {
  checkCommand,
  checkNames,
  commandEntrySchema,
  commandStudySchema,
  type WrittenCommandStudy,
} from "./command-schema.ts";
import { type DocumentKind, formatJson } from "./issues.ts";
import { entrySchema } from "./parameter-schema.ts";
import { readCheckpoint, readDuration, readSize, toGpu, toPool } from "./placement-schema.ts";
import { findSchemaIssues, type IssueAt } from "./schema-issues.ts";
import { mappingOf, type SpaceParameter } from "./space-checks.ts";
import { checkStudy, toDimensions, toSampler, type SoundParts } from "./study-checks.ts";
import { METRICS, sharedShape, studySchema, type WrittenStudy } from "./study-schema.ts";
import { readYaml, throwIssues } from "./yaml-document.ts";

const KIND: DocumentKind = {
  code: "INVALID_STUDY",
  what: "study file",
  hint: "docs/study-file.md explains every key; templates/study holds examples",
};

/**
 * Reads a study file (YAML 1.2), defaults filled in.
 * @param file the file as the user named it, for messages
 * @throws BsweepError INVALID_STUDY with every issue at once, each with its line
 */
export function parseStudyFile(text: string, file: string): Study {
  const document = readYaml(text, file, KIND);
  const { value, issueAt } = document;
  const parts = isObject(value) ? value : {};
  const runsCommand = isCommandTrainer(parts["trainer"]);
  const schema = runsCommand ? commandStudySchema : studySchema;
  const issues = findSchemaIssues(schema, value, issueAt);
  const draft = runsCommand ? draftCommandStudy(parts) : draftCnnStudy(parts);
  const own = runsCommand ? checkCommandParts(parts, issueAt) : [];
  throwIssues(document, [...issues, ...own, ...checkStudy(draft, issueAt)], KIND);
  return runsCommand
    ? buildCommandStudy(commandStudySchema.parse(value), draft.space, file)
    : buildCnnStudy(studySchema.parse(value), draft.space, file);
}

/** Whether what stands under `trainer` is meant to be a command. */
function isCommandTrainer(trainer: unknown): boolean {
  return isObject(trainer) && ("command" in trainer || trainer["kind"] === "command");
}

/** What can be checked further although other parts may be wrong. */
function draftCnnStudy(parts: Readonly<Record<string, unknown>>): SoundParts {
  const { objective, trainer } = studySchema.shape;
  return {
    ...draftShared(parts, (name, entry) => {
      if (!isCnnParameter(name)) return undefined;
      const spec = CNN_PARAMETERS[name];
      const checked = entrySchema(spec).safeParse(entry).data;
      return checked && { name, entry: checked, isInteger: spec.kind === "integer" };
    }),
    objective: objective.safeParse(parts["objective"]).data,
    trainer: trainer.safeParse(parts["trainer"]).data,
  };
}

function draftCommandStudy(parts: Readonly<Record<string, unknown>>): SoundParts {
  return {
    ...draftShared(parts, (name, entry) => {
      const checked = commandEntrySchema.safeParse(entry).data;
      return checked && { name, entry: checked, isInteger: mappingOf(checked).integer === true };
    }),
    trainer: commandStudySchema.shape.trainer.safeParse(parts["trainer"]).data,
  };
}

function draftShared(
  parts: Readonly<Record<string, unknown>>,
  read: (name: string, entry: unknown) => SpaceParameter | undefined,
): SoundParts {
  const { sampler, replicates, cluster, resources } = sharedShape;
  const written = Object.entries(isObject(parts["space"]) ? parts["space"] : {});
  const space = written.flatMap(([name, entry]) => read(name, entry) ?? []);
  return {
    sampler: sampler.safeParse(parts["sampler"]).data,
    replicates: replicates.safeParse(parts["replicates"]).data,
    cluster: cluster.safeParse(parts["cluster"]).data,
    resources: resources.safeParse(parts["resources"]).data,
    space,
    spaceIsWhole: space.length === written.length,
  };
}

/** Words and names, checked however wrong the rest may be. */
function checkCommandParts(parts: Readonly<Record<string, unknown>>, issueAt: IssueAt): Issue[] {
  const { space, trainer, data } = parts;
  const { set, command } = isObject(trainer) ? trainer : {};
  const searched = Object.keys(isObject(space) ? space : {});
  const fixed = Object.keys(isObject(set) ? set : {});
  const words = commandStudySchema.shape.trainer.shape.command.safeParse(command).data ?? [];
  const parameters = [...searched, ...fixed];
  const scope = { parameters, hasData: data !== undefined };
  return [
    ...checkNames(searched, ["space"], issueAt),
    ...checkNames(fixed, ["trainer", "set"], issueAt),
    ...checkCommand(preferParameters(words, parameters).command, scope, issueAt),
  ];
}

function buildCnnStudy(
  written: WrittenStudy,
  space: readonly SpaceParameter[],
  file: string,
): CnnStudy {
  const { metric } = written.objective;
  const { kind, epochs, precision, set } = written.trainer;
  return {
    ...buildShared(written, file),
    objective: { metric, direction: METRICS[metric] },
    data: dropAbsent(written.data),
    trainer: { kind, epochs, precision, set: dropAbsent(set) },
    space: toDimensions(space, set),
  };
}

function buildCommandStudy(
  written: WrittenCommandStudy,
  space: readonly SpaceParameter[],
  file: string,
): CommandStudy {
  const { objective, data, trainer } = written;
  const set = dropAbsent(trainer.set);
  const parameters = [...space.map(({ name }) => name), ...Object.keys(set)];
  const { command, preferred } = preferParameters(trainer.command, parameters);
  const notes = preferred.map(
    (name) =>
      `trainer.command: {{${name}}} is the study's parameter \`${name}\`; bsweep's own value is in ${variableOf(name)}`,
  );
  return {
    ...buildShared(written, file),
    ...(notes.length === 0 ? {} : { notes }),
    objective,
    data: data === undefined ? null : dropAbsent(data),
    trainer: { ...trainer, command, set },
    space: toDimensions(space, trainer.set),
  };
}

function buildShared(written: WrittenStudy | WrittenCommandStudy, file: string) {
  return {
    name: written.study,
    file,
    sampler: toSampler(written.sampler),
    replicates: written.replicates,
    cluster: toCluster(written.cluster),
    resources: toResources(written.resources),
  };
}

function toCluster({ pool, ...rest }: WrittenStudy["cluster"]): Study["cluster"] {
  return { ...dropAbsent(rest), ...(pool === undefined ? {} : { pool: toPool(pool) }) };
}

function toResources(written: WrittenStudy["resources"]): Study["resources"] {
  const { cpus, memory, walltime, checkpoint, trialsPerElement } = written;
  const { gpu, tmp, maxMemory, maxWalltime } = written;
  return {
    ...{ cpus, trialsPerElement, checkpointSeconds: readCheckpoint(checkpoint) },
    memoryMiB: readSize(memory),
    walltimeSeconds: readDuration(walltime),
    ...(gpu === undefined ? {} : { gpu: toGpu(gpu) }),
    ...(tmp === undefined ? {} : { tmpMiB: readSize(tmp) }),
    ...(maxMemory === undefined ? {} : { maxMemoryMiB: readSize(maxMemory) }),
    ...(maxWalltime === undefined ? {} : { maxWalltimeSeconds: readDuration(maxWalltime) }),
  };
}

/** The text of templates/study.schema.json, the JSON schema of study files for editors. */
export function formatStudyJsonSchema(): string {
  const [cnn, command] = [studySchema, commandStudySchema].map(
    (schema) => z.toJSONSchema(schema, { io: "input" }) as JsonObject,
  );
  const { $schema, $defs: parts, ...ofCnn } = cnn ?? {};
  const { $defs: commandParts, ...ofCommand } = command ?? {};
  const $defs = { ...(parts as JsonObject), ...(commandParts as JsonObject) };
  const runsCommand = {
    properties: { trainer: { type: "object", required: ["command"] } },
    required: ["trainer"],
  };
  const schema = {
    $schema,
    $defs,
    if: runsCommand,
    then: { ...ofCommand, $schema: undefined },
    else: ofCnn,
  };
  return formatJson(schema);
}

type JsonObject = Readonly<Record<string, unknown>>;
