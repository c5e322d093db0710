import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateRound } from "../../../src/app/generate.ts";
import type { LocalSummary } from "../../../src/app/local.ts";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { packageRoot } from "../../../src/workspace/package.ts";
import { runBsweep, startBsweep, until } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare, recordEffects } from "../../support/prepare.ts";
import { isAlive, readResults } from "../../support/rounds.ts";

interface DigitsStudy {
  readonly layout: Layout;
  readonly studyFile: string;
  readonly resultFolder: string;
  /** Arguments that run the first trial. */
  readonly firstTrial: readonly string[];
}

/** A generated round of two trials on 600 genuine digits. */
async function makeDigitsStudy(epochs: number): Promise<DigitsStudy> {
  const layout = createLayout(makeTestFolder());
  const csv = join(layout.workspace, "train.csv");
  writeKaggleCsv(csv, { rows: 600 });
  await prepare({ kind: "csv", csv }, join(layout.workspace, "data", "digits"));
  const studyFile = join(layout.workspace, "study.yaml");
  writeFileSync(
    studyFile,
    `
study: s
data: { train: data/digits, holdout: 0.2 }
trainer: { kind: cnn, epochs: ${epochs}, set: { denseUnits: 32, learningRate: 0.003 } }
space: { filters: [4, 8] }
sampler: { kind: grid, seed: 1 }
cluster: { site: local }
resources: { cpus: 1, memory: 4GB, walltime: 30m }
`,
  );
  await generateRound({ studyFile, layout, overwrite: false }, recordEffects());
  const manifest = join(layout.round("s", 1), "array-01.trials.jsonl");
  const firstTrial = [
    "trial",
    "--manifest",
    manifest,
    "--index",
    "1",
    `--workspace=${layout.workspace}`,
  ];
  const resultFolder = join(layout.roundResults("s", 1), "array-01");
  return { layout, studyFile, resultFolder, firstTrial };
}

test("bsweep local trains the CNN on genuine digits", async () => {
  const { layout, studyFile, resultFolder } = await makeDigitsStudy(3);
  const end = await runBsweep(["local", studyFile, `--workspace=${layout.workspace}`, "--json"]);
  expect(end.exitStatus).toBe(0);
  expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 2, failed: 0, left: 0 });
  for (const result of readResults(resultFolder).values()) {
    const { objective, holdout, history, numerics, usage } = result;
    // Ten classes: guessing gives 0.1.
    expect(objective).toBeGreaterThan(0.5);
    expect(objective).toBe((holdout?.correct ?? 0) / 120);
    expect(history).toHaveLength(3);
    expect(numerics?.threads).toBe(1);
    expect(usage.peakMemoryMiB).toBeGreaterThan(50);
    expect(usage.cpuSeconds).toBeGreaterThan(0);
  }
});

test("when the runner is killed, the built-in trainer ends by itself and leaves no result", async () => {
  const { firstTrial, resultFolder } = await makeDigitsStudy(10000);
  const running = startBsweep(firstTrial, { env: { TMPDIR: makeTestFolder() } });
  await until(() => running.output().includes('"step":2,'));
  const children = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, "utf8");
  const trainer = Number(children.trim());
  expect(isAlive(trainer)).toBe(true);
  running.kill("SIGKILL");
  expect(await running.end).toMatchObject({ signal: "SIGKILL" });
  await until(() => !isAlive(trainer));
  expect(readdirSync(resultFolder)).toEqual([]);
});

test("SIGTERM to the runner ends the built-in trainer between two steps", async () => {
  const { firstTrial, resultFolder } = await makeDigitsStudy(10000);
  const TMPDIR = makeTestFolder();
  const running = startBsweep(firstTrial, { env: { TMPDIR } });
  await until(() => running.output().includes('"step":1,'));
  running.kill("SIGTERM");
  expect(await running.end).toMatchObject({ exitStatus: 75 });
  expect(readdirSync(resultFolder)).toEqual([]);
  expect(readdirSync(TMPDIR)).toEqual([]);
});

test("without the study's data no trial gets a result: the data is to blame", async () => {
  const { layout, firstTrial, resultFolder } = await makeDigitsStudy(1);
  rmSync(join(layout.workspace, "data"), { recursive: true });
  const end = await runBsweep(firstTrial);
  expect(end.exitStatus).toBe(3);
  expect(end.stderr).toMatch(/error \[INVALID_DATA\] .*there is no data set in /s);
  expect(readdirSync(resultFolder)).toEqual([]);
});

test("a trial that the trainer refuses, in a round whose data is good, has failed", async () => {
  const { firstTrial, resultFolder } = await makeDigitsStudy(1);
  const file = firstTrial[2] ?? "";
  writeFileSync(file, readFileSync(file, "utf8").replace('"filters":4', '"filters":-4'));
  const end = await runBsweep(firstTrial);
  expect(end.exitStatus).toBe(0);
  expect(readResults(resultFolder).get(1)?.failure).toMatchObject({
    kind: "error",
    message: expect.stringMatching(
      /^the built-in trainer refused: .*params\.filters: found -4, expected/,
    ) as string,
  });
});

test("without TensorFlow no trial gets a result, and the error names the remedy", async () => {
  const { firstTrial, resultFolder } = await makeDigitsStudy(1);
  const end = await runBsweep(firstTrial, { program: copyWithoutTensorFlow() });
  expect(end.exitStatus).toBe(4);
  expect(end.stderr).toContain("error [RUNTIME_MISSING] the built-in trainer cannot start: ");
  expect(end.stderr).toMatch(/hint: .*bsweep runtime install/);
  expect(readdirSync(resultFolder)).toEqual([]);
});

/** An installation as npm leaves it when the optional package cannot be installed. */
function copyWithoutTensorFlow(): string {
  const copy = makeTestFolder();
  for (const name of ["dist", "package.json"])
    cpSync(join(packageRoot(), name), join(copy, name), { recursive: true });
  const modules = join(packageRoot(), "node_modules");
  mkdirSync(join(copy, "node_modules"));
  for (const name of readdirSync(modules).filter((name) => name !== "@tensorflow"))
    symlinkSync(join(modules, name), join(copy, "node_modules", name));
  return join(copy, "dist", "main.js");
}
