import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DatasetHeader, PackedFile } from "../core/dataset.ts";
import { BsweepError, findNearest, valueOr } from "../core/errors.ts";
import { type CommandModel, parseCommandModel } from "../formats/command-model.ts";
import type { RefittedModel } from "../formats/model-file.ts";
import type { Study } from "../core/study.ts";
import { parseModelFile } from "../formats/model-file.ts";
import { decodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import type { Layout } from "./layout.ts";
import { checkPackedFile, describePackedFile } from "./packed-dataset.ts";
import { listFolder, readMade, readPlainFile } from "./folder.ts";
import { packageVersion } from "./package.ts";

/** Names inside a model's folder. */
export const MODEL_FILE = "model.json";
export const WEIGHTS_FILE = "weights.safetensors";
/** Describes the model of a study's own command. */
export const COMMAND_MODEL_FILE = "refit.json";

/** A refitted model whose files are there with the sizes its description gives. */
export interface StoredModel {
  readonly folder: string;
  readonly model: RefittedModel;
  readonly weightsFile: string;
}

/** What is known of a model beside its files and the images it is for. */
type ModelFacts = Omit<
  RefittedModel,
  "schemaVersion" | "problem" | "classNames" | "weights" | "bsweep"
>;

/** Describes a model whose weights stand in `folder`. @param header of the data it was trained on */
export function describeModel(
  facts: ModelFacts,
  header: DatasetHeader,
  folder: string,
): RefittedModel {
  const { height, width, channels, classes, classNames } = header;
  const { study, name, trial, seed, trainingSeed, params, epochs, seconds, ...others } = facts;
  return {
    schemaVersion: 1,
    ...{ study, name, trial, seed, trainingSeed, params, epochs, seconds },
    problem: { height, width, channels, classes },
    ...(classNames === undefined ? {} : { classNames: [...classNames] }),
    ...others,
    weights: describePackedFile(folder, WEIGHTS_FILE),
    bsweep: packageVersion(),
  };
}

/** The model that a trial itself left, where its study keeps artifacts: `trial-17`. */
export function nameTrialModel(number: number): string {
  return `trial-${number}`;
}

/** Names of such models that are kept, and their folders. */
function listTrialModels(layout: Layout, study: string): ReadonlyMap<string, string> {
  const folder = layout.artifacts(study, ".");
  const found = listFolder(folder).flatMap((id): [string, string][] => {
    const file = join(folder, id, MODEL_FILE);
    const model = existsSync(file)
      ? valueOr(undefined, () => parseModelFile(readPlainFile(file), file))
      : undefined;
    return model === undefined ? [] : [[model.name, join(folder, id)]];
  });
  return new Map(found.sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })));
}

/** Trials may have left thousands: they are looked at only where refitted ones are not what is asked for. */
function listOthers(
  layout: Layout,
  study: string,
  refitted: readonly string[],
  names: readonly string[],
): ReadonlyMap<string, string> {
  const isFound = refitted.length > 0 && names.every((name) => refitted.includes(name));
  return isFound ? new Map() : listTrialModels(layout, study);
}

/** Descriptions of the models that were made of a study, `seed-2` before `seed-10`; none when there is no folder. */
export function listModelFiles(
  layout: Layout,
  study: string,
): readonly { readonly name: string; readonly file: string }[] {
  const folder = layout.models(study);
  return listFolder(folder)
    .filter((name) => !name.startsWith("."))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .flatMap((name) => {
      const files = [MODEL_FILE, COMMAND_MODEL_FILE].map((file) => join(folder, name, file));
      const file = files.find((each) => existsSync(each));
      return file === undefined ? [] : [{ name, file }];
    });
}

/**
 * Opens models of a study, whole and unchanged.
 * @param names refitted ones, or those that trials themselves left, by `trial-17`; none: all refitted ones
 * @throws BsweepError CONFLICT when there is none yet, USAGE for a name that is none, INVALID_MODEL
 */
export function openModels(
  layout: Layout,
  study: Pick<Study, "name" | "file">,
  names: readonly string[] = [],
): StoredModel[] {
  const made = listModelFiles(layout, study.name);
  const refitted = made.filter(({ file }) => basename(file) === MODEL_FILE).map(({ name }) => name);
  const left = listOthers(layout, study.name, refitted, names);
  const known = [...refitted, ...left.keys()];
  if (refitted.length === 0 && made.length > 0)
    throw new BsweepError("CONFLICT", `the models of study ${study.name} are a command's own`, {
      hint: `what it left is in ${layout.models(study.name)}/NAME/artifacts; predict and export take the built-in CNN's`,
    });
  if (refitted.length === 0 && (names.length === 0 || known.length === 0)) {
    const own = [...left.keys()].join(", ");
    const others = own === "" ? "" : `; --model takes one that a trial itself left: ${own}`;
    throw new BsweepError("CONFLICT", `study ${study.name} has no refitted model yet`, {
      hint: `bsweep refit ${study.file} makes them${others}`,
    });
  }
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const nearest = findNearest(unknown, known) ?? known.join(", ");
    throw new BsweepError("USAGE", `study ${study.name} has no model ${unknown}`, {
      hint: `there is ${nearest}`,
    });
  }
  const wanted = names.length === 0 ? refitted : [...new Set(names)];
  return wanted.map((name) => openModel(left.get(name) ?? join(layout.models(study.name), name)));
}

/**
 * Opens the model in `folder`, its files compared with the sizes and hashes of its description.
 * @throws BsweepError INVALID_MODEL when there is none, or it is damaged
 */
export function openModel(folder: string): StoredModel {
  const model = readDescribed(folder, MODEL_FILE, parseModelFile, ({ weights }) => [weights]);
  return { folder, model, weightsFile: join(folder, model.weights.file) };
}

/** The same of a command's. @throws as openModel does */
export function openCommandModel(folder: string): CommandModel {
  return readDescribed(folder, COMMAND_MODEL_FILE, parseCommandModel, ({ files }) => files);
}

function readDescribed<M>(
  folder: string,
  name: string,
  parse: (text: string, file: string) => M,
  filesOf: (model: M) => readonly PackedFile[],
): M {
  const file = join(folder, name);
  const absent = `there is no model: ${file} is missing`;
  const text = readMade(file, "INVALID_MODEL", absent, "models are made by bsweep refit");
  const model = parse(text, file);
  const issues = filesOf(model).flatMap((each) => checkPackedFile(folder, each, true));
  if (issues.length === 0) return model;
  throw new BsweepError("INVALID_MODEL", `the model in ${folder} is damaged`, {
    issues,
    hint: "make it again with bsweep refit --force",
  });
}

/** The model's variables by name. @throws BsweepError INVALID_MODEL */
export function readModelWeights({ weightsFile }: StoredModel): ReadonlyMap<string, NamedTensor> {
  return decodeSafetensors(readFileSync(weightsFile), weightsFile).tensors;
}
