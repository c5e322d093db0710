import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tensor2D } from "@tensorflow/tfjs-node";
import { beforeAll, describe, expect, test } from "vitest";
import { scoreClasses } from "../../../src/cnn/classification.ts";
import { planCnn } from "../../../src/cnn/shapes.ts";
import type { RefitReport } from "../../../src/app/refit.ts";
import type { StudyReportJson } from "../../../src/reports/json.ts";
import { loadTensorFlow } from "../../../src/trainer/runtime/load.ts";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { openModel, readModelWeights, type StoredModel } from "../../../src/workspace/models.ts";
import { runBsweep, startBsweep, until, type ProcessEnd } from "../../support/bsweep-process.ts";
import { makeSuiteFolder } from "../../support/folder.ts";
import { relativeDifference } from "../../support/graph.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { createOracle, setOracleWeights } from "../../support/oracle.ts";
import { encodeIdx, prepare } from "../../support/prepare.ts";

const tf = loadTensorFlow({ threads: 1 });

const TEST_ROWS = 80;
const workspace = makeSuiteFolder();
const layout: Layout = createLayout(workspace);
const digits = (name: string): string => join(workspace, "data", name);

beforeAll(async () => {
  const csv = join(workspace, "train.csv");
  writeKaggleCsv(csv, { rows: 300 });
  await prepare({ kind: "csv", csv }, digits("train"));
  writeKaggleCsv(csv, { rows: TEST_ROWS, from: 2000 });
  await prepare({ kind: "csv", csv }, digits("test"));
});

interface Study {
  readonly set?: string;
  readonly epochs?: number;
  readonly test?: string;
  readonly rest?: string;
}

/** Writes a study named so and returns the name of its file. */
function writeStudy(name: string, { set = "", epochs = 3, test, rest = "space: {}" }: Study = {}) {
  const file = join(workspace, `${name}.yaml`);
  writeFileSync(
    file,
    `study: ${name}
data: { train: data/train, test: ${test ?? "data/test"} }
trainer: { kind: cnn, epochs: ${epochs}, set: { denseUnits: 16, batchSize: 20, dropout: 0.2${set} } }
${rest}
`,
  );
  return file;
}

const EMPTY = { set: ", filters: 4" };

const argv = (...args: string[]): string[] => [...args, `--workspace=${workspace}`];
const refit = (file: string, ...more: string[]): Promise<ProcessEnd> =>
  runBsweep(argv("refit", file, "--json", ...more));

async function refitted(file: string, ...more: string[]): Promise<RefitReport> {
  const { exitStatus, stdout, stderr } = await refit(file, ...more);
  expect([exitStatus, stderr.includes("at async")], stderr).toEqual([0, false]);
  return JSON.parse(stdout) as RefitReport;
}

const openNamed = (study: string, name: string): StoredModel =>
  openModel(join(layout.models(study), name));

const weightsOf = (study: string, name: string): Buffer =>
  readFileSync(openNamed(study, name).weightsFile);

/** The kept weights in tf.layers, on the test set's own bytes. */
function judgeAgain(stored: StoredModel, folder: string, rows: number) {
  const { params, problem } = stored.model;
  const planning = planCnn(params, problem);
  if (!planning.ok) throw new Error(planning.reason);
  const oracle = createOracle(tf, planning.plan.layers, problem);
  const weights = [...readModelWeights(stored).values()];
  setOracleWeights(
    oracle,
    weights.map(({ values, shape }) => tf.tensor(values, [...shape])),
  );
  const labels = readFileSync(join(folder, "labels.bin"));
  const pixels = Float32Array.from(readFileSync(join(folder, "images.bin")), (x) => x / 255);
  const logits = oracle.apply(tf.tensor4d(pixels, [rows, 28, 28, 1])) as Tensor2D;
  const predictions = Uint8Array.from(tf.argMax(logits, 1).dataSync());
  const truth = tf.oneHot(tf.tensor1d([...labels], "int32"), problem.classes);
  const loss = tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), truth))).dataSync()[0] ?? NaN;
  return {
    probabilities: tf.softmax(logits),
    loss: loss / rows,
    ...scoreClasses(predictions, labels, problem.classes),
  };
}

const floatsIn = (file: string): Float32Array =>
  new Float32Array(Uint8Array.from(readFileSync(file)).buffer);

