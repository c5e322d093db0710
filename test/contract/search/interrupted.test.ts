import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { expect, test } from "vitest";
import { collectResults } from "../../../src/app/collect/collect.ts";
import { listResultFiles } from "../../../src/rounds/result-files.ts";
import { findResult } from "../../../src/rounds/results.ts";
import { withDatabase } from "../../../src/storage/database.ts";
import { manifestName } from "../../../src/workspace/layout.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { chanceFor, IS_LONG, printSeed, type Chance } from "../../support/interruptions/chance.ts";
import {
  runInterrupted,
  type InterruptedEnd,
  type Interruption,
} from "../../support/interruptions/interrupt.ts";
import { recordEffects } from "../../support/prepare.ts";
import { expectRepeatable, readChoices } from "../../support/search-choices.ts";
import { generateSearch, makeSearchStudy, type SearchStudy } from "../../support/search-study.ts";

const KILL_AT_WRITE = join(import.meta.dirname, "../../support/interruptions/kill-at-write.cjs");
const STUDIES = IS_LONG ? 12 : 3;
const TRIALS = 12;
/** Of each trial, at least. */
const INTERRUPTIONS = 6;
/** Elements at a time. */
const SIDE_BY_SIDE = 6;
const EPOCHS = 9;

/** Elements of a study, and its choices as they were when they were first seen. */
class Elements {
  readonly study = makeSearchStudy({
    sampler: `kind: gp, trials: ${TRIALS}, seed: 1`,
    more: "pruner: { kind: successive-halving }",
    epochs: EPOCHS,
    seconds: 0.4,
  });
  readonly #seen = new Map<string, string>();

  /** @returns how it ended; a choice that is there stays as it is */
  async run(index: number, interruption: Interruption | "write" | null, chance: Chance) {
    const { layout } = this.study;
    const manifest = join(layout.round("s", 1), manifestName(1));
    const argv = ["trial", "--manifest", manifest, "--index", `${index}`];
    const require = interruption === "write" ? ["--require", KILL_AT_WRITE] : [];
    const end = await runInterrupted(
      [process.execPath, ...require, builtProgram("main.js"), ...argv],
      {
        ...process.env,
        BSWEEP_WORKSPACE: layout.workspace,
        KILL_WITHIN: layout.choices("s"),
        KILL_AT: `${chance.between(1, 24)}`,
      },
      interruption === "write" ? null : interruption,
    );
    this.expectKept();
    return end;
  }

