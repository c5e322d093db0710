import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import type { Parameters } from "../../../src/core/study.ts";
import { parseRefusal, type TrainerRequest } from "../../../src/formats/trainer-request.ts";
import type { TrainerReport } from "../../../src/core/trial.ts";
import { type EpochRecord, stepOfEpoch } from "../../../src/formats/training-progress.ts";
import { readProgressLine } from "../../../src/formats/told-steps.ts";
import { Warnings } from "../../../src/formats/warnings.ts";
import { runTrial } from "../../../src/trainer/run-trial.ts";
import { readCpu } from "../../../src/trainer/runtime/cpu.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare } from "../../support/prepare.ts";
import { runProcess } from "../../support/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "bsweep-test-training-"));
const digits = join(folder, "digits");
let digest = "";

beforeAll(async () => {
  const csv = join(folder, "train.csv");
  writeKaggleCsv(csv, { rows: 2000 });
  digest = (await prepare({ kind: "csv", csv }, digits)).header.digest;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const computesBfloat16 = readCpu().features.some((feature) => /^(amx|avx512)_bf16$/.test(feature));

let requests = 0;

function makeRequest(
  params: Parameters,
  epochs = 2,
  changes: Partial<TrainerRequest> = {},
): TrainerRequest {
  requests += 1;
  return {
    schemaVersion: 1,
    trialId: "0123456789abcdef",
    params: { filters: 8, denseUnits: 32, ...params },
    resource: { epochs },
    seed: 7,
    threads: 1,
    precision: "float32",
    checkpoint: null,
    endsAt: null,
    keep: null,
    memoryMiB: null,
    gpus: 0,
    dataset: { path: digits, digest, holdout: { fraction: 0.1, seed: 1 } },
    reportFile: join(folder, `report-${requests}.json`),
    scratchFolder: join(folder, `scratch-${requests}`),
    ...changes,
  };
}

const run = (params: Parameters, epochs = 2, changes: Partial<TrainerRequest> = {}) =>
  runRequest(makeRequest(params, epochs, changes));

async function runRequest(
  request: TrainerRequest,
  onEpoch: (record: EpochRecord) => void = () => undefined,
): Promise<TrainerReport> {
  const stop = new AbortController().signal;
  const events = { onEpoch, log: () => undefined, stop };
  const report = await runTrial(request, events);
  if (report === undefined) throw new Error("the training was stopped");
  return report;
}

/** `node main.js REQUEST`, as the runner starts it. Notes that TensorFlow writes on loading are left out. */
async function runProgram(request: object) {
  const file = join(folder, `request-${requests}.json`);
  writeFileSync(file, JSON.stringify(request));
  const result = await runProcess(process.execPath, [builtProgram("trainer/main.js"), file]);
  const lines = result.stderr.split("\n");
  const stderr = lines.filter((line) => !/^(WARNING: All log messages|I\d{4} )/.test(line));
  return { ...result, stderr: stderr.join("\n") };
}

function readReport({ reportFile }: TrainerRequest): TrainerReport {
  return JSON.parse(readFileSync(reportFile, "utf8")) as TrainerReport;
}

/** The code of the error that stands in the report's place; undefined where the request named none. */
function readRefusal({ reportFile }: TrainerRequest): string | undefined {
  return existsSync(reportFile) ? parseRefusal(readFileSync(reportFile, "utf8"))?.code : undefined;
}

/** For what a line does not say. */
const UNSAID = { step: 0, seconds: 0 };

/** Everything but what the clock says. */
function timeless(report: TrainerReport): unknown {
  return { ...report, history: report.history.map((record) => ({ ...record, seconds: 0 })) };
}

/** Units that die under so large a rate would leave a finite loss; these cannot die. */
const DIVERGING = { optimizer: "sgd", learningRate: 100, activation: "elu", denseLayers: 2 };

describe("training", () => {
  test("learns digits, and tells each epoch as it ends", async () => {
    const told: EpochRecord[] = [];
    const report = await runRequest(makeRequest({ batchSize: 32 }), (record) => told.push(record));
    expect(report.history).toEqual(told.map(stepOfEpoch));
    const [first, second] = report.history.map(({ metrics }) => metrics);
    expect(second?.["loss"]).toBeLessThan(first?.["loss"] ?? 0);
    expect(second?.["validationLoss"]).toBeLessThan(first?.["validationLoss"] ?? 0);
    expect(report.metrics["holdoutAccuracy"]).toBeGreaterThan(0.8);
    expect(report.metrics["holdoutAccuracy"]).toBe((report.holdout?.correct ?? 0) / 200);
    expect(report.metrics["validationLoss"]).toBe(second?.["validationLoss"]);
    expect(Buffer.from(report.holdout?.predictions ?? "", "base64")).toHaveLength(200);
    expect(report.failure).toBeUndefined();
  });

  test("is the same bit for bit, here and in a process of its own; another seed is not", async () => {
    const params = { dropout: 0.3, batchSize: 100 };
    const report = timeless(await run(params));
    expect(timeless(await run(params))).toEqual(report);
    const request = makeRequest(params);
    expect(await runProgram(request)).toMatchObject({ exitStatus: 0, stderr: "" });
    const other = readReport(request);
    expect(timeless(other)).toEqual(JSON.parse(JSON.stringify(report)));
    const { history } = await run(params, 1, { seed: 8 });
    expect(history[0]?.metrics["loss"]).not.toBe(other.history[0]?.metrics["loss"]);
  });

  test("goes on as before when it is given more epochs", async () => {
    const longer = await run({ dropout: 0.3 }, 2);
    const shorter = await run({ dropout: 0.3 }, 1);
    expect(shorter.history[0]).toEqual({
      ...longer.history[0],
      seconds: shorter.history[0]?.seconds,
    });
  });

  test.each([
    // 1,620 rows are trained on.
    ["that leaves one row over", 1619],
    ["larger than all rows", 65536],
    ["of one row", 1],
  ])("takes a batch %s", async (_title, batchSize) => {
    const { history, failure } = await run({ batchSize, learningRate: 1e-9 }, 1);
    expect(failure).toBeUndefined();
    // With weights that stay as they are, the mean loss does not depend on how rows are batched.
    const whole = await run({ batchSize: 540, learningRate: 1e-9 }, 1);
    expect(history[0]?.metrics["loss"]).toBeCloseTo(whole.history[0]?.metrics["loss"] ?? NaN, 4);
    expect(history[0]?.metrics["accuracy"]).toBeCloseTo(
      whole.history[0]?.metrics["accuracy"] ?? NaN,
      2,
    );
  });

  test("stops early with the weights of the best epoch", async () => {
    const params = { learningRate: 0.01, batchSize: 16, patience: 1 };
    const stopped = await run(params, 30);
    const best = stopped.metrics["selectedEpoch"] ?? NaN;
    expect(stopped.history).toHaveLength(best + 1);
    const losses = stopped.history.map(({ metrics }) => metrics["validationLoss"] ?? NaN);
    expect(Math.min(...losses)).toBe(losses[best - 1]);
    expect(stopped.metrics["validationLoss"]).toBe(losses[best - 1]);
    const straight = await run({ ...params, patience: 0 }, best);
    expect(stopped.holdout).toEqual(straight.holdout);
    expect(stopped.metrics["holdoutLoss"]).toBe(straight.metrics["holdoutLoss"]);
  });

  test("patience 0 uses all epochs; no validation rows, no validation figures", async () => {
    const impatient = await run({ patience: 0, learningRate: 0.01, batchSize: 16 }, 4);
    expect(impatient.history).toHaveLength(4);
    expect(impatient.metrics["selectedEpoch"]).toBe(4);
    const { history, metrics } = await run({ validationSplit: 0 }, 2);
    expect(history.map((record) => Object.keys(record.metrics))).toEqual(
      [1, 2].map(() => ["loss", "accuracy"]),
    );
    const reckoned = ["auc", "balancedAccuracy", "logLoss", "macroF1"];
    const own = ["holdoutAccuracy", "holdoutLoss", "holdoutMacroF1", "selectedEpoch"];
    expect(Object.keys(metrics).sort()).toEqual([...reckoned, ...own].sort());
    expect(metrics["selectedEpoch"]).toBe(2);
  });

  test("a run that diverges is a report with a failure", async () => {
    const report = await run(DIVERGING, 5);
    expect(report.failure).toEqual({
      kind: "diverged",
      message: `the loss was no finite number in epoch ${report.history.length}`,
    });
    expect(report.metrics).toEqual({});
    // Of the rows seen until then.
    expect(report.history.at(-1)?.metrics["accuracy"]).toBeGreaterThan(0.05);
    expect(report.holdout).toBeUndefined();
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("a model no better than chance is a complete trial", async () => {
    const { failure, metrics } = await run({ optimizer: "sgd", learningRate: 100 }, 1);
    expect(failure).toBeUndefined();
    expect(metrics["holdoutAccuracy"]).toBeLessThan(0.2);
  });
});

describe("checkpoints", () => {
  const PARAMS = { dropout: 0.3, batchSize: 20, rotation: 10, emaDecay: 0.9, patience: 1 };

  /** Runs with the checkpoints in `name`, told to stop at that epoch. */
  async function runUntil(name: string, epoch: number, params: Parameters = PARAMS) {
    const controller = new AbortController();
    const log: string[] = [];
    const checkpoint = { folder: join(folder, name), seconds: 3600 };
    const report = await runTrial(makeRequest(params, 4, { checkpoint }), {
      onEpoch: (record) => {
        if (record.epoch >= epoch) controller.abort();
      },
      log: (line) => log.push(line),
      stop: controller.signal,
    });
    return { report, log };
  }

  test.each([
    ["adam", {}],
    ["sgd", { optimizer: "sgd", momentum: 0.9, nesterov: true, learningRateSchedule: "cosine" }],
    [
      "residual",
      {
        ...{ residual: true, padding: "same", convLayers: 2, globalPooling: true, filters: 4 },
        ...{ activation: "gelu", flip: "both", batchNormalization: true },
      },
    ],
    ["plateau", { batchNormalization: true, learningRateSchedule: "plateau", decayEpochs: 1 }],
  ])(
    "a training stopped at each epoch comes out as one that was not: %s",
    async (name, changes) => {
      const params = { ...PARAMS, ...changes };
      const whole = await run(params, 4);
      expect(whole.history.length).toBeGreaterThan(1);
      let epoch = 1;
      for (;;) {
        const { report, log } = await runUntil(name, epoch, params);
        const expected = epoch === 1 ? [] : [/^going on from a checkpoint: \d epochs and 0 rows/];
        expect(log).toEqual(expected.map((line) => expect.stringMatching(line) as string));
        if (report === undefined) {
          epoch += 1;
          continue;
        }
        expect(timeless(report)).toEqual(timeless(whole));
        break;
      }
      expect(epoch).toBeGreaterThan(1);
    },
  );

  test.each(["SIGTERM", "SIGINT", "SIGUSR2"] as const)(
    "%s within an epoch: status 75 and no report; run again it ends the same bit for bit",
    async (signal) => {
      const checkpoint = { folder: join(folder, signal), seconds: 3600 };
      const params = { ...PARAMS, batchSize: 4 };
      const request = makeRequest(params, 3, { checkpoint });
      const file = join(folder, `request-${signal}.json`);
      writeFileSync(file, JSON.stringify(request));
      const child = spawn(process.execPath, [builtProgram("trainer/main.js"), file]);
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('"step":1,')) child.kill(signal);
      });
      const [status] = (await once(child, "exit")) as [number | null];
      expect([status, output.includes('"step":3,')]).toEqual([75, false]);
      expect(() => readReport(request)).toThrow("ENOENT");
      const again = await runProgram(request);
      expect(again).toMatchObject({ exitStatus: 0, stderr: "" });
      expect(again.stdout).toMatch(
        /^going on from a checkpoint: [12] epochs and \d+ rows are done\n/,
      );
      expect(timeless(readReport(request))).toEqual(
        JSON.parse(JSON.stringify(timeless(await run(params, 3)))),
      );
    },
  );

  test("by endsAt it has stopped, and left a checkpoint", async () => {
    const checkpoint = { folder: join(folder, "ends"), seconds: 3600 };
    const request = makeRequest(PARAMS, 4, { checkpoint, endsAt: new Date().toISOString() });
    const { exitStatus } = await runProgram(request);
    expect(exitStatus).toBe(75);
    expect(readdirSync(checkpoint.folder)).toEqual(["checkpoint-00000001.safetensors"]);
  });
});

describe("the trainer as a program", () => {
  test("tells of each epoch and leaves a report", async () => {
    const request = makeRequest({ validationSplit: 0 }, 2);
    const { exitStatus, stdout, stderr } = await runProgram(request);
    expect([exitStatus, stderr]).toEqual([0, ""]);
    const { model, numerics, history } = readReport(request);
    const told = stdout.split("\n").map((line) => readProgressLine(line, UNSAID, new Warnings()));
    expect(told.map((step) => step?.step)).toEqual([1, 2]);
    for (const [place, step] of told.entries())
      expect(step?.metrics["loss"]).toBeCloseTo(history[place]?.metrics["loss"] ?? NaN, 5);
    expect(model?.parameters).toBeGreaterThan(0);
    const { model: cpu, features } = readCpu();
    // Eight filters: too few for patches on any processor.
    const filterGradients = ["direct", "direct"];
    expect(numerics).toMatchObject({ cpu, features, threads: 1, filterGradients });
  });

  test("a run that diverges ends in order", async () => {
    const request = makeRequest(DIVERGING, 5);
    const { exitStatus, stdout, stderr } = await runProgram(request);
    expect([exitStatus, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^bsweep: {"step":\d,"accuracy":[^,]+,"seconds":[^,]+}$/m);
    expect(readReport(request).failure?.kind).toBe("diverged");
  });

  const refusals: readonly (readonly [string, () => TrainerRequest, RegExp])[] = [
    [
      "other data than planned",
      () => {
        const request = makeRequest({});
        return { ...request, dataset: { ...request.dataset, digest: "sha256:0" } };
      },
      /^INVALID_DATA: the data set in .* is not the one the study was planned with\nfound sha256:\w{64}, expected sha256:0/,
    ],
    [
      "no data",
      () => {
        const request = makeRequest({});
        return { ...request, dataset: { ...request.dataset, path: join(folder, "none") } };
      },
      /^INVALID_DATA: there is no data set in .*none/,
    ],
    [
      "a network that cannot be",
      () => makeRequest({ blocks: 4, kernelSize: 5 }),
      /^INVALID_MANIFEST: there is no such network: block 3, convolution 1: a 5 x 5 kernel without padding does not fit 4 x 4$/,
    ],
    [
      "unknown parameters and values out of range, all at once",
      () => makeRequest({ filtres: 3, blocks: 9, activation: "swish" }),
      /^INVALID_MANIFEST: the trial's parameters do not fit the CNN\nrequest: params\.filtres: found 3, expected a parameter of the CNN\nrequest: params\.blocks: found 9, expected an integer 1 \.\. 8\nrequest: params\.activation: found "swish", expected one of relu, sigmoid, tanh, elu, gelu, silu$/,
    ],
    [
      "a request of another form",
      () => makeRequest({}, 0),
      /^INVALID_MANIFEST: .*\n.*resource\.epochs/,
    ],
    [
      "no rows to train on",
      () => makeRequest({ validationSplit: 0.9999 }),
      /^INVALID_DATA: no rows are left to train on/,
    ],
  ];

  test.each(refusals)("refuses %s: status 3, and what to mend", async (title, make, expected) => {
    const request = make();
    const { exitStatus, stdout, stderr } = await runProgram(request);
    expect(stderr).toMatch(expected);
    expect([exitStatus, stdout]).toEqual([3, ""]);
    // One that cannot be read names no file for it.
    const code = title === "a request of another form" ? undefined : /^\w+/.exec(stderr)?.[0];
    expect(readRefusal(request)).toBe(code);
  });

  test("refuses rows without labels", async () => {
    const csv = join(folder, "test.csv");
    writeKaggleCsv(csv, { rows: 10, labels: false });
    const { header } = await prepare({ kind: "csv", csv }, join(folder, "unlabelled"));
    const request = makeRequest({});
    const dataset = { ...request.dataset, path: join(folder, "unlabelled"), digest: header.digest };
    const refusal = run({}, 1, { dataset });
    await expect(refusal).rejects.toThrow(BsweepError);
    await expect(refusal).rejects.toThrow(/has no labels$/);
  });

  test.skipIf(computesBfloat16)(
    "refuses bfloat16 where the CPU would emulate it: status 4, and why",
    async () => {
      const request = makeRequest({}, 1, { precision: "bfloat16" });
      const { exitStatus, stdout, stderr } = await runProgram(request);
      expect(stderr).toMatch(
        /^RUNTIME_UNFIT: precision bfloat16 needs a CPU with AMX or AVX512_BF16; .* has .*\nchoose other hosts, or precision: float32/,
      );
      expect([exitStatus, stdout]).toEqual([4, ""]);
      expect(readRefusal(request)).toBe("RUNTIME_UNFIT");
    },
  );

  test.each([
    [[], 2, "USAGE: the trainer wants the name of a request file"],
    [["missing.json"], 2, "USAGE: cannot read missing.json"],
  ])("called with %j", async (args, status, message) => {
    const { exitStatus, stderr } = await runProcess(process.execPath, [
      builtProgram("trainer/main.js"),
      ...args,
    ]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
    expect(exitStatus).toBe(status);
  });
});
