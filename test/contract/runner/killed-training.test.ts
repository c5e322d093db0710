import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateRound } from "../../../src/app/generate.ts";
import { randomFor, type RandomSource } from "../../../src/core/random.ts";
import type { TrialResult } from "../../../src/core/trial.ts";
import { parseManifestLine } from "../../../src/formats/manifest.ts";
import { ResultFinder, writeResult } from "../../../src/rounds/results.ts";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { startBsweep, type BsweepProcess } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare, recordEffects } from "../../support/prepare.ts";
import { makeResult } from "../../support/results.ts";
import { isAlive, readResults } from "../../support/rounds.ts";

const layout: Layout = createLayout(mkdtempSync(join(tmpdir(), "bsweep-killed-")));
afterAll(() => rmSync(layout.workspace, { recursive: true, force: true }));

/** Everything that has a state of its own to be kept. */
const STUDY = (name: string, checkpoint: string): string => `
study: ${name}
data: { train: data/digits, holdout: 0.2 }
trainer:
  kind: cnn
  epochs: 12
  set:
    filters: 4
    denseUnits: 16
    batchSize: 20
    batchNormalization: true
    dropout: 0.3
    rotation: 10
    shift: 0.1
    emaDecay: 0.9
    learningRateSchedule: plateau
    decayEpochs: 1
    patience: 4
    learningRate: 0.01
space: {}
sampler: { kind: grid, seed: 3 }
resources: { checkpoint: ${checkpoint}, walltime: 30m }
`;

interface Killable {
  readonly args: readonly string[];
  readonly resultFolder: string;
  readonly checkpoints: string;
}

async function makeTrial(
  name: string,
  checkpoint: string,
  seconds?: number,
  change: (text: string) => string = (text) => text,
): Promise<Killable> {
  const studyFile = join(layout.workspace, `${name}.yaml`);
  writeFileSync(studyFile, change(STUDY(name, checkpoint)));
  await generateRound({ studyFile, layout, overwrite: false }, recordEffects());
  const folder = layout.round(name, 1);
  if (seconds !== undefined) {
    // Shorter than a study file can say.
    const file = join(folder, "round.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text.replace(/"checkpointSeconds": \d+/, `"checkpointSeconds": ${seconds}`),
    );
  }
  const manifest = join(folder, "array-01.trials.jsonl");
  const [, trialId = ""] = /"trialId":"(\w+)"/.exec(readFileSync(manifest, "utf8")) ?? [];
  return {
    args: ["trial", "--manifest", manifest, "--index", "1", `--workspace=${layout.workspace}`],
    resultFolder: join(layout.roundResults(name, 1), "array-01"),
    checkpoints: layout.checkpoints(name, trialId),
  };
}

/** What has to be the same however often a training was stopped. */
function comparable(resultFolder: string) {
  return comparableOf(readResults(resultFolder).get(1));
}

function comparableOf(result: TrialResult | undefined) {
  if (result === undefined) throw new Error("no result");
  const history = result.history.map((record) => ({ ...record, seconds: 0 }));
  return { ...result, history, timing: null, usage: null, element: null };
}

let untouched: ReturnType<typeof comparable>;

beforeAll(async () => {
  const csv = join(layout.workspace, "train.csv");
  writeKaggleCsv(csv, { rows: 600 });
  await prepare({ kind: "csv", csv }, join(layout.workspace, "data", "digits"));
  const trial = await makeTrial("untouched", "off");
  expect(await startBsweep(trial.args).end).toMatchObject({ exitStatus: 0 });
  untouched = comparable(trial.resultFolder);
  expect(untouched.state).toBe("complete");
});

/** The trainer of a runner, once it is there. */
function trainerOf({ pid }: BsweepProcess): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
  } catch {
    return 0;
  }
}

/** As a scheduler ends a job; the last way is a runner that dies alone, which its trainer notices. */
const WAYS: readonly ((running: BsweepProcess) => void)[] = [
  (running) => running.kill("SIGTERM"),
  (running) => {
    const trainer = trainerOf(running);
    running.kill("SIGKILL");
    if (trainer > 0) killGroup(trainer);
  },
  (running) => running.kill("SIGKILL"),
];

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

