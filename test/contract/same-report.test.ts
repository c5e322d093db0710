import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { collectResults } from "../../src/app/collect/collect.ts";
import { packStudy, unpackStudy } from "../../src/app/pack/pack.ts";
import { loadStudy } from "../../src/app/plan/load-study.ts";
import { reportPage } from "../../src/app/report-page.ts";
import { reportStudy } from "../../src/app/report.ts";
import { formatReportHtml } from "../../src/reports/html/html.ts";
import { formatReportJson } from "../../src/reports/json.ts";
import { readRound } from "../../src/rounds/round.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "../support/folder.ts";
import { recordEffects } from "../support/prepare.ts";
import { writeReportStudy } from "../support/report-study.ts";
import { makeFailure, makeResult, makeTrial, writeResult, writeRound } from "../support/results.ts";

/** Round 1: replicates, failures, and results that came twice. Round 2: what failed once more, and new trials. */
function writeStudy(workspace: string): void {
  const { planned } = writeReportStudy(workspace, { trials: 18, replicates: 2, failing: 4 });
  const [first, second] = planned.trials;
  const failed = planned.trials.filter((_, place) => place % 4 === 3);
  if (first === undefined || second === undefined) throw new Error("no trials");
  // As a job that the scheduler started twice leaves them: not the same numbers.
  writeResult(planned, 1, makeResult(first, 1, 0, { objective: 0.5, holdout: null }), "b2");
  writeResult(planned, 1, makeFailure(second, 2, { kind: "timeout", message: "30m" }), "b2");
  const trials = [
    ...failed.map((trial) => ({ ...trial, attempt: 2 })),
    ...[40, 41].map((number) => makeTrial(number, { ...first.params, dropout: number })),
  ];
  const more = { ...planned, round: 2, arraySize: 3, trials };
  const { setting, dataset } = readRound(createLayout(workspace), "digits", 1) ?? {};
  if (setting === undefined || dataset === undefined) throw new Error("no round");
  writeRound(more, { setting, dataset, nonce: "00000002" });
  for (const [place, trial] of trials.entries()) {
    const [array, index] = [Math.floor(place / 3) + 1, (place % 3) + 1];
    const other = { objective: 0.9 + place / 100, metrics: { holdoutAccuracy: 0.9 + place / 100 } };
    const result = makeResult(trial, index, 0, { ...other, holdout: null });
    const state = {
      state: "pruned",
      objective: null,
      earlyEnd: { reason: "slow", step: 3, value: 0.1 },
    } as const;
    writeResult(more, array, place % 3 === 2 ? { ...result, ...state } : result);
  }
}

const ROUNDS = [1, 2];
const ACTIONS = ["nothing", "collect", "collect", "delete the database", "pack", "unpack"] as const;

/** The study in a folder of its own, where nothing has come back and only the first round is planned. */
class Arrivals {
  readonly #workspace = makeTestFolder();
  readonly #layout = createLayout(this.#workspace);
  readonly #study;
  /** Results that were packed. */
  packed = 0;
  /** Results below results/digits. */
  readonly files: readonly string[];

  constructor(source: string) {
    cpSync(source, this.#workspace, { recursive: true });
    this.#study = loadStudy({ studyFile: join(this.#workspace, "study.yaml") }).study;
    renameSync(this.#layout.studyResults("digits"), join(this.#workspace, "away"));
    renameSync(this.#layout.round("digits", 2), join(this.#workspace, "later"));
    this.files = readdirSync(join(this.#workspace, "away"), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(".json"))
      .sort();
  }

  plan(): void {
    renameSync(join(this.#workspace, "later"), this.#layout.round("digits", 2));
  }

  arrive(file: string): void {
    const target = join(this.#layout.studyResults("digits"), file);
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(this.#workspace, "away", file), target);
  }

  async act(action: (typeof ACTIONS)[number]): Promise<void> {
    const [effects, study, layout] = [recordEffects(), this.#study, this.#layout];
    if (action === "collect") await collectResults({ study: "digits", layout }, effects);
    if (action === "delete the database") rmSync(layout.database("digits"), { force: true });
    if (action === "pack") {
      const { rounds } = await packStudy({ study, layout, dryRun: false }, effects);
      this.packed += rounds.reduce((sum, { results }) => sum + results, 0);
    }
    if (action === "unpack") await unpackStudy({ study, layout }, effects);
  }

  async report(): Promise<{ readonly html: string; readonly json: string; readonly all: string }> {
    const options = { study: this.#study, layout: this.#layout, collect: true } as const;
    const read = async (setting: "present" | "all") =>
      formatReportJson(
        await reportStudy({ ...options, setting, steps: true }, recordEffects()),
        Infinity,
      );
    return {
      html: formatReportHtml(await reportPage(options, recordEffects())),
      json: await read("present"),
      all: await read("all"),
    };
  }
}

test("whatever order results come and are collected in, packed or not, the reports are the same, byte for byte", async () => {
  const source = makeTestFolder();
  writeStudy(source);
  const atOnce = new Arrivals(source);
  atOnce.plan();
  for (const file of atOnce.files) atOnce.arrive(file);
  const expected = await atOnce.report();
  expect(JSON.parse(expected.json)).toMatchObject({ counts: { planned: 20, pruned: 2 } });
  const ofRound = (round: number): readonly string[] =>
    atOnce.files.filter((file) => file.startsWith(`round-00${round}`));
  expect(ROUNDS.map((round) => ofRound(round).length)).toEqual([20, 6]);
  const keys = fc.array(fc.nat(), { minLength: 26, maxLength: 26 });
  const packedAtEnd = [...Array<"collect">(26).fill("collect"), "pack" as const];
  let packed = 0;
  const actions = fc.array(fc.constantFrom(...ACTIONS), { minLength: 27, maxLength: 27 });
  await fc.assert(
    fc.asyncProperty(keys, actions, fc.nat({ max: 26 }), async (order, between, plannedAt) => {
      const study = new Arrivals(source);
      const waiting = study.files.map((file, place) => ({ file, key: order[place] ?? 0 }));
      waiting.sort((a, b) => a.key - b.key);
      for (const [place, action] of between.entries()) {
        if (place === plannedAt) study.plan();
        await study.act(action);
        const isPlanned = place >= plannedAt;
        // Nothing comes of what is not planned.
        const next = waiting.findIndex(({ file }) => isPlanned || !file.startsWith("round-002"));
        const [{ file } = { file: undefined }] = next < 0 ? [] : waiting.splice(next, 1);
        if (file !== undefined) study.arrive(file);
      }
      for (const { file } of waiting) study.arrive(file);
      if (between === packedAtEnd) await study.act("delete the database");
      packed += study.packed;
      const found = await study.report();
      for (const format of ["json", "all", "html"] as const)
        expect(found[format] === expected[format], format).toBe(true);
    }),
    // All of it packed, of which the database is made again.
    { numRuns: 15, examples: [[Array<number>(26).fill(0), packedAtEnd, 0]] },
  );
  expect(packed).toBeGreaterThanOrEqual(26);
});
