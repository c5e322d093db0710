import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateRound } from "../../../src/app/generate.ts";
import { randomFor } from "../../../src/core/random.ts";
import type { TrialResult } from "../../../src/core/trial.ts";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { startBsweep, type BsweepProcess } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare, recordEffects } from "../../support/prepare.ts";
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

async function makeTrial(name: string, checkpoint: string, seconds?: number): Promise<Killable> {
  const studyFile = join(layout.workspace, `${name}.yaml`);
  writeFileSync(studyFile, STUDY(name, checkpoint));
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
  const result = readResults(resultFolder).get(1);
  if (result === undefined) throw new Error("no result");
  const { timing: _timing, usage: _usage, element: _element, history, ...same } = result;
  return { ...same, history: history.map((record) => ({ ...record, seconds: 0 })) };
}

let untouched: Omit<TrialResult, "timing" | "usage" | "element">;

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
    if (trainer > 0) process.kill(-trainer, "SIGKILL");
  },
  (running) => running.kill("SIGKILL"),
];

/** Runs the trial until it has its result, killed at random moments. */
async function runKilled(trial: Killable, seed: number): Promise<number> {
  const random = randomFor(seed, "kills");
  for (let run = 1; ; run++) {
    const running = startBsweep(trial.args, { env: { TMPDIR: makeTestFolder() } });
    const way = WAYS[random.nextInteger(WAYS.length)];
    // Later with every run: a machine under load must come to an end as well.
    const delay = 500 + random.nextInteger(1500) + run * 150;
    const end = await Promise.race([running.end, sleep(delay)]);
    if (end !== undefined) {
      expect(end).toMatchObject({ exitStatus: 0 });
      return run;
    }
    const trainer = trainerOf(running);
    way?.(running);
    await running.end;
    while (trainer > 0 && isAlive(trainer)) await sleep(20);
  }
}

test.each([
  ["after each epoch", "epoch", undefined, 1],
  ["after each epoch", "epoch", undefined, 2],
  ["within epochs", "1s", 0.05, 3],
  ["within epochs", "1s", 0.05, 4],
])(
  "killed again and again with checkpoints %s, a trial has the result of one never killed (%s, %s, seed %i)",
  async (_, checkpoint, seconds, seed) => {
    const trial = await makeTrial(`killed-${seed}`, checkpoint, seconds);
    expect(await runKilled(trial, seed)).toBeGreaterThan(1);
    expect(comparable(trial.resultFolder)).toEqual({ ...untouched });
    expect(readdirSync(join(trial.checkpoints, ".."))).toEqual([]);
  },
);

test("a torn newest checkpoint is passed over for the one before, and all the same comes out", async () => {
  const trial = await makeTrial("torn", "epoch");
  const running = startBsweep(trial.args);
  while (!running.output().includes("epoch 3:")) await sleep(5);
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

test("the checkpoint of another trial is not taken: the trial starts anew", async () => {
  const trial = await makeTrial("foreign", "epoch");
  const other = await makeTrial("other", "off");
  mkdirSync(trial.checkpoints, { recursive: true });
  const running = startBsweep(trial.args);
  while (!running.output().includes("epoch 2:")) await sleep(5);
  running.kill("SIGTERM");
  await running.end;
  // As if the folder were another trial's: what the file says of itself does not fit.
  for (const name of readdirSync(trial.checkpoints)) {
    const file = join(trial.checkpoints, name);
    const bytes = readFileSync(file);
    const text = bytes.toString("latin1").replace(/("trialId":")[0-9a-f]{4}/, "$10000");
    writeFileSync(file, Buffer.from(text, "latin1"));
  }
  const again = await startBsweep(trial.args).end;
  expect(again.stdout).toContain("is of another trial");
  expect(again.stdout).not.toContain("going on from a checkpoint");
  expect(comparable(trial.resultFolder)).toEqual(untouched);
  expect(other.args).toHaveLength(6);
});

test("a disk too full for a checkpoint costs the checkpoint, not the training", async () => {
  const trial = await makeTrial("full", "epoch");
  // 64 blocks of 1 KiB: too little for a checkpoint, enough for everything else.
  const end = await startBsweep(trial.args, { shellSetup: "ulimit -f 64" }).end;
  expect(end).toMatchObject({ exitStatus: 0 });
  expect(end.stdout).toMatch(/no checkpoint: cannot write .*EFBIG.*; training goes on/);
  expect(comparable(trial.resultFolder)).toEqual(untouched);
});
