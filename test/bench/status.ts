import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StudyStatus } from "../../src/app/status.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { type Lsf, startLsf } from "../support/lsf/lsf.ts";
import {
  makeResult,
  makeTrial,
  placeOf,
  type PlannedRound,
  writeResult,
  writeRound,
} from "../support/results.ts";
import { lowerQuartile, printFigure, tell } from "./figure.ts";
import { measure, runProcess, type Spent } from "./process.ts";

const ELEMENTS = 13_824;
const ARRAY_SIZE = 1000;
/** Results there are when the study is looked at; the rest waits. */
const RESULTS = 5000;
const ROUNDS = 9;
const STUDY = "bench";

/**
 * Whole processes of `bsweep status` on 14 arrays with 13,824 elements, of which 5,000 have a result that was collected
 * before. Processor time, which other work on the machine changes little; of bjobs, which runs once, the same command by
 * itself is taken off, and is the baseline.
 */
export async function benchStatus(folder: string): Promise<void> {
  const lsf = await startLsf({ mode: "hold" });
  try {
    tell(`status: writing ${RESULTS} results of ${ELEMENTS} trials`);
    const studyFile = await writeStudy(folder, lsf);
    const status = [process.execPath, builtProgram("main.js"), "status", studyFile, "--json"];
    await requireOneQuestion(lsf, studyFile, folder);
    const bjobs = await lastQuestion(lsf);
    const env = { BSWEEP_WORKSPACE: folder, PATH: lsf.environment()["PATH"] ?? "" };
    const all: Spent[] = [];
    const asking: Spent[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      tell(`status: round ${round} of ${ROUNDS}`);
      all.push(await measure(status, env));
      asking.push(await measure(bjobs, env));
    }
    const own =
      lowerQuartile(all.map(({ cpu }) => cpu)) - lowerQuartile(asking.map(({ cpu }) => cpu));
    const wall = [all, asking].map((each) => lowerQuartile(each.map(({ wall: time }) => time)));
    tell(`status: wall ${wall[0]?.toFixed(2)} s, of which bjobs ${wall[1]?.toFixed(2)} s`);
    const baseline = lowerQuartile(asking.map(({ cpu }) => cpu));
    printFigure({ name: "status.13824.own-cpu", value: own, unit: "s", baseline });
  } finally {
    await lsf.stop();
  }
}

async function writeStudy(workspace: string, lsf: Lsf): Promise<string> {
  const trials = Array.from({ length: ELEMENTS }, (_, place) =>
    makeTrial(place + 1, { filters: 2 ** (place % 8), learningRate: (place + 1) / ELEMENTS }),
  );
  const planned: PlannedRound = {
    ...{ workspace, study: STUDY, round: 1, arraySize: ARRAY_SIZE, trials },
  };
  writeRound(planned, {
    cluster: {
      ...{ site: "own", scheduler: "lsf", jobGroup: "/me/bench", concurrencyLimit: 50, image: "" },
      ...{ resultGraceSeconds: 900, gpu: null, pool: null, excludeHosts: [] },
    },
  });
  for (const [place, trial] of trials.slice(0, RESULTS).entries()) {
    const { array, index } = placeOf(planned, place);
    writeResult(planned, array, makeResult(trial, index, 3000 + (place % 1200)));
  }
  await submitAll(workspace, lsf);
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(
    studyFile,
    `study: ${STUDY}\ndata: { train: data/digits }\ntrainer: { kind: cnn, epochs: 10 }\nspace: { filters: [1, 2] }\n`,
  );
  return studyFile;
}

/** As submit.sh leaves it: one job for each array, its id in a file. */
async function submitAll(workspace: string, lsf: Lsf): Promise<void> {
  const folder = join(createLayout(workspace).round(STUDY, 1), "submitted");
  mkdirSync(folder, { recursive: true });
  for (let array = 1; array <= Math.ceil(ELEMENTS / ARRAY_SIZE); array++) {
    const name = `array-${String(array).padStart(2, "0")}`;
    const elements = Math.min(ARRAY_SIZE, ELEMENTS - (array - 1) * ARRAY_SIZE);
    await runProcess(
      "bsub",
      ["-q", "general", "-J", `${STUDY}-${name}[1-${elements}]%50`, "true"],
      {
        env: { PATH: lsf.environment()["PATH"] ?? "" },
      },
    );
    const job = (await lsf.jobs()).at(-1)?.id ?? 0;
    writeFileSync(join(folder, `${name}.job`), `${job}\n`);
  }
}

async function requireOneQuestion(lsf: Lsf, studyFile: string, workspace: string): Promise<void> {
  const before = (await lsf.calls()).length;
  const { stdout } = await runBsweep(["status", studyFile, "--json"], {
    env: { BSWEEP_WORKSPACE: workspace, PATH: lsf.environment()["PATH"] ?? "" },
  });
  const { counts } = JSON.parse(stdout) as StudyStatus;
  const asked = (await lsf.calls()).slice(before).map(({ command }) => command);
  if (asked.join() !== "bjobs" || counts.complete !== RESULTS)
    throw new Error(`found ${asked.join()} and ${counts.complete} complete`);
}

async function lastQuestion(lsf: Lsf): Promise<readonly string[]> {
  const last = (await lsf.calls()).findLast(({ command }) => command === "bjobs");
  return ["bjobs", ...(last?.args ?? [])];
}
