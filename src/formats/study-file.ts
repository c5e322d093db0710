import * as z from "zod";
import { CNN_PARAMETERS, isCnnParameter } from "../core/cnn-parameters.ts";
import {
  parseCheckpointSeconds,
  parseDurationSeconds,
  parseMemoryMiB,
} from "../core/quantities.ts";
import type { Sampler, Study } from "../core/study.ts";
import type { DocumentKind } from "./issues.ts";
import { entrySchema } from "./parameter-schema.ts";
import { findSchemaIssues } from "./schema-issues.ts";
import type { SpaceParameter } from "./space-checks.ts";
import { checkStudy, toDimensions, type StudyDraft } from "./study-checks.ts";
import { METRICS, studySchema, type WrittenStudy } from "./study-schema.ts";
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
  const issues = findSchemaIssues(studySchema, value, issueAt);
  const draft = draftStudy(value);
  throwIssues(document, [...issues, ...checkStudy(draft, issueAt)], KIND);
  return buildStudy(studySchema.parse(value), draft.space, file);
}

/** What can be checked further although other parts may be wrong. */
function draftStudy(value: unknown): StudyDraft {
  const parts = isMapping(value) ? value : {};
  const { objective, trainer, sampler, replicates } = studySchema.shape;
  const written = isMapping(parts["space"]) ? Object.entries(parts["space"]) : [];
  const space = written.flatMap(([name, entry]): SpaceParameter[] => {
    if (!isCnnParameter(name)) return [];
    const checked = entrySchema(CNN_PARAMETERS[name]).safeParse(entry);
    return checked.success ? [{ name, entry: checked.data }] : [];
  });
  return {
    objective: objective.safeParse(parts["objective"]).data,
    trainer: trainer.safeParse(parts["trainer"]).data,
    sampler: sampler.safeParse(parts["sampler"]).data,
    replicates: replicates.safeParse(parts["replicates"]).data,
    space,
    spaceIsWhole: space.length === written.length,
  };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function buildStudy(written: WrittenStudy, space: readonly SpaceParameter[], file: string): Study {
  const { metric } = written.objective;
  const { kind, epochs, precision, set } = written.trainer;
  return {
    name: written.study,
    file,
    objective: { metric, direction: METRICS[metric] },
    data: dropAbsent(written.data),
    trainer: { kind, epochs, precision, set: dropAbsent(set) },
    space: toDimensions(space, set),
    sampler: toSampler(written.sampler),
    replicates: written.replicates,
    cluster: dropAbsent(written.cluster),
    resources: toResources(written.resources),
  };
}

function toSampler({ kind, seed, trials = 0 }: WrittenStudy["sampler"]): Sampler {
  return kind === "random" ? { kind, seed, trials } : { kind, seed };
}

function toResources(written: WrittenStudy["resources"]): Study["resources"] {
  const { cpus, memory, walltime, checkpoint, trialsPerElement } = written;
  const memoryMiB = parseMemoryMiB(memory);
  const walltimeSeconds = parseDurationSeconds(walltime);
  const checkpointSeconds = parseCheckpointSeconds(checkpoint);
  if (memoryMiB === undefined || walltimeSeconds === undefined || checkpointSeconds === undefined) {
    throw new TypeError("the schema let an unreadable quantity pass");
  }
  return { cpus, memoryMiB, walltimeSeconds, checkpointSeconds, trialsPerElement };
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same mapping without the keys that have no value. */
function dropAbsent<T extends object>(written: T): Present<T> {
  const entries = Object.entries(written).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Present<T>;
}

/** The text of templates/study.schema.json, the JSON schema of study files for editors. */
export function formatStudyJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(studySchema, { io: "input" }), null, 2)}\n`;
}