const KILLS = 5;

/** Ends a run at a random moment: some while they start, most a random number of epochs into their training. */
async function killAtRandom(running: BsweepProcess, random: RandomSource): Promise<void> {
  const way = WAYS[random.nextInteger(WAYS.length)];
  if (random.nextInteger(4) === 0) {
    await sleep(random.nextInteger(600));
  } else {
    // Counted in epochs, because machines differ in how many of them a second holds.
    const epochs = 1 + random.nextInteger(3);
    while ((running.output().match(/^bsweep: /gm) ?? []).length < epochs) await sleep(2);
    await sleep(random.nextInteger(60));
  }
  way?.(running);
}

/** Runs the trial until it has its result; the first runs are killed, each in a random way. */
async function runKilled(trial: Killable, seed: number): Promise<string> {
  const random = randomFor(seed, "kills");
  let output = "";
  for (let kills = 0; ; kills++) {
    const running = startBsweep(trial.args, { env: { TMPDIR: makeTestFolder() } });
    const trainer = new Promise<number>((resolve) => {
      const look = setInterval(() => {
        const pid = trainerOf(running);
        if (pid > 0) resolve(pid);
      }, 10);
      void running.end.then(() => {
        clearInterval(look);
        resolve(0);
      });
    });
    if (kills < KILLS) await Promise.race([running.end, killAtRandom(running, random)]);
    const { exitStatus } = await running.end;
    output += running.output();
    if (exitStatus === 0) return output;
    const pid = await trainer;
    while (pid > 0 && isAlive(pid)) await sleep(20);
  }
}

test.each([
  ["after each epoch", undefined, 1],
  ["within epochs", 0.02, 2],
])(
  "killed again and again, with checkpoints %s, a trial has the result of one never killed",
  async (_, seconds, seed) => {
    const trial = await makeTrial(
      `killed-${seed}`,
      seconds === undefined ? "epoch" : "1s",
      seconds,
    );
    const output = await runKilled(trial, seed);
    expect(output).toMatch(seconds === undefined ? /[2-9] epochs and 0 rows/ : /and [1-9]\d* rows/);
    expect(comparable(trial.resultFolder)).toEqual(untouched);
    expect(existsSync(trial.checkpoints)).toBe(false);
  },
  300_000,
);

test.each(["kept", "gone"])(
  "a pruned trial's next attempt, its checkpoints %s, has the result of one never pruned",
  async (checkpoints) => {
    const trial = await makeTrial(`pruned-${checkpoints}`, "epoch");
    const running = startBsweep(trial.args);
    while (!running.output().includes('"step":3,')) await sleep(5);
    running.kill("SIGTERM");
    expect(await running.end).toMatchObject({ exitStatus: 75 });
    // What a pruner leaves in the place of the rest.
    const manifest = trial.args[2] ?? "";
    const [planned] = parseManifestLine(readFileSync(manifest, "utf8"), manifest, 1).trials;
    if (planned === undefined) throw new Error("no trial");
    writeResult(trial.resultFolder, {
      ...makeResult(planned, 1, 0),
      ...{ state: "pruned", objective: null, metrics: {}, holdout: null },
      earlyEnd: { reason: "others did better", step: 2, value: 0.5 },
    });
    expect((await startBsweep(trial.args).end).stdout).toContain("has a valid result already");
    expect(readdirSync(trial.checkpoints)).toHaveLength(2);
    if (checkpoints === "gone") rmSync(trial.checkpoints, { recursive: true });

    // What runs it to its end.
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"attempt":1', '"attempt":2'));
    const promoted = await startBsweep(trial.args).end;
    expect(promoted.stdout.includes("going on from a checkpoint")).toBe(checkpoints === "kept");
    const next = { ...planned, attempt: 2 };
    const result = await new ResultFinder().find([trial.resultFolder], next);
    expect(comparableOf(result)).toEqual({ ...untouched, attempt: 2 });
    expect(existsSync(trial.checkpoints)).toBe(false);
  },
);

