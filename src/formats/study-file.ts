import * as z from "zod";
import { CNN_PARAMETERS, isCnnParameter } from "../cnn/parameters.ts";
import type { Issue } from "../core/errors.ts";
import { dropAbsent, isObject } from "../core/objects.ts";
import {
  bestOfSteps,
  type CnnStudy,
  type CommandSetup,
  type CommandStudy,
  type Objective,
  type Study,
} from "../core/study.ts";
import { preferParameters } from "../core/trainer-command.ts";
import { checkBest, checkNames, checkSetup } from "./command-checks.ts";
import { noteCommand } from "./command-notes.ts";
import {
  commandEntrySchema,
  commandStudySchema,
  type WrittenCommandObjective,
  type WrittenCommandStudy,
} from "./command-schema.ts";
import { type DocumentKind, formatJson } from "./issues.ts";
import { checkGoals, listObjectives, toGoals } from "./goals-schema.ts";
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
  const written = isObject(trainer) ? trainer : {};
  const entries = Object.entries(isObject(space) ? space : {});
  const searched = entries.map(([name]) => name);
  const fixed = Object.keys(isObject(written["set"]) ? written["set"] : {});
  const conditional = entries.filter(([, entry]) => isObject(entry) && "when" in entry);
  const parameters = [...searched, ...fixed];
  const scope = {
    ...{ parameters, hasData: data !== undefined },
    conditional: conditional.map(([name]) => name),
  };
  return [
    ...(objective === undefined && objectives === undefined
      ? [issueAt(["objective"], "found nothing, expected `objective` or `objectives`")]
      : []),
    ...checkBest(objectives, issueAt),
    ...checkNames(Object.keys(isObject(require) ? require : {}), ["require"], issueAt),
    ...checkNames(searched, ["space"], issueAt),
    ...checkNames(fixed, ["trainer", "set"], issueAt),
    ...checkSetup(preferParameters(draftSetup(written), parameters).setup, scope, issueAt),
  ];
}

/** The parts of a setup that fit their own schemas. */
function draftSetup(trainer: JsonObject): CommandSetup {
  const { command, argsStyle, env, cwd, metrics, metricsFile } = commandTrainerShape;
  return dropAbsent({
    command: command.safeParse(trainer["command"]).data ?? [],
    argsStyle: argsStyle.safeParse(trainer["argsStyle"]).data,
    env: env.safeParse(trainer["env"]).data,
    cwd: cwd.safeParse(trainer["cwd"]).data,
    metrics: metrics.safeParse(trainer["metrics"]).data,
    metricsFile: metricsFile.safeParse(trainer["metricsFile"]).data,
  });
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
  const { setup, preferred } = preferParameters(trainer, parameters);
  const { kind, version, epochs, set } = trainer;
  const dimensions = toDimensions(space, set);
  const asked = [first, ...further];
  const best = asked.filter(({ of }) => of === "best").map(toStepObjective);
  const notes = noteCommand(setup, {
    preferred,
    parameters,
    space: dimensions,
    metric: first.metric,
  });
  return {
    ...written,
    ...{ name: study, file, data: data ?? null },
    ...toGoals([toObjective(first), ...further.map(toObjective)], require),
    ...(notes.length === 0 ? {} : { notes }),
    trainer: { kind, ...setup, version, epochs, set, ...(best.length === 0 ? {} : { best }) },
    space: dimensions,
  };
}

/** What the steps tell. */
function toStepObjective({ metric, direction }: WrittenCommandObjective): Objective {
  return { metric, direction };
}

/** What results hold. */
function toObjective(written: WrittenCommandObjective): Objective {
  const objective = toStepObjective(written);
  return written.of === "best" ? { ...objective, metric: bestOfSteps(objective) } : objective;
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

const commandTrainerShape = commandStudySchema.shape.trainer.shape;

type JsonObject = Readonly<Record<string, unknown>>;
