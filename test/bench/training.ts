import { join } from "node:path";
import { messageOf } from "../../src/core/errors.ts";
import type { Precision } from "../../src/core/study.ts";
import { requirePrecision } from "../../src/trainer/runtime/cpu.ts";
import { tensorFlowEnvironment } from "../../src/trainer/runtime/load.ts";
import { openPackedDataset } from "../../src/workspace/packed-dataset.ts";
import { packDigits } from "./digits.ts";
import { lowerQuartile, printFigure, tell } from "./figure.ts";
import { Participant } from "./participant.ts";
import { preparePython } from "./peers/python-environment.ts";
import { interleave } from "./process.ts";

/** Whole batches of both sizes, so that nobody meets a second shape. */
const ROWS = 2560;
const ROUNDS = 11;
const PEERS = join(import.meta.dirname, "peers");

interface Course {
  readonly batchSize: number;
  readonly threads: number;
  readonly precision: Precision;
}

const COURSES: readonly Course[] = [
  { batchSize: 64, threads: 2, precision: "float32" },
  { batchSize: 256, threads: 2, precision: "float32" },
  { batchSize: 64, threads: 1, precision: "float32" },
  { batchSize: 256, threads: 1, precision: "float32" },
  { batchSize: 256, threads: 2, precision: "bfloat16" },
];

/**
 * Examples a second through the training loop of bsweep, of Keras, of PyTorch and of tfjs-node's model.fit:
 * the same network (32 and 64 filters, 128 units), digits, batch size and threads, with shuffling, dropout
 * and metrics for all. Each epoch is timed apart, the first counts for nobody. The lower quartiles are compared:
 * what else the machine does can only slow an epoch down.
 */
export async function benchTraining(folder: string): Promise<void> {
  const python = await preparePython();
  const dataset = await packDigits(folder);
  for (const course of COURSES.filter(isWorthRunning)) {
    const scratch = join(folder, nameOf(course));
    await compare(course, startAll(course, { python, dataset, scratch }));
  }
}

/** What a processor would only emulate is no figure. */
function isWorthRunning(course: Course): boolean {
  try {
    requirePrecision(course.precision);
    return true;
  } catch (error) {
    tell(`${nameOf(course)}.keras-bf16: skipped, ${messageOf(error)}`);
    return false;
  }
}

function nameOf({ batchSize, threads }: Course): string {
  return `training.batch${batchSize}${threads === 2 ? "" : `.threads${threads}`}`;
}

interface Line {
  readonly bsweep: Participant;
  /** By name, each in several ways: its fastest is the baseline. */
  readonly peers: Readonly<Record<string, Readonly<Record<string, Participant>>>>;
}

function startAll(
  { batchSize, threads, precision }: Course,
  { python, dataset, scratch }: Readonly<Record<"python" | "dataset" | "scratch", string>>,
): Line {
  const { imagesFile, labelsFile } = openPackedDataset(dataset);
  const numbers = [ROWS, batchSize, threads].map(String);
  const data = [imagesFile, labelsFile ?? "", ...numbers];
  const environment = tensorFlowEnvironment(threads);
  const start = (command: string, script: string, ...args: readonly string[]): Participant =>
    new Participant(command, [join(PEERS, script), ...args], environment);
  const node = join(import.meta.dirname, "../../node_modules/.bin/tsx");
  const keras = (policy: string) => ({
    plain: start(python, "keras_training.py", ...data, "off", policy),
    jit: start(python, "keras_training.py", ...data, "auto", policy),
  });
  const bsweep = start(node, "bsweep-training.ts", dataset, ...numbers, scratch, precision);
  if (precision === "bfloat16") return { bsweep, peers: { "keras-bf16": keras("mixed_bfloat16") } };
  const torch = {
    contiguous: start(python, "torch_training.py", ...data, "contiguous_format"),
    channelsLast: start(python, "torch_training.py", ...data, "channels_last"),
  };
  const tfjsFit = { fit: start(node, "tfjs-fit.ts", ...data) };
  return { bsweep, peers: { keras: keras("float32"), torch, "tfjs-fit": tfjsFit } };
}

async function compare(course: Course, { bsweep, peers }: Line): Promise<void> {
  const variants = Object.entries(peers).flatMap(([peer, ways]) =>
    Object.entries(ways).map(([way, participant]) => ({
      peer,
      key: `${peer} ${way}`,
      participant,
    })),
  );
  const everyone = [{ peer: "", key: "bsweep", participant: bsweep }, ...variants];
  const turns = Object.fromEntries(
    everyone.map(({ key, participant }) => [key, () => participant.trainEpoch()]),
  );
  try {
    await interleave(turns, 1);
    const seconds = await interleave(turns, ROUNDS);
    const speed = (key: string): number => ROWS / lowerQuartile(seconds[key] ?? []);
    const place = nameOf(course);
    tell(`${place}: ${everyone.map(({ key }) => `${key} ${rounded(speed(key))}/s`).join(", ")}`);
    for (const name of Object.keys(peers)) {
      const baseline = Math.max(
        ...variants.filter(({ peer }) => peer === name).map(({ key }) => speed(key)),
      );
      const value = speed("bsweep");
      printFigure({ name: `${place}.${name}`, value, unit: "examples/s", baseline });
    }
  } finally {
    for (const { participant } of everyone) participant.stop();
  }
}

function rounded(speed: number): string {
  return speed.toFixed(0);
}
