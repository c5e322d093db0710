import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError } from "../core/errors.ts";
import type { ExportedModel, ExportFormat } from "../cnn/exported-model.ts";
import type { Study } from "../core/study.ts";
import { encodeSafetensorsModel } from "../formats/safetensors-model.ts";
import { encodeTfjsModel } from "../formats/tfjs-model.ts";
import { withFolderBeside } from "../workspace/atomic.ts";
import type { Layout } from "../workspace/layout.ts";
import { openModels, readModelWeights, type StoredModel } from "../workspace/models.ts";
import { withScratchFolder } from "../workspace/scratch.ts";
import { runModelProgram } from "./models/model-program.ts";

/** What each format consists of; an export may replace only a folder that holds nothing else. */
const FILES: Readonly<Record<ExportFormat, readonly string[]>> = {
  tfjs: ["model.json", "weights.bin"],
  savedmodel: ["saved_model.pb"],
  safetensors: ["model.safetensors"],
};

interface ExportOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Name of a refitted model; null: the study's only one. */
  readonly model: string | null;
  readonly format: ExportFormat;
  /** Absolute folder to write. */
  readonly to: string;
  /** Replace an export that is there. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes a refitted model for other programs. The folder appears whole or not at all.
 * @throws BsweepError CONFLICT without a model, with several to choose from, or when the folder is there
 */
export async function exportModel(options: ExportOptions): Promise<ExportedModel> {
  const { study, layout, model, format, to } = options;
  const opened = openModels(layout, study, model === null ? [] : [model]);
  const [stored] = opened;
  if (stored === undefined || opened.length > 1) {
    const names = opened.map(({ model: { name } }) => name).join(", ");
    throw new BsweepError("CONFLICT", `study ${study.name} has ${opened.length} refitted models`, {
      hint: `choose one with --model: ${names}`,
    });
  }
  checkTarget(options);
  await withFolderBeside(to, async (folder, publish) => {
    await writeExport(stored, folder, options);
    checkTarget(options);
    publish();
  });
  const files = FILES[format].map((file) => ({ file, bytes: statSync(join(to, file)).size }));
  return { model: stored.model.name, format, folder: to, files };
}

/** @throws BsweepError CONFLICT */
function checkTarget({ to, force }: ExportOptions): void {
  if (!existsSync(to)) return;
  const names = statSync(to).isDirectory() ? readdirSync(to) : ["no folder"];
  if (names.length === 0 && statSync(to).isDirectory()) return;
  const own = Object.values(FILES).flat();
  const foreign = names.find((name) => !own.includes(name));
  if (foreign !== undefined) {
    throw new BsweepError("CONFLICT", `${to} is no exported model: found ${foreign}`, {
      hint: "give --to a folder that does not exist yet",
    });
  }
  if (force) return;
  throw new BsweepError("CONFLICT", `${to} is there already`, {
    hint: "give --to another folder, or replace it with --force",
  });
}

async function writeExport(
  stored: StoredModel,
  folder: string,
  { format, signal }: ExportOptions,
): Promise<void> {
  if (format === "savedmodel") {
    const task = { kind: "export-saved-model", model: stored.folder, to: folder } as const;
    await withScratchFolder("model", (scratch) =>
      runModelProgram(task, { threads: 1, signal }, scratch),
    );
    return;
  }
  const weights = readModelWeights(stored);
  if (format === "safetensors") {
    const bytes = encodeSafetensorsModel(stored.model, weights);
    writeFileSync(join(folder, "model.safetensors"), bytes);
    return;
  }
  const encoded = encodeTfjsModel(stored.model, weights, "weights.bin");
  writeFileSync(join(folder, "weights.bin"), encoded.weights);
  writeFileSync(join(folder, "model.json"), encoded.description);
}
