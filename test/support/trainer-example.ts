import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { makeTestFolder } from "./folder.ts";
import { writeKaggleCsv } from "./mnist.ts";
import { prepare } from "./prepare.ts";
import { findPythonWith } from "./python.ts";
import { findPython, TEST_PYTHON } from "./python/environment.ts";

/** `apt-get install python3-torch`; the others come with the Python environment of the tests. */
export const PYTHONS = {
  pytorch: findPythonWith("torch", "numpy"),
  keras: findPythonWith("keras", "tensorflow"),
  sklearn: findPython(TEST_PYTHON),
  lightgbm: findPython(TEST_PYTHON),
} as const;

export interface Example {
  readonly layout: Layout;
  readonly studyFile: string;
  readonly study: string;
  /** Of the first round's first array. */
  readonly resultFolder: string;
  /** Of its first element. */
  readonly log: string;
}

/** An example's study and program in a workspace, with its Python and other lines in the study. */
export async function makeExample(
  name: keyof typeof PYTHONS,
  changes: readonly (readonly [from: string | RegExp, to: string])[],
  rows = 500,
): Promise<Example> {
  const layout = createLayout(makeTestFolder());
  const csv = join(layout.workspace, "train.csv");
  writeKaggleCsv(csv, { rows });
  await prepare({ kind: "csv", csv }, join(layout.workspace, "data", "digits"));
  const example = join(packagedTemplates(), "trainers", name);
  copyFileSync(join(example, "train.py"), join(layout.workspace, "train.py"));
  const studyFile = join(layout.workspace, "study.yaml");
  let text = readFileSync(join(example, "study.yaml"), "utf8");
  const python: readonly [string, string] = ["[python3, ", `["${PYTHONS[name] ?? ""}", `];
  for (const [from, to] of [python, ...changes]) {
    expect(text).toMatch(from);
    text = text.replace(from, () => to);
  }
  writeFileSync(studyFile, text);
  const study = `digits-${name}`;
  const resultFolder = join(layout.roundResults(study, 1), "array-01");
  const log = join(layout.round(study, 1), "logs/array-01/1.log");
  return { layout, studyFile, study, resultFolder, log };
}

export const localArgs = ({ studyFile, layout }: Example): string[] => [
  ...["local", studyFile, `--workspace=${layout.workspace}`, "--json", "--workers=1"],
];
