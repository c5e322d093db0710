import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError, findNearest } from "../core/errors.ts";
import type { RefittedModel } from "../formats/model-file.ts";
import type { Study } from "../core/study.ts";
import { parseModelFile } from "../formats/model-file.ts";
import { decodeSafetensors, type NamedTensor } from "../formats/safetensors.ts";
import type { Layout } from "./layout.ts";
import { checkPackedFile } from "./packed-dataset.ts";
import { listFolder, readMade } from "./folder.ts";

/** Names inside a model's folder. */
export const MODEL_FILE = "model.json";
export const WEIGHTS_FILE = "weights.safetensors";

/** A refitted model whose files are there with the sizes its description gives. */
export interface StoredModel {
  readonly folder: string;
  readonly model: RefittedModel;
  readonly weightsFile: string;
}

/** Names of the refitted models of a study, `seed-2` before `seed-10`; none when there is no folder. */
export function listModels(layout: Layout, study: string): string[] {
  const folder = layout.models(study);
  return listFolder(folder)
    .filter((name) => !name.startsWith(".") && existsSync(join(folder, name, MODEL_FILE)))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/**
 * Opens refitted models of a study, whole and unchanged.
 * @param names which; none: all of them
 * @throws BsweepError CONFLICT when there is none yet, USAGE for a name that is none, INVALID_MODEL
 */
export function openModels(
  layout: Layout,
  study: Pick<Study, "name" | "file">,
  names: readonly string[] = [],
): StoredModel[] {
  const known = listModels(layout, study.name);
  if (known.length === 0) {
    throw new BsweepError("CONFLICT", `study ${study.name} has no refitted model yet`, {
      hint: `bsweep refit ${study.file} makes them`,
    });
  }
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const nearest = findNearest(unknown, known) ?? known.join(", ");
    throw new BsweepError("USAGE", `study ${study.name} has no refitted model ${unknown}`, {
      hint: `there is ${nearest}`,
    });
  }
  const wanted = names.length === 0 ? known : [...new Set(names)];
  return wanted.map((name) => openModel(join(layout.models(study.name), name)));
}

/**
 * Opens the model in `folder`, its files compared with the sizes and hashes of its description.
 * @throws BsweepError INVALID_MODEL when there is none, or it is damaged
 */
export function openModel(folder: string): StoredModel {
  const file = join(folder, MODEL_FILE);
  const absent = `there is no model: ${file} is missing`;
  const text = readMade(file, "INVALID_MODEL", absent, "models are made by bsweep refit");
  const model = parseModelFile(text, file);
  const issues = checkPackedFile(folder, model.weights, true);
  if (issues.length > 0) {
    throw new BsweepError("INVALID_MODEL", `the model in ${folder} is damaged`, {
      issues,
      hint: "make it again with bsweep refit --force",
    });
  }
  return { folder, model, weightsFile: join(folder, model.weights.file) };
}

/** The model's variables by name. @throws BsweepError INVALID_MODEL */
export function readModelWeights({ weightsFile }: StoredModel): ReadonlyMap<string, NamedTensor> {
  return decodeSafetensors(readFileSync(weightsFile), weightsFile).tensors;
}
