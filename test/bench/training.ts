import { join } from "node:path";
import { tensorFlowEnvironment } from "../../src/trainer/runtime/load.ts";
import { openPackedDataset } from "../../src/workspace/packed-dataset.ts";
import { packDigits } from "./digits.ts";
import { median, printFigure, tell } from "./figure.ts";
import { Participant } from "./participant.ts";
import { preparePython } from "./peers/python-environment.ts";
import { interleave } from "./process.ts";

/** Whole batches of both sizes, so that nobody meets a second shape. */
const ROWS = 5120;
const ROUNDS = 5;
const PEERS = join(import.meta.dirname, "peers");

interface Course {
  readonly batchSize: number;
  readonly threads: number;
}

const COURSES: readonly Course[] = [
  { batchSize: 64, threads: 2 },
  { batchSize: 256, threads: 2 },
  { batchSize: 64, threads: 1 },
  { batchSize: 256, threads: 1 },
];

/**
 * Examples a second through the training loop of bsweep, of Keras and of tfjs-node's model.fit: the same
 * network (32 and 64 filters, 128 units), digits, batch size and threads, with shuffling, dropout and
 * metrics for all. Each epoch is timed apart, the first counts for nobody, medians are compared.
 */
export async function benchTraining(folder: string): Promise<void> {
  const python = await preparePython();
  const dataset = await packDigits(folder);
  for (const course of COURSES) {
    const scratch = join(folder, `scratch-${course.batchSize}-${course.threads}`);
    await compare(course, startAll(course, { python, dataset, scratch }));
  }
}

type Name = "bsweep" | "keras" | "kerasJit" | "tfjsFit";

function startAll(
  { batchSize, threads }: Course,
  { python, dataset, scratch }: Readonly<Record<"python" | "dataset" | "scratch", string>>,
): Readonly<Record<Name, Participant>> {
  const { imagesFile, labelsFile } = openPackedDataset(dataset);
  const numbers = [ROWS, batchSize, threads].map(String);
  const data = [imagesFile, labelsFile ?? "", ...numbers];
  const environment = tensorFlowEnvironment(threads);
  const start = (command: string, script: string, ...args: readonly string[]): Participant =>
    new Participant(command, [join(PEERS, script), ...args], environment);
  const node = join(import.meta.dirname, "../../node_modules/.bin/tsx");
  return {
    bsweep: start(node, "bsweep-training.ts", dataset, ...numbers, scratch),
    keras: start(python, "keras_training.py", ...data, "off"),
    kerasJit: start(python, "keras_training.py", ...data, "auto"),
    tfjsFit: start(node, "tfjs-fit.ts", ...data),
  };
}

async function compare(
  { batchSize, threads }: Course,
  participants: Readonly<Record<Name, Participant>>,
): Promise<void> {
  const { bsweep, keras, kerasJit, tfjsFit } = participants;
  const turns = {
    bsweep: () => bsweep.trainEpoch(),
    keras: () => keras.trainEpoch(),
    kerasJit: () => kerasJit.trainEpoch(),
    tfjsFit: () => tfjsFit.trainEpoch(),
  };
  try {
    await interleave(turns, 1);
    const seconds = await interleave(turns, ROUNDS);
    const speed = (name: Name): number => ROWS / median(seconds[name]);
    const [value, plain, jit] = [speed("bsweep"), speed("keras"), speed("kerasJit")];
    const place = `training.batch${batchSize}${threads === 2 ? "" : `.threads${threads}`}`;
    tell(`${place}: Keras ${rounded(plain)}/s, with jit_compile="auto" ${rounded(jit)}/s`);
    const figure = { value, unit: "examples/s" } as const;
    printFigure({ ...figure, name: `${place}.keras`, baseline: Math.max(plain, jit) });
    printFigure({ ...figure, name: `${place}.tfjs-fit`, baseline: speed("tfjsFit") });
  } finally {
    for (const participant of Object.values(participants)) participant.stop();
  }
}

function rounded(speed: number): string {
  return speed.toFixed(0);
}
