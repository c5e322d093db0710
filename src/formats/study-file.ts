import * as z from "zod";
import { CNN_DEFAULTS, CNN_PARAMETERS, isCnnParameter } from "../cnn/parameters.ts";
import type { Issue } from "../core/errors.ts";
import { listNames } from "../core/space/conditions.ts";
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
  commandGroupsSchema,
  commandStudySchema,
  type WrittenCommandObjective,
  type WrittenCommandStudy,
} from "./command-schema.ts";
import { type DocumentKind, formatJson } from "./issues.ts";
import { checkGoals, checkReckoned, directionIn, listObjectives, toGoals } from "./goals-schema.ts";
import { cnnGroupsSchema, entrySchemas } from "./space/schema.ts";
import { findSchemaIssues, type IssueAt } from "./schema-issues.ts";
import { listGroups, listMappings, type SpaceParameter } from "./space/entries.ts";
import { buildSpace } from "./space/parts.ts";
import { checkStudy, type SoundParts } from "./study-checks.ts";
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
    ? buildCommandStudy(commandStudySchema.parse(value), draft, file)
    : buildCnnStudy(studySchema.parse(value), draft, file);
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
    ...draftSpace(parts, runsCommand),
    defaults: runsCommand ? {} : CNN_DEFAULTS,
  };
}

type SpaceDraft = Pick<SoundParts, "space" | "together" | "constraints" | "spaceIsWhole">;

function draftSpace(parts: JsonObject, runsCommand: boolean): SpaceDraft {
  const written = Object.entries(isObject(parts["space"]) ? parts["space"] : {});
  const readParameter = runsCommand ? readCommandParameter : readCnnParameter;
  const read = written.map(([name, entry]) => readParameter(name, entry));
  const groupsSchema = runsCommand ? commandGroupsSchema : cnnGroupsSchema;
  const groups = groupsSchema.optional().safeParse(parts["together"]);
  const constraints = sharedShape.constraints.safeParse(parts["constraints"]);
  return {
    space: read.flatMap((parameters) => parameters ?? []),
    together: groups.data ?? [],
    constraints: constraints.data ?? [],
    spaceIsWhole:
      read.every((parameters) => parameters !== undefined) && constraints.success && groups.success,
  };
}

/** What stands under a name, each piece that has a condition of its own for itself; undefined where it does not fit. */
function readCnnParameter(name: string, entry: unknown): readonly SpaceParameter[] | undefined {
  if (!isCnnParameter(name)) return undefined;
  const spec = CNN_PARAMETERS[name];
  const checked = entrySchemas[name]?.safeParse(entry);
  if (checked?.success !== true) return undefined;
  const isNumber = spec.kind === "integer" || spec.kind === "real";
  return listMappings(checked.data).map(({ place, mapping }) => ({
    ...{ name, mapping, path: ["space", name, ...place] },
    isInteger: spec.kind === "integer",
    ...(isNumber ? { limits: spec } : {}),
  }));
}

function readCommandParameter(name: string, entry: unknown): readonly SpaceParameter[] | undefined {
  const checked = commandEntrySchema.safeParse(entry);
  if (!checked.success) return undefined;
  return listMappings(checked.data).map(({ place, mapping }) => ({
    ...{ name, mapping, path: ["space", name, ...place] },
    isInteger: mapping.integer === true,
  }));
}

/** Words and names, checked however wrong the rest may be. */
function checkCommandParts(parts: JsonObject, issueAt: IssueAt): Issue[] {
  const { space, trainer, data, require, objective, objectives } = parts;
  const written = isObject(trainer) ? trainer : {};
  const together = commandGroupsSchema.safeParse(parts["together"]).data ?? [];
  const rows = listGroups(together).flatMap((group) => group.rows);
  const grouped = rows.flatMap((row) => Object.keys(row));
  const entries = Object.entries(isObject(space) ? space : {});
  const searched = [...new Set([...entries.map(([name]) => name), ...grouped])];
  const fixed = Object.keys(isObject(written["set"]) ? written["set"] : {});
  const conditional = [
    ...entries.flatMap(([name, entry]) => (mayBeAbsent(entry) ? [name] : [])),
    ...grouped.filter((name) => rows.some((row) => row[name] === undefined)),
  ];
  const parameters = [...searched, ...fixed];
  const scope = {
    ...{ parameters, hasData: data !== undefined, keeps: parts["artifacts"] !== undefined },
    conditional: [...new Set(conditional)],
  };
  return [
    ...(objective === undefined && objectives === undefined
      ? [issueAt(["objective"], "found nothing, expected `objective` or `objectives`")]
      : []),
    ...checkBest(objectives, issueAt),
    ...checkReckoned(listObjectives(parts), data !== undefined, issueAt),
    ...checkNames(Object.keys(isObject(require) ? require : {}), ["require"], issueAt),
    ...checkNames(searched, ["space"], issueAt),
    ...checkNames(fixed, ["trainer", "set"], issueAt),
    ...checkSetup(preferParameters(draftSetup(written), parameters).setup, scope, issueAt),
  ];
}

/** What studies of any trainer say in the same words. */
function takeCommon(written: WrittenStudy | WrittenCommandStudy) {
  const { sampler, stop, pruner, artifacts, replicates, cluster, resources } = written;
  const asked = dropAbsent({ stop, pruner, artifacts });
  return { ...{ sampler, replicates, cluster, resources }, ...asked };
}

/** Whether a parameter is absent from some trials. */
function mayBeAbsent(entry: unknown): boolean {
  const cases = Array.isArray(entry) ? entry : [entry];
  const hasCondition = (each: unknown): boolean => isObject(each) && "when" in each;
  return cases.some(hasCondition) && cases.every((each) => hasCondition(each));
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

function buildCnnStudy(written: WrittenStudy, draft: SoundParts, file: string): CnnStudy {
  const { study, objective, objectives, require, data, trainer } = written;
  const [first = objective, ...further] = objectives ?? [];
  const direct = ({ metric }: Pick<typeof first, "metric">): Objective => ({
    metric,
    direction: directionOf(metric),
  });
  return {
    ...takeCommon(written),
    ...{ name: study, file, data, trainer },
    ...toGoals([direct(first), ...further.map(direct)], require),
    space: buildSpace({ ...draft, set: trainer.set }),
  };
}

function buildCommandStudy(
  written: WrittenCommandStudy,
  draft: SoundParts,
  file: string,
): CommandStudy {
  const { study, data, trainer, objective, objectives, require } = written;
  const [first = objective, ...further] = objectives ?? [];
  if (first === undefined) throw new Error("a study without an objective was not refused");
  const space = buildSpace({ ...draft, set: trainer.set });
  const parameters = [...listNames(space), ...Object.keys(trainer.set)];
  const { setup, preferred } = preferParameters(trainer, parameters);
  const { kind, version, epochs, set } = trainer;
  const asked = [first, ...further];
  const best = asked.filter(({ of }) => of === "best").map(toStepObjective);
  const notes = noteCommand(setup, { preferred, parameters, space, metric: first.metric });
  return {
    ...takeCommon(written),
    ...{ name: study, file, data: data ?? null },
    ...toGoals([toObjective(first), ...further.map(toObjective)], require),
    ...(notes.length === 0 ? {} : { notes }),
    trainer: { kind, ...setup, version, epochs, set, ...(best.length === 0 ? {} : { best }) },
    space,
  };
}

/** What the steps tell. */
function toStepObjective(written: WrittenCommandObjective): Objective {
  return directionIn(written);
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
