import { readFileSync, rmSync } from "node:fs";
import { collectResults } from "../../src/app/collect/collect.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { listResultFiles } from "../../src/rounds/results.ts";
import {
  makeResult,
  makeTrial,
  placeOf,
  writeResult,
  writeRound,
  type PlannedRound,
} from "../support/results.ts";
import { median, printFigure, tell } from "./figure.ts";

const RESULTS = 10_000;
const ROUNDS = 5;
const STUDY = "bench";

const SILENT = {
  reporter: {
    info: () => undefined,
    warn: tell,
    progress: () => undefined,
    endProgress: () => undefined,
  },
  now: () => new Date(),
};

/**
 * Collects 10,000 results, the first time and again, each beside reading the same bytes: list the
 * folders, read every file, one after another, nothing else.
 */
export async function benchCollect(folder: string): Promise<void> {
  tell(`collect: writing ${RESULTS} results`);
  writeResults(folder);
  const layout = createLayout(folder);
  const collect = () => collectResults({ study: STUDY, layout }, SILENT);
  const read: number[] = [];
  const first: number[] = [];
  const again: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    tell(`collect: round ${round} of ${ROUNDS}`);
    rmSync(layout.database(STUDY), { force: true });
    read.push(await secondsOf(() => readAll(`${folder}/results/${STUDY}`)));
    first.push(await secondsOf(collect));
    again.push(await secondsOf(collect));
  }
  const baseline = median(read);
  printFigure({ name: "collect.10000.read", value: median(first), unit: "s", baseline });
  printFigure({ name: "collect.10000.again.read", value: median(again), unit: "s", baseline });
}

function writeResults(workspace: string): void {
  const trials = Array.from({ length: RESULTS }, (_, place) =>
    makeTrial(place + 1, { filters: 2 ** (place % 8), learningRate: (place + 1) / RESULTS }),
  );
  const planned: PlannedRound = { workspace, study: STUDY, round: 1, arraySize: 1000, trials };
  writeRound(planned);
  for (const [place, trial] of trials.entries()) {
    const { array, index } = placeOf(planned, place);
    writeResult(planned, array, makeResult(trial, index, 3000 + (place % 1200)));
  }
}

function readAll(folder: string): void {
  for (const { path } of listResultFiles(folder).files) readFileSync(path);
}

async function secondsOf(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
