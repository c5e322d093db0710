import { formatCount } from "../core/quantities.ts";
import { join } from "node:path";
import type { ExportedModel, ExportFormat } from "../cnn/exported-model.ts";

/** What was written, and the line of code that loads it. */
export function formatExportedModel({ model, format, folder, files }: ExportedModel): string {
  const { language, load } = LOADERS[format];
  return [
    `written ${folder}: ${model} as ${format}`,
    ...files.map(({ file, bytes }) => `  ${file}  ${formatCount(bytes)} bytes`),
    `load it in ${language}:`,
    `  ${load(folder)}`,
  ].join("\n");
}

/** A path as a literal: JSON's strings are JavaScript's and Python's. */
const quote = (path: string): string => JSON.stringify(path);

const LOADERS: Readonly<
  Record<ExportFormat, { readonly language: string; readonly load: (folder: string) => string }>
> = {
  tfjs: {
    language: "JavaScript, with @tensorflow/tfjs-node",
    load: (folder) =>
      `const model = await tf.loadLayersModel(${quote(`file://${join(folder, "model.json")}`)});`,
  },
  savedmodel: {
    language: "Python, with tensorflow",
    load: (folder) =>
      `predict = tf.saved_model.load(${quote(folder)}).signatures["serving_default"]`,
  },
  safetensors: {
    language: "Python, with safetensors",
    load: (folder) =>
      `weights = safetensors.numpy.load_file(${quote(join(folder, "model.safetensors"))})`,
  },
};