  expectKept(): void {
    const folder = this.study.layout.choices("s");
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (!/^[0-9a-f]+\.json$/.test(name)) continue;
      const text = readFileSync(join(folder, name), "utf8");
      expect([name, text]).toEqual([name, this.#seen.get(name) ?? text]);
      this.#seen.set(name, text);
    }
  }
}

/** @param isOver whether its trial has its result: then it is soon over, and chooses nothing */
function drawInterruption(chance: Chance, isOver: boolean): Interruption | "write" {
  if (!isOver && chance.happens(40)) return "write";
  return {
    at: { milliseconds: chance.between(0, isOver ? 150 : 900) },
    signal: chance.pick(["SIGKILL", "SIGKILL", "SIGTERM"]),
    group: chance.happens(50),
  };
}

const isInterrupted = ({ status, signal }: InterruptedEnd): boolean =>
  signal !== null || status !== 0;

/** An element is ended again and again, sometimes beside its copy on another host; at last it may run. */
async function live(elements: Elements, index: number, purpose: string): Promise<number> {
  const chance = chanceFor(`${purpose}, element ${index}`);
  let interruptions = 0;
  let isOver = false;
  while (interruptions < INTERRUPTIONS) {
    const copies = Array.from({ length: chance.happens(30) ? 2 : 1 }, () =>
      elements.run(index, drawInterruption(chance, isOver), chance),
    );
    const ends = await Promise.all(copies);
    interruptions += ends.filter(isInterrupted).length;
    isOver ||= !ends.every(isInterrupted);
  }
  expect(await elements.run(index, null, chance)).toMatchObject({ status: 0, stderr: "" });
  return interruptions;
}

async function expectOneEach({ layout }: SearchStudy): Promise<void> {
  await collectResults({ study: "s", layout }, recordEffects());
  await withDatabase(layout.database("s"), "readonly", (database) => {
    const counted = database.prepare(
      `SELECT number, count(results.result_id) AS results FROM trials LEFT JOIN results
       ON results.trial = trials.trial AND result_id IN (SELECT result_id FROM counted_results)
       GROUP BY number ORDER BY number`,
    );
    const expected = Array.from({ length: TRIALS }, (_, at) => ({ number: at + 1, results: 1 }));
    expect(counted.all()).toEqual(expected);
    expect(database.prepare("SELECT * FROM set_aside").all()).toEqual([]);
  });
}

/** Each trial came to a rung with one loss, and was stopped by no more than what lies there. */
async function expectConsistentRungs({ layout }: SearchStudy): Promise<number> {
  const { files } = listResultFiles(layout.studyResults("s"));
  const results = await Promise.all(files.map((file) => findResult(file)));
  const [bracket = ""] = readdirSync(layout.rungs("s"));
  const lossesAt = (rung: number): Map<number, number> => {
    const names = readdirSync(join(layout.rungs("s"), bracket, String(rung)));
    const pairs = names.map((name) => /^(\d+)\.(.+)$/.exec(name)?.slice(1).map(Number) ?? []);
    expect(new Set(pairs.map(([number]) => number)).size).toBe(names.length);
    return new Map(pairs as [number, number][]);
  };
  let pruned = 0;
  for (const result of results) {
    const { number = 0, history = [], earlyEnd, state } = result ?? {};
    for (const { step, metrics } of history) {
      if (![1, 3].includes(step)) continue;
      expect([number, step, lossesAt(step).get(number)]).toEqual([
        ...[number, step, -(metrics["value"] ?? NaN)],
      ]);
    }
    if (state !== "pruned") continue;
    pruned += 1;
    const { rung = 0, rank = 0, of = 0, cut } = earlyEnd?.evidence ?? {};
    const losses = [...lossesAt(rung).values()];
    const better = losses.filter((loss) => loss < -(earlyEnd?.value ?? NaN)).length;
    expect(rank).toBeLessThanOrEqual(better + 1);
    expect(of).toBeLessThanOrEqual(losses.length);
    expect(losses).toContain(-(cut ?? NaN));
  }
  return pruned;
}

async function liveAsStudy(number: number): Promise<{ interruptions: number; pruned: number }> {
  const elements = new Elements();
  const { study } = elements;
  await generateSearch(study);
  const limit = pLimit(SIDE_BY_SIDE);
  const counts = await Promise.all(
    Array.from({ length: TRIALS }, (_, at) =>
      limit(() => live(elements, at + 1, `search ${number}`)),
    ),
  );
  await expectOneEach(study);
  const choices = readChoices(study);
  expect(choices).toHaveLength(TRIALS);
  expect(new Set(choices.map(({ content }) => content)).size).toBe(TRIALS);
  expect(new Set(choices.map(({ params }) => JSON.stringify(params))).size).toBe(TRIALS);
  expectRepeatable(study);
  const pruned = await expectConsistentRungs(study);
  return { interruptions: counts.reduce((sum, count) => sum + count, 0), pruned };
}

test(
  "trials that choose and are pruned, ended at random: one result each, of choices that never change",
  { timeout: IS_LONG ? 1_800_000 : 600_000 },
  async () => {
    printSeed("a search at random");
    let interruptions = 0;
    let pruned = 0;
    for (let number = 1; number <= STUDIES; number++) {
      const ended = await liveAsStudy(number);
      interruptions += ended.interruptions;
      pruned += ended.pruned;
    }
    console.log(`${interruptions} interruptions of ${STUDIES * TRIALS} trials, ${pruned} pruned`);
    expect(pruned).toBeGreaterThan(0);
  },
);