describe("a study that searches nothing", () => {
  test("is trained as it stands, once for each seed, and judged on the test set", async () => {
    const report = await refitted(writeStudy("plain", EMPTY), "--seeds=2");
    const names = ["seed-1", "seed-2"];
    expect(readdirSync(layout.models("plain"))).toEqual(names);
    expect(report).toMatchObject({
      study: "plain",
      interrupted: false,
      models: names.map((name, at) => ({
        ...{ name, trial: null, seed: at + 1, epochs: 3, existed: false },
      })),
    });
    for (const name of names) {
      expect(readdirSync(join(layout.models("plain"), name)).sort()).toEqual([
        "model.json",
        "test-probabilities.bin",
        "training.log",
        "weights.safetensors",
      ]);
      const log = readFileSync(join(layout.models("plain"), name, "training.log"), "utf8");
      expect(log.match(/^bsweep: {"step":\d,"loss":/gm)).toHaveLength(3);
      expect(openNamed("plain", name).model).toMatchObject({
        ...{ study: "plain", name, trial: null, epochs: 3, precision: "float32" },
        params: { filters: 4, validationSplit: 0 },
        problem: { height: 28, width: 28, channels: 1, classes: 10 },
        dataset: { path: "data/train", rows: 300 },
        test: { path: "data/test", rows: TEST_ROWS },
        numerics: { threads: 1, precision: "float32" },
      });
    }
    expect(weightsOf("plain", "seed-1")).not.toEqual(weightsOf("plain", "seed-2"));
  });

  test("what it says of the test set is what the kept weights give", async () => {
    const report = await refitted(writeStudy("plain", EMPTY), "--seeds=2");
    const judged = report.models.map(({ name, test: told }) => {
      const stored = openNamed("plain", name);
      const score = stored.model.test;
      const again = judgeAgain(stored, digits("test"), TEST_ROWS);
      expect(told).toMatchObject({ correct: again.correct, accuracy: again.correct / TEST_ROWS });
      expect(score?.macroF1).toBeCloseTo(again.macroF1, 10);
      expect(score?.loss).toBeCloseTo(again.loss, 4);
      expect(score).toEqual(told);
      const kept = floatsIn(join(stored.folder, score?.probabilities.file ?? ""));
      expect(relativeDifference(kept, again.probabilities)).toBeLessThan(1e-4);
      return again;
    });
    const [a, b] = judged;
    if (a === undefined || b === undefined) throw new Error("expected two models");
    const together = [...tf.argMax(tf.add(a.probabilities, b.probabilities), 1).dataSync()];
    const labels = readFileSync(join(digits("test"), "labels.bin"));
    const correct = together.filter((label, row) => label === labels[row]).length;
    const mean = (a.correct + b.correct) / 2 / TEST_ROWS;
    expect(report.test).toMatchObject({
      ...{ path: "data/test", rows: TEST_ROWS },
      ensemble: { correct, accuracy: correct / TEST_ROWS },
    });
    expect(report.test?.meanAccuracy).toBeCloseTo(mean, 12);
    const deviation = Math.abs(a.correct - b.correct) / TEST_ROWS / Math.SQRT2;
    expect(report.test?.deviation).toBeCloseTo(deviation, 12);
  });

  test("is not trained again; more seeds train only what is new; --force trains all", async () => {
    const file = writeStudy("again", EMPTY);
    await refitted(file);
    const made = statSync(openNamed("again", "seed-1").weightsFile);
    const more = await refitted(file, "--seeds=2");
    expect(more.models.map(({ existed }) => existed)).toEqual([true, false]);
    expect(statSync(openNamed("again", "seed-1").weightsFile).ino).toBe(made.ino);
    const before = weightsOf("again", "seed-1");
    const forced = await refitted(file, "--force");
    expect(forced.models.map(({ name, existed }) => [name, existed])).toEqual([["seed-1", false]]);
    expect(statSync(openNamed("again", "seed-1").weightsFile).ino).not.toBe(made.ino);
    expect(weightsOf("again", "seed-1")).toEqual(before);
  });

  test.each<readonly [string, Study]>([
    ["parameters", { set: ", filters: 5" }],
    ["epochs", { ...EMPTY, epochs: 4 }],
    ["test data", { ...EMPTY, test: "data/train" }],
    ["seed", { ...EMPTY, rest: "space: {}\nsampler: { seed: 5 }" }],
  ])("a model of other %s is not taken for this one's: CONFLICT", async (what, changed) => {
    const name = `other-${what.replace(" ", "-")}`;
    await refitted(writeStudy(name, EMPTY));
    const before = weightsOf(name, "seed-1");
    const { exitStatus, stderr } = await refit(writeStudy(name, changed));
    expect(exitStatus).toBe(6);
    expect(stderr).toContain(
      `models/${name}/seed-1 is there and is of other parameters, data or seed`,
    );
    expect(stderr).toContain("--force trains it again");
    expect(weightsOf(name, "seed-1")).toEqual(before);
  });

  test.each(["epoch", "1h"])(
    "interrupted in the middle and run again, it ends the same bit for bit (checkpoint: %s)",
    async (checkpoint) => {
      const rest = `space: {}\nresources: { checkpoint: ${checkpoint} }`;
      // The name is no part of what is trained.
      const options = { ...EMPTY, epochs: 12, rest };
      const name = `stopped-${checkpoint}`;
      const file = writeStudy(name, options);
      const log = join(layout.models(name), ".seed-1", "training.log");
      const running = startBsweep(argv("refit", file, "--json"));
      await until(() => existsSync(log) && readFileSync(log, "utf8").includes('"step":2,'));
      running.kill("SIGINT");
      const { signal, stdout } = await running.end;
      expect(signal).toBe("SIGINT");
      expect(JSON.parse(stdout)).toMatchObject({ models: [], interrupted: true });
      expect(readdirSync(layout.models(name))).toEqual([".seed-1"]);
      const report = await refitted(file);
      expect(report.models).toMatchObject([{ name: "seed-1", existed: false }]);
      expect(readdirSync(layout.models(name))).toEqual(["seed-1"]);
      const told = readFileSync(join(layout.models(name), "seed-1", "training.log"), "utf8");
      expect(told).toContain("going on from a checkpoint");
      expect(told.match(/^bsweep: {"step":12,/gm)).toHaveLength(1);
      await refitted(writeStudy(`whole-${checkpoint}`, options));
      expect(weightsOf(name, "seed-1")).toEqual(weightsOf(`whole-${checkpoint}`, "seed-1"));
    },
  );

  test("--force keeps the old model until the new one stands, also when it is interrupted", async () => {
    const file = writeStudy("forced", { set: ", filters: 4", epochs: 1 });
    expect((await refit(file)).exitStatus).toBe(0);
    const folder = join(layout.models("forced"), "seed-1");
    const before = readFileSync(join(folder, "model.json"), "utf8");
    writeStudy("forced", { set: ", filters: 4", epochs: 5000 });
    const running = startBsweep(argv("refit", file, "--force"));
    await until(() => existsSync(join(layout.models("forced"), ".seed-1", "training.log")));
    expect(readFileSync(join(folder, "model.json"), "utf8")).toBe(before);
    running.kill("SIGINT");
    expect((await running.end).signal).toBe("SIGINT");
    expect(openModel(folder).model.epochs).toBe(1);
  });

  test("on a full disk: an error that says so, and the model that was there stays", async () => {
    const file = writeStudy("full", { set: ", filters: 4", epochs: 1 });
    expect((await refit(file)).exitStatus).toBe(0);
    const options = { shellSetup: "trap '' XFSZ; ulimit -f 0" };
    const end = await runBsweep(argv("refit", file, "--force"), options);
    expect([end.exitStatus, end.stdout]).toEqual([5, ""]);
    expect(end.stderr).toMatch(/error.* \[WORKSPACE\] /);
    expect(end.stderr).not.toMatch(/\n +at |bug/);
    expect(openModel(join(layout.models("full"), "seed-1")).model.epochs).toBe(1);
  });

  test("a network that cannot be is told", async () => {
    const { exitStatus, stderr } = await refit(writeStudy("impossible", { set: ", blocks: 5" }));
    expect([exitStatus, stderr]).toEqual([3, expect.stringContaining("there is no such network")]);
  });
});

describe("a study with trials", () => {
  const rest = `space: { filters: [2, 4, 6] }\nresources: { cpus: 1 }`;

  test("its best are trained, each from several seeds, for the epochs that were selected", async () => {
    const file = writeStudy("searched", { rest });
    const early = await refit(file);
    expect(early.exitStatus).toBe(6);
    expect(early.stderr).toContain("study searched has no round in");

    expect((await runBsweep(argv("local", file))).exitStatus).toBe(0);
    const tooMany = await refit(file, "--top=4");
    expect(tooMany.exitStatus).toBe(6);
    expect(tooMany.stderr).toContain("study searched has 3 ranked trials, 4 are to be refitted");
    expect(tooMany.stderr).toContain(`bsweep local ${file}`);
    expect(existsSync(layout.models("searched"))).toBe(false);

    const ranked = await runBsweep(argv("report", file, "--format=json"));
    const { ranking } = JSON.parse(ranked.stdout) as StudyReportJson;
    const best = ranking.slice(0, 2);
    const report = await refitted(file, "--top=2", "--seeds=2");
    const expected = best.flatMap(({ number, trialId, params, selectedEpoch }) =>
      [1, 2].map((seed) => ({
        name: `trial-${number}-seed-${seed}`,
        ...{ number, trialId, filters: params["filters"], epochs: selectedEpoch },
      })),
    );
    expect(report.models.map(({ name, epochs }) => [name, epochs])).toEqual(
      expected.map(({ name, epochs }) => [name, epochs]),
    );
    for (const { name, number, trialId, filters } of expected) {
      expect(openNamed("searched", name).model).toMatchObject({
        trial: { number, trialId },
        params: { filters, denseUnits: 16 },
      });
    }
    expect(report.test?.ensemble).not.toBeNull();
    const again = await refitted(file, "--top=2", "--seeds=2");
    expect(again.models.every(({ existed }) => existed)).toBe(true);
    expect({ ...again, seconds: 0, models: [] }).toEqual({ ...report, seconds: 0, models: [] });
  });
});

describe("the test set", () => {
  test("of another shape: INVALID_DATA before anything is trained", async () => {
    const [images, labels] = [join(workspace, "small.idx"), join(workspace, "small-labels.idx")];
    const pixels = Array.from({ length: 4 * 10 * 12 }, (_, at) => at % 256);
    writeFileSync(images, encodeIdx([4, 10, 12], pixels));
    writeFileSync(labels, encodeIdx([4], [0, 1, 2, 3]));
    await prepare({ kind: "idx", images, labels }, digits("small"));
    const file = writeStudy("misfit", { ...EMPTY, test: "data/small" });
    const { exitStatus, stderr } = await refit(file);
    expect(exitStatus).toBe(3);
    expect(stderr).toContain("found 10 x 12 x 1 in 4 classes, expected 28 x 28 x 1 in 10");
    expect(existsSync(layout.models("misfit"))).toBe(false);
  });

  test("without labels: INVALID_DATA", async () => {
    const csv = join(workspace, "unlabelled.csv");
    writeKaggleCsv(csv, { rows: 5, labels: false });
    await prepare({ kind: "csv", csv }, digits("unlabelled"));
    const file = writeStudy("unlabelled", { ...EMPTY, test: "data/unlabelled" });
    const { exitStatus, stderr } = await refit(file);
    expect([exitStatus, stderr]).toEqual([3, expect.stringContaining("has no labels")]);
  });

  test("in which the last classes do not occur is judged all the same", async () => {
    const lines = [...readFileSync(join(digits("test"), "labels.bin"))];
    const rows = lines.flatMap((label, row) => (label < 6 ? [row] : []));
    const source = readFileSync(join(digits("test"), "images.bin"));
    const pixels = rows.flatMap((row) => [...source.subarray(row * 784, (row + 1) * 784)]);
    const [images, labels] = [join(workspace, "few.idx"), join(workspace, "few-labels.idx")];
    writeFileSync(images, encodeIdx([rows.length, 28, 28], pixels));
    writeFileSync(
      labels,
      encodeIdx(
        [rows.length],
        rows.map((row) => lines[row] ?? 0),
      ),
    );
    const { header } = await prepare({ kind: "idx", images, labels }, digits("few"));
    expect(header.classes).toBe(6);
    const report = await refitted(writeStudy("few", { ...EMPTY, test: "data/few" }), "--seeds=2");
    for (const { name, test: told } of report.models) {
      const stored = openNamed("few", name);
      const again = judgeAgain(stored, digits("few"), rows.length);
      const score = stored.model.test;
      expect(told).toEqual(score);
      expect(score?.correct).toBe(again.correct);
      expect(score?.macroF1).toBeCloseTo(again.macroF1, 10);
      expect(score?.loss).toBeCloseTo(again.loss, 4);
      expect(score?.probabilities.bytes).toBe(rows.length * 10 * 4);
    }
    expect(report.test?.ensemble?.accuracy).toBeGreaterThan(0);
  });
});
