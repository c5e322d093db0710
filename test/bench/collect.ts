import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createLayout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import {
  makeResult,
  makeTrial,
  placeOf,
  type PlannedRound,
  writeResult,
  writeRound,
} from "../support/results.ts";
import { lowerQuartile, printFigure, tell } from "./figure.ts";
import { runProcess } from "./process.ts";

/** A grid of 100,000. */
const SPACE = {
  filters: [8, 16, 24, 32, 40, 48, 56, 64],
  kernelSize: [1, 3, 5, 7, 9],
  dropout: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  learningRate: [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
  batchSize: [16, 32, 64, 128, 256],
  denseUnits: [32, 64, 128, 256, 512],
};
const STUDY = "bench";
const ROUNDS = 3;
const NEW = 10;

/** Processor seconds and wall seconds of a Node, and the most memory that it held, in MiB. */
interface Used {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
}

/**
 * Whole processes on 100,000 results of ten epochs each: the first collect, one that finds nothing new, one that finds
 * ten, and `report`, `status`, `best`, each beside a plain Node that does the least of the same.
 */
export async function benchCollect(folder: string): Promise<void> {
  const studyFile = writeWorkspace(folder);
  const measured = join(folder, "used.json");
  const node = async (...args: readonly string[]): Promise<Used> => {
    const env = {
      ...{ BSWEEP_WORKSPACE: folder, BENCH_USAGE: measured },
      NODE_OPTIONS: `--import ${pathToFileURL(floor("usage-at-exit")).href}`,
    };
    const wall = await runProcess(process.execPath, args, { env });
    return { wall, ...(JSON.parse(readFileSync(measured, "utf8")) as Omit<Used, "wall">) };
  };
  const bsweep = (command: string): Promise<Used> =>
    node(builtProgram("main.js"), command, studyFile);
  const layout = createLayout(folder);
  const [results, database] = [layout.studyResults(STUDY), layout.database(STUDY)];
  const withhold = createWithholder(join(results, "round-001", "array-01"), join(folder, "later"));

  const compare = async (
    name: string,
    value: () => Promise<Used>,
    baseline: () => Promise<Used>,
  ): Promise<void> => {
    const [values, baselines]: [Used[], Used[]] = [[], []];
    for (let round = 1; round <= ROUNDS; round++) {
      tell(`${name}: round ${round} of ${ROUNDS}`);
      baselines.push(await baseline());
      values.push(await value());
    }
    tell(`${name}: at most ${Math.round(Math.max(...values.map(({ memory }) => memory)))} MiB`);
    for (const [kind, suffix] of [
      ["wall", ""],
      ["cpu", ".cpu"],
    ] as const) {
      const [own, other] = [values, baselines].map((all) =>
        lowerQuartile(all.map((each) => each[kind])),
      );
      printFigure({ name: name + suffix, value: own ?? NaN, unit: "s", baseline: other ?? NaN });
    }
  };
  await compare(
    "collect.100000.plain-node",
    () => {
      rmSync(database, { force: true });
      return bsweep("collect");
    },
    () => node(floor("read-results"), results),
  );
  const list = (): Promise<Used> => node(floor("read-results"), results, "list");
  await compare("collect.100000.again", () => bsweep("collect"), list);
  await compare(
    "collect.100000.ten-new",
    () => {
      withhold.giveBack();
      return bsweep("collect");
    },
    list,
  );
  for (const command of ["report", "status", "best"])
    await compare(
      `${command}.100000`,
      () => bsweep(command),
      () => node(floor("read-database"), database),
    );
}

function floor(name: string): string {
  return join(import.meta.dirname, "floors", `${name}.mjs`);
}

function writeWorkspace(workspace: string): string {
  const combinations = Object.entries(SPACE).reduce<Record<string, number>[]>(
    (all, [name, values]) =>
      all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
  tell(`many results: writing ${combinations.length}`);
  const trials = combinations.map((params, place) => makeTrial(place + 1, params));
  const planned: PlannedRound = { workspace, study: STUDY, round: 1, arraySize: 1000, trials };
  writeRound(planned);
  for (const [place, trial] of trials.entries()) {
    const { array, index } = placeOf(planned, place);
    writeResult(planned, array, makeResult(trial, index, 3000 + ((place * 7919) % 1200)));
  }
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(
    studyFile,
    JSON.stringify({
      study: STUDY,
      data: { train: "data/digits", holdout: 0.1 },
      trainer: { kind: "cnn", epochs: 10 },
      space: SPACE,
      sampler: { kind: "grid", seed: 1 },
    }),
  );
  return studyFile;
}

/** Keeps some results back at once, and gives ten of them each time. */
function createWithholder(folder: string, later: string): { giveBack: () => void } {
  mkdirSync(later);
  const names = readdirSync(folder).slice(0, NEW * ROUNDS);
  for (const name of names) renameSync(join(folder, name), join(later, name));
  return {
    giveBack: () => {
      for (const name of names.splice(0, NEW)) renameSync(join(later, name), join(folder, name));
    },
  };
}
