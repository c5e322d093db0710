import * as z from "zod";
import { CNN_PARAMETERS, isCnnParameter } from "../cnn/parameters.ts";
import type { Issue } from "../core/errors.ts";
import { isObject } from "../core/objects.ts";
import type { CnnStudy, CommandStudy, Objective, Study } from "../core/study.ts";
import { preferParameters, variableOf } from "../core/trainer-command.ts";
import {
  checkCommand,
  checkNames,
  commandEntrySchema,
  commandStudySchema,
  type WrittenCommandStudy,
} from "./command-schema.ts";
import { type DocumentKind, formatJson } from "./issues.ts";
import { checkGoals, checkReckoned, directionIn, listObjectives, toGoals } from "./goals-schema.ts";
import { entrySchema } from "./space-schema.ts";
import { findSchemaIssues, type IssueAt } from "./schema-issues.ts";
import { mappingOf, type SpaceParameter } from "./space-checks.ts";
import { checkStudy, toDimensions, type SoundParts } from "./study-checks.ts";
import { directionOf, sharedShape, studySchema, type WrittenStudy } from "./study-schema.ts";
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
  const draft = draftStudy(parts, runsCommand);
  const own = runsCommand ? checkCommandParts(parts, issueAt) : [];
  const goals = checkGoals(parts, issueAt);
  throwIssues(document, [...issues, ...own, ...goals, ...checkStudy(draft, issueAt)], KIND);
  return runsCommand
    ? buildCommandStudy(commandStudySchema.parse(value), draft.space, file)
    : buildCnnStudy(studySchema.parse(value), draft.space, file);
}

/** Whether what stands under `trainer` is meant to be a command. */
function isCommandTrainer(trainer: unknown): boolean {
  return isObject(trainer) && ("command" in trainer || trainer["kind"] === "command");
}

/** What can be checked further although other parts may be wrong. */
function draftStudy(parts: JsonObject, runsCommand: boolean): SoundParts {
  const { sampler, stop, replicates, cluster, resources } = sharedShape;
  const { trainer } = (runsCommand ? commandStudySchema : studySchema).shape;
  const { pruner } = studySchema.shape;
  const written = Object.entries(isObject(parts["space"]) ? parts["space"] : {});
  const readParameter = runsCommand ? readCommandParameter : readCnnParameter;
  const space = written.flatMap(([name, entry]) => readParameter(name, entry) ?? []);
  return {
    objectives: runsCommand ? [] : listObjectives(parts),
    trainer: trainer.safeParse(parts["trainer"]).data,
    sampler: sampler.safeParse(parts["sampler"]).data,
    stop: stop.safeParse(parts["stop"]).data,
    // What a command tells at steps is for it to say.
    pruner: runsCommand ? undefined : pruner.safeParse(parts["pruner"]).data,
    replicates: replicates.safeParse(parts["replicates"]).data,
    cluster: cluster.safeParse(parts["cluster"]).data,
    resources: resources.safeParse(parts["resources"]).data,
    space,
    spaceIsWhole: space.length === written.length,
  };
}

function readCnnParameter(name: string, entry: unknown): SpaceParameter | undefined {
  if (!isCnnParameter(name)) return undefined;
  const spec = CNN_PARAMETERS[name];
  const checked = entrySchema(spec).safeParse(entry).data;
  return checked && { name, entry: checked, isInteger: spec.kind === "integer" };
}

function readCommandParameter(name: string, entry: unknown): SpaceParameter | undefined {
  const checked = commandEntrySchema.safeParse(entry).data;
  return checked && { name, entry: checked, isInteger: mappingOf(checked).integer === true };
}

/** Words and names, checked however wrong the rest may be. */
function checkCommandParts(parts: JsonObject, issueAt: IssueAt): Issue[] {
  const { space, trainer, data, require, objective, objectives } = parts;
  const { set, command } = isObject(trainer) ? trainer : {};
  const searched = Object.keys(isObject(space) ? space : {});
  const fixed = Object.keys(isObject(set) ? set : {});
  const words = commandStudySchema.shape.trainer.shape.command.safeParse(command).data ?? [];
  const parameters = [...searched, ...fixed];
  const scope = { parameters, hasData: data !== undefined };
  return [
    ...(objective === undefined && objectives === undefined
      ? [issueAt(["objective"], "found nothing, expected `objective` or `objectives`")]
      : []),
    ...checkReckoned(listObjectives(parts), data !== undefined, issueAt),
    ...checkNames(Object.keys(isObject(require) ? require : {}), ["require"], issueAt),
    ...checkNames(searched, ["space"], issueAt),
    ...checkNames(fixed, ["trainer", "set"], issueAt),
    ...checkCommand(preferParameters(words, parameters).command, scope, issueAt),
  ];
}

function buildCnnStudy(
  { study, objective, objectives, require, ...written }: WrittenStudy,
  space: readonly SpaceParameter[],
  file: string,
): CnnStudy {
  const [first = objective, ...further] = objectives ?? [];
  const direct = ({ metric }: Pick<typeof first, "metric">): Objective => ({
    metric,
    direction: directionOf(metric),
  });
  return {
    ...written,
    ...{ name: study, file },
    ...toGoals([direct(first), ...further.map(direct)], require),
    space: toDimensions(space, written.trainer.set),
  };
}

function buildCommandStudy(
  { study, data, trainer, objective, objectives, require, ...written }: WrittenCommandStudy,
  space: readonly SpaceParameter[],
  file: string,
): CommandStudy {
  const [first = objective, ...further] = objectives ?? [];
  if (first === undefined) throw new Error("a study without an objective was not refused");
  const parameters = [...space.map(({ name }) => name), ...Object.keys(trainer.set)];
  const { command, preferred } = preferParameters(trainer.command, parameters);
  const notes = preferred.map(
    (name) =>
      `trainer.command: {{${name}}} is the study's parameter \`${name}\`; bsweep's own value is in ${variableOf(name)}`,
  );
  return {
    ...written,
    ...{ name: study, file, data: data ?? null },
    ...toGoals([directionIn(first), ...further.map(directionIn)], require),
    ...(notes.length === 0 ? {} : { notes }),
    trainer: { ...trainer, command },
    space: toDimensions(space, trainer.set),
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
  const then = { ...ofCommand, $schema: undefined };
  return formatJson({ $schema, $defs, if: runsCommand, then, else: ofCnn });
}

type JsonObject = Readonly<Record<string, unknown>>;