test("a torn newest checkpoint is passed over for the one before, and all the same comes out", async () => {
  const trial = await makeTrial("torn", "epoch");
  const running = startBsweep(trial.args);
  while (!running.output().includes('"step":3,')) await sleep(5);
  running.kill("SIGTERM");
  expect(await running.end).toMatchObject({ exitStatus: 75 });
  const names = readdirSync(trial.checkpoints).sort();
  expect(names).toHaveLength(2);
  truncateSync(join(trial.checkpoints, names[1] ?? ""), 1000);
  const again = await startBsweep(trial.args).end;
  expect(again.stdout).toContain("passing over a checkpoint: ");
  expect(again.stdout).toContain("going on from a checkpoint: ");
  expect(comparable(trial.resultFolder)).toEqual(untouched);
});

test("a checkpoint of another trial is not taken: the trial starts anew", async () => {
  const other = await makeTrial("other", "epoch", undefined, (text) =>
    text.replace("seed: 3", "seed: 4"),
  );
  const running = startBsweep(other.args);
  while (!running.output().includes('"step":2,')) await sleep(5);
  running.kill("SIGTERM");
  expect(await running.end).toMatchObject({ exitStatus: 75 });
  const trial = await makeTrial("mixed-up", "epoch");
  cpSync(other.checkpoints, trial.checkpoints, { recursive: true });
  const end = await startBsweep(trial.args).end;
  expect(end.stdout).toContain("is of another trial: found trialId ");
  expect(end.stdout).not.toContain("going on from a checkpoint");
  expect(comparable(trial.resultFolder)).toEqual(untouched);
});

test("a disk too full for a checkpoint costs the checkpoint, not the training", async () => {
  const trial = await makeTrial("full", "epoch", undefined, (text) =>
    text.replace("denseUnits: 16", "denseUnits: 2000").replace("epochs: 12", "epochs: 2"),
  );
  // 1 MiB: less than a checkpoint, more than anything else.
  const end = await startBsweep(trial.args, { shellSetup: "ulimit -f 1024" }).end;
  expect(end.stdout).toMatch(/no checkpoint: cannot write .*EFBIG.*; training goes on/);
  expect(end.exitStatus).toBe(0);
  expect(readResults(trial.resultFolder).get(1)?.history).toHaveLength(2);
});

test("a run that diverges leaves no checkpoints behind", async () => {
  const trial = await makeTrial("diverging", "epoch", undefined, (text) =>
    text
      .replace("learningRate: 0.01", "learningRate: 90")
      .replace(
        "batchNormalization: true",
        "batchNormalization: false\n    optimizer: sgd\n    l2: 10",
      ),
  );
  const end = await startBsweep(trial.args).end;
  expect(end.exitStatus).toBe(0);
  expect(readResults(trial.resultFolder).get(1)?.failure?.kind).toBe("diverged");
  expect(existsSync(trial.checkpoints)).toBe(false);
});

test("with a checkpoint there and the data changed, nothing is trained and nothing lost", async () => {
  const trial = await makeTrial("changed", "epoch");
  const running = startBsweep(trial.args);
  while (!running.output().includes('"step":1,')) await sleep(5);
  running.kill("SIGTERM");
  expect(await running.end).toMatchObject({ exitStatus: 75 });
  const before = readdirSync(trial.checkpoints);
  const file = join(dirname(trial.args[2] ?? ""), "round.json");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/"digest": "sha256:[0-9a-f]{4}/, '"digest": "sha256:0000'));
  const end = await startBsweep(trial.args).end;
  expect(end.exitStatus).toBe(3);
  expect(end.stderr).toContain("is not the one the study was planned with");
  expect(readdirSync(trial.checkpoints)).toEqual(before);
  writeFileSync(file, text);
  expect(await startBsweep(trial.args).end).toMatchObject({ exitStatus: 0 });
  expect(comparable(trial.resultFolder)).toEqual(untouched);
});
