import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs-node";
import { beforeAll, describe, expect, it } from "vitest";
import type { ImagePredictions } from "../../src/app/predict.ts";
import { loadTensorFlow } from "../../src/trainer/runtime/load.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { type ProgramRun, runBsweep } from "../support/program.ts";

const tf = loadTensorFlow({ threads: 1 });
const ROWS = 500;

const STUDY = `
study: digits
data: { train: data/train, test: data/test, holdout: 0.1 }
trainer: { kind: cnn, epochs: 3, set: { filters: 8, denseUnits: 32, batchNormalization: true } }
space: {}
cluster: { site: local }
`;

describe("a refitted model leaves", () => {
  const folder = makeSuiteFolder();
  const models = join(folder, "models", "digits");
  const read = (...path: string[]): Buffer => readFileSync(join(folder, ...path));

  /** Runs a command that is to succeed. */
  function run(...args: string[]): ProgramRun {
    const done = runBsweep(folder, ...args);
    expect([args, done.status, done.status === 0 ? "" : done.stderr]).toEqual([args, 0, ""]);
    return done;
  }

  beforeAll(() => {
    writeFileSync(join(folder, "study.yaml"), STUDY);
    writeKaggleCsv(join(folder, "train.csv"), { rows: 3000 });
    writeKaggleCsv(join(folder, "known.csv"), { rows: ROWS, from: 20_000 });
    writeKaggleCsv(join(folder, "test.csv"), { rows: ROWS, from: 20_000, labels: false });
    run("prepare", "--csv", "train.csv", "--to", "data/train");
    run("prepare", "--csv", "known.csv", "--to", "data/test");
    run("prepare", "--csv", "test.csv", "--to", "data/unlabelled");
    run("refit", "study.yaml", "--seeds", "2");
  });

  /** The mean of what the trainer found when it judged the models: another graph than the predictor's. */
  function judged(): number[][] {
    const [one, two] = ["seed-1", "seed-2"].map((name) => {
      const description = readFileSync(join(models, name, "model.json"), "utf8");
      const { test } = JSON.parse(description) as { test: { probabilities: { file: string } } };
      const bytes = Uint8Array.from(readFileSync(join(models, name, test.probabilities.file)));
      return new Float32Array(bytes.buffer);
    });
    return Array.from({ length: ROWS }, (_, row) =>
      Array.from({ length: 10 }, (_, label) => {
        const at = row * 10 + label;
        return ((one?.[at] ?? NaN) + (two?.[at] ?? NaN)) / 2;
      }),
    );
  }

  it("as a submission that Kaggle takes, by the mean of all models", () => {
    const { stdout } = run("predict", "study.yaml", "--csv", "test.csv", "--with-probabilities");
    expect(stdout).toContain("500 rows, by the mean of 2 models: seed-1, seed-2");
    const expected = judged();
    const labels = expected.map((row) => row.indexOf(Math.max(...row)));
    const rows = labels.map((label, row) => `${row + 1},${label}\n`);
    expect(read("submission.csv").toString()).toBe(`ImageId,Label\n${rows.join("")}`);
    const [header, ...lines] = read("submission.probabilities.csv")
      .toString()
      .trimEnd()
      .split("\n");
    expect(header).toBe("ImageId,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9");
    const found = lines.map((line) => line.split(",").map(Number));
    expect(found.map(([id]) => id)).toEqual(labels.map((_, row) => row + 1));
    for (const [row, [, ...values]] of found.entries()) {
      for (const [label, value] of values.entries())
        expect(Math.abs(value - (expected[row]?.[label] ?? NaN))).toBeLessThan(2e-6);
    }
    // The models have learned something: chance is a tenth.
    const known = read("known.csv").toString().trimEnd().split("\n").slice(1);
    const right = known.filter((line, row) => Number(line.split(",", 1)[0]) === labels[row]);
    expect(right.length).toBeGreaterThan(0.9 * ROWS);
  });

  it("never over a file that is there, unless told to", () => {
    const before = read("submission.csv").toString();
    writeFileSync(join(folder, "submission.csv"), "mine");
    const args = ["predict", "study.yaml", "--data", "data/unlabelled"];
    const refused = runBsweep(folder, ...args);
    expect(refused.status).toBe(6);
    expect(refused.stderr).toContain("submission.csv is there already");
    expect(read("submission.csv").toString()).toBe("mine");
    run(...args, "--force");
    expect(read("submission.csv").toString()).toBe(before);
  });

  /** Digit `row` of the test rows, [28, 28, 1], 0 .. 255. */
  function digit(row: number): Tensor3D {
    const line = read("test.csv").toString().split("\n")[row + 1] ?? "";
    return tf.tensor3d(line.split(",").map(Number), [28, 28, 1]);
  }

  it("to say what pictures show: any size, dark on bright too", async () => {
    const image = digit(0);
    const label = judged()[0]?.indexOf(Math.max(...(judged()[0] ?? [])));
    const paper = tf.sub(255, tf.image.resizeBilinear(image, [140, 140]));
    const colour = tf.image.grayscaleToRGB(
      tf.pad3d(
        paper as Tensor3D,
        [
          [0, 0],
          [40, 40],
          [0, 0],
        ],
        255,
      ),
    );
    writeFileSync(join(folder, "same.png"), await tf.node.encodePng(image));
    writeFileSync(join(folder, "paper.png"), await tf.node.encodePng(colour));
    writeFileSync(join(folder, "photo.jpg"), await tf.node.encodeJpeg(colour));
    const files = ["same.png", "paper.png", "photo.jpg"];
    const args = ["predict", "study.yaml", "--image", ...files];
    const { images } = JSON.parse(run(...args, "--json").stdout) as ImagePredictions;
    expect(images.map(({ file }) => file)).toEqual(files.map((file) => join(folder, file)));
    expect(images.map((one) => one.label)).toEqual([label, label, label]);
    expect(images.map(({ inverted }) => inverted)).toEqual([false, true, true]);
    expect(images[1]).toMatchObject({ height: 140, width: 220 });
    // The digit as it stands in the CSV comes to the very same probabilities.
    for (const [at, value] of images[0]?.probabilities.entries() ?? [])
      expect(value).toBeCloseTo(judged()[0]?.[at] ?? NaN, 5);
    const { stdout } = run(...args);
    expect(stdout).toMatch(
      new RegExp(`paper.png: ${label} \\(\\d+\\.\\d\\d %\\), then \\d .*inverted`),
    );
  });

  it("to tfjs, with the same predictions", async () => {
    const args = ["--model", "seed-2", "--format", "tfjs", "--to", "exported"];
    const { stdout } = run("export", "study.yaml", ...args);
    const load = /tf\.loadLayersModel\("(.*)"\)/.exec(stdout)?.[1] ?? "";
    const loaded = await tf.loadLayersModel(load);
    const pixels = Float32Array.from(read("data/test/images.bin"), (byte) => byte / 255);
    const predicted = loaded.predict(tf.tensor(pixels, [ROWS, 28, 28, 1])) as Tensor;
    const bytes = Uint8Array.from(readFileSync(join(models, "seed-2", "test-probabilities.bin")));
    const expected = new Float32Array(bytes.buffer);
    const found = predicted.dataSync();
    const differences = Array.from(expected, (value, at) => Math.abs(value - (found[at] ?? NaN)));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it("into a folder of its own, whole or not at all", () => {
    const args = ["export", "study.yaml", "--format", "savedmodel", "--to", "exported"];
    const vague = runBsweep(folder, ...args);
    expect(vague.status).toBe(6);
    expect(vague.stderr).toContain("choose one with --model: seed-1, seed-2");
    args.push("--model", "seed-1");
    expect(runBsweep(folder, ...args)).toMatchObject({ status: 6 });
    run(...args, "--force");
    expect(read("exported", "saved_model.pb").length).toBeGreaterThan(1000);
    mkdirSync(join(folder, "mine"));
    writeFileSync(join(folder, "mine", "thesis.tex"), "");
    const foreign = runBsweep(folder, ...args, "--force", "--to", "mine");
    expect(foreign.status).toBe(6);
    expect(foreign.stderr).toContain("mine is no exported model: found thesis.tex");
  });
});
