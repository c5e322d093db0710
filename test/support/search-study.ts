import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateRound } from "../../src/app/generate.ts";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "./folder.ts";
import { recordEffects } from "./prepare.ts";

/**
 * A trainer whose value is best, 1, at x = 0.3 and c = "b"; it fails where c is "f", and is slow where it is asked to be. Of
 * several epochs it tells each, of a share of the time each.
 */
const TRAINER = `
const [params, result, seconds = "0", epochs = "1"] = process.argv.slice(2);
const fs = require("node:fs");
const { x, n, c } = JSON.parse(fs.readFileSync(params, "utf8"));
const value = 1 - (x - 0.3) ** 2 - 0.01 * Math.abs(n - 4) - (c === "b" ? 0 : 0.1);
const end = () => {
  if (c === "f") process.exit(1);
  fs.writeFileSync(result, JSON.stringify({ metrics: { value } }));
};
let epoch = 0;
const next = () => {
  epoch += 1;
  if (epoch > Number(epochs)) return end();
  if (epochs !== "1") console.log("bsweep: " + JSON.stringify({ epoch, value: value - 1 / epoch }));
  setTimeout(next, (Number(seconds) * 1000) / Number(epochs));
};
next();
`;

export interface SearchStudyOptions {
  /** Of `sampler`, after kind and seed. */
  readonly sampler?: string;
  /** Lines of the study file. */
  readonly more?: string;
  readonly seconds?: number;
  readonly epochs?: number;
  readonly space?: string;
}

export interface SearchStudy {
  readonly layout: Layout;
  readonly studyFile: string;
  /** Writes the study file anew. */
  readonly write: (options: SearchStudyOptions) => void;
}

/** A study whose trials choose when they start. Nothing is generated. */
export function makeSearchStudy(options: SearchStudyOptions = {}): SearchStudy {
  return makeSearchStudyIn(makeTestFolder(), options);
}

/** The same in a folder that is there. */
export function makeSearchStudyIn(folder: string, options: SearchStudyOptions): SearchStudy {
  const workspace = join(folder, "workspace");
  mkdirSync(workspace);
  const studyFile = join(workspace, "study.yaml");
  const trainer = join(workspace, "trainer.cjs");
  writeFileSync(trainer, TRAINER);
  const write = ({
    sampler = "kind: gp, trials: 24, seed: 1",
    more = "",
    seconds = 0,
    epochs = 1,
    space = "{ x: { low: 0, high: 1 }, n: [1, 2, 4, 8], c: [a, b, f] }",
  }: SearchStudyOptions): void =>
    writeFileSync(
      studyFile,
      `study: s
objective: { metric: value, direction: maximize }
trainer: { command: [node, ${JSON.stringify(trainer)}, "{{params}}", "{{result}}", "${seconds}", "${epochs}"], epochs: ${epochs} }
space: ${space}
sampler: { ${sampler} }
resources: { memory: 1GB, walltime: 10m }
${more}
`,
    );
  write(options);
  return { layout: createLayout(workspace), studyFile, write };
}

/** Writes the study's next round. */
export function generateSearch({ layout, studyFile }: SearchStudy) {
  return generateRound({ studyFile, layout, overwrite: false }, recordEffects());
}
