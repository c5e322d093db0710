import { availableParallelism } from "node:os";
import { join } from "node:path";
import { tensorFlowEnvironment } from "../../src/trainer/runtime/load.ts";
import { packDigits } from "./digits.ts";
import { lowerQuartile, printFigure, tell } from "./figure.ts";
import { Participant } from "./participant.ts";
import { interleave } from "./process.ts";

const ROWS = 2560;
const BATCH_SIZE = 64;
const ROUNDS = 11;
const MOST_CORES = 4;

/**
 * What a node of several cores trains in all: one-thread trials side by side, as `cpus: 1` packs them, beside
 * one trial with as many threads. The same network as in the training benchmark, batches of 64.
 */
export async function benchThreads(folder: string): Promise<void> {
  const cores = Math.min(MOST_CORES, availableParallelism());
  if (cores === 1) {
    tell("threads.side-by-side: skipped, there is one core");
    return;
  }
  const dataset = await packDigits(folder);
  const start = (threads: number, name: string): Participant => {
    const numbers = [ROWS, BATCH_SIZE, threads].map(String);
    const script = join(import.meta.dirname, "peers", "bsweep-training.ts");
    const args = [script, dataset, ...numbers, join(folder, name), "float32"];
    const node = join(import.meta.dirname, "../../node_modules/.bin/tsx");
    return new Participant(node, args, tensorFlowEnvironment(threads));
  };
  const single = Array.from({ length: cores }, (_, place) => start(1, `single-${place}`));
  const wide = start(cores, "wide");
  const turns = {
    sideBySide: () => slowest(single),
    wide: () => slowest([wide]),
  };
  try {
    await interleave(turns, 1);
    const seconds = await interleave(turns, ROUNDS);
    const value = (cores * ROWS) / lowerQuartile(seconds.sideBySide);
    const baseline = ROWS / lowerQuartile(seconds.wide);
    tell(`threads: ${cores} cores`);
    printFigure({ name: "threads.side-by-side", value, unit: "examples/s", baseline });
  } finally {
    for (const participant of [...single, wide]) participant.stop();
  }
}

/** Seconds until all have trained an epoch, at the same time. */
async function slowest(participants: readonly Participant[]): Promise<number> {
  return Math.max(...(await Promise.all(participants.map((one) => one.trainEpoch()))));
}
