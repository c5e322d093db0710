import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { expect, test } from "vitest";
import { generateRound } from "../../../src/app/generate.ts";
import { parseResult } from "../../../src/formats/result-file.ts";
import { openKeptDatabase } from "../../../src/storage/database.ts";
import { readTrialTable } from "../../../src/storage/outcomes.ts";
import { createLayout, manifestName, parseResultName } from "../../../src/workspace/layout.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { chanceFor, IS_LONG, printSeed, type Chance } from "../../support/interruptions/chance.ts";
import {
  runInterrupted,
  type InterruptedEnd,
  type Interruption,
} from "../../support/interruptions/interrupt.ts";
import { recordEffects } from "../../support/prepare.ts";

/** Two trials each; of every five trials one fails. */
const ELEMENTS = IS_LONG ? 60 : 8;
const TRIALS = 2 * ELEMENTS;
/** Elements at a time, beside a collector. */
const SIDE_BY_SIDE = 4;
const LATEST_MS = 1500;

interface Interrupted {
  readonly workspace: string;
  readonly studyFile: string;
  readonly results: string;
  element(index: number, interruption: Interruption | null): Promise<InterruptedEnd>;
  collect(interruption: Interruption | null): Promise<InterruptedEnd>;
}

/** A round of a command's trials that take some tenths of a second. */
async function makeRound(): Promise<Interrupted> {
  const workspace = join(makeTestFolder(), "a b");
  mkdirSync(join(workspace, "sites"), { recursive: true });
  writeFileSync(join(workspace, "sites", "own.yaml"), "scheduler: lsf\n");
  const studyFile = join(workspace, "study.yaml");
  const deed =
    'sleep 0.1; if (($1 % 5 == 0)); then exit 3; fi; echo "{\\"metrics\\":{\\"score\\":$1}}" > "$0"';
  writeFileSync(
    studyFile,
    `study: s
objective: { metric: score, direction: maximize }
trainer: { command: [bash, -c, ${JSON.stringify(deed)}, "{{result}}", "{{place}}"] }
space: { place: { low: 1, high: ${TRIALS}, step: 1 } }
cluster: { site: own, concurrencyLimit: 8 }
resources: { cpus: 1, memory: 1GB, walltime: 10m, trialsPerElement: 2 }
`,
  );
  const layout = createLayout(workspace);
  await generateRound({ studyFile, layout, overwrite: false }, recordEffects());
  const manifest = join(layout.round("s", 1), manifestName(1));
  const env = { ...process.env, BSWEEP_WORKSPACE: workspace };
  const run = (interruption: Interruption | null, ...args: readonly string[]) =>
    runInterrupted([process.execPath, builtProgram("main.js"), ...args], env, interruption);
  return {
    ...{ workspace, studyFile, results: join(layout.roundResults("s", 1), "array-01") },
    element: (index, interruption) =>
      run(interruption, "trial", "--manifest", manifest, "--index", String(index)),
    collect: (interruption) => run(interruption, "collect", studyFile),
  };
}

function drawInterruption(chance: Chance): Interruption {
  return {
    at: { milliseconds: chance.between(0, LATEST_MS) },
    signal: chance.pick(["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT"]),
    group: chance.happens(50),
  };
}

/** An element is ended some times, now and then while its copy runs on another host; at last it may run. */
async function liveAsElement(round: Interrupted, index: number): Promise<number> {
  const chance = chanceFor(`element ${index}`);
  const interruptions = chance.between(1, 2);
  for (let step = 0; step < interruptions; step++) {
    const copies = chance.happens(20) ? 2 : 1;
    await Promise.all(
      Array.from({ length: copies }, () => round.element(index, drawInterruption(chance))),
    );
  }
  expect(await round.element(index, null)).toMatchObject({ status: 0, stderr: "" });
  return interruptions;
}

/** Collects while results appear, and is ended again and again, until `isOver`. */
async function liveAsCollector(round: Interrupted, isOver: () => boolean): Promise<number> {
  const chance = chanceFor("collect");
  let interruptions = 0;
  for (; !isOver() || interruptions < (IS_LONG ? 60 : 8); interruptions++)
    await round.collect(drawInterruption(chance));
  return interruptions;
}

/** What every trial has left; each file is a valid one. */
function readResults(folder: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const name of readdirSync(folder)) {
    // What was killed while it wrote leaves a hidden file, which nobody takes for a result.
    if (parseResultName(name) === undefined && name.startsWith(".")) continue;
    const { number, trialId } = parseResult(readFileSync(join(folder, name), "utf8"), name);
    expect(parseResultName(name)?.trialId).toBe(trialId);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return counts;
}

test("elements and collect, ended at random: no result is lost, and none counts twice", async () => {
  printSeed("elements and collect at random");
  const round = await makeRound();
  const limit = pLimit(SIDE_BY_SIDE);
  let ended = false;
  const collector = liveAsCollector(round, () => ended);
  const elements = await Promise.all(
    Array.from({ length: ELEMENTS }, (_, place) => limit(() => liveAsElement(round, place + 1))),
  ).finally(() => (ended = true));
  const collected = await collector;
  expect(await round.collect(null)).toMatchObject({ status: 0 });

  const files = readResults(round.results);
  const numbers = Array.from({ length: TRIALS }, (_, place) => place + 1);
  expect([...files.keys()].sort((a, b) => a - b)).toEqual(numbers);
  const database = openKeptDatabase(createLayout(round.workspace).database("s"), true);
  try {
    expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
    expect(database.pragma("foreign_key_check")).toEqual([]);
    expect(database.prepare("SELECT * FROM set_aside").all()).toEqual([]);
    const kept = database.prepare("SELECT count(*) FROM results").pluck().get();
    expect(kept).toBe([...files.values()].reduce((sum, count) => sum + count, 0));
    const table = readTrialTable(database);
    expect(table.numbers).toEqual(numbers);
    for (const [row, state] of table.states.entries()) {
      const place = Number(table.paramsOf(row)["place"]);
      expect([place, state]).toEqual([place, place % 5 === 0 ? "failed" : "complete"]);
      expect(table.metricsOf(row)).toEqual(state === "complete" ? { score: place } : {});
    }
  } finally {
    database.close();
  }
  const interruptions = elements.reduce((sum, count) => sum + count, 0);
  console.log(`${interruptions} interruptions of elements, ${collected} of collect`);
});
