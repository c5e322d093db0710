import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ShownTrial, showTrial } from "../../../src/app/show.ts";
import type { TrialResult } from "../../../src/core/trial.ts";
import { formatTrial } from "../../../src/reports/trial.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { errorOf, recordEffects } from "../../support/prepare.ts";
import { makeTrial } from "../../support/results.ts";
import { GOOD, makeSubmittableRound } from "../../support/submitted-round.ts";
import { WatchedStudy } from "../../support/watched-study.ts";
import { WrittenStudy } from "../../support/written-study.ts";

const HOSTILE = "\u001b[2J\u001b]0;title\u0007 \u202egnp.exe \u009b31m";
/** What a terminal would obey, but for the line ends. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const TRIALS = [
  makeTrial(1, { filters: 16 }),
  makeTrial(2, { filters: 16 }, { replicate: 1 }),
  makeTrial(3, { filters: 32 }),
  makeTrial(4, { filters: 64 }),
  makeTrial(5, { filters: 128 }),
  makeTrial(6, { filters: 256 }),
];

const NOT_COMPLETE: Partial<TrialResult> = {
  ...{ objective: null, metrics: {}, holdout: null, model: null },
};

function makeStudy(): WrittenStudy {
  const study = new WrittenStudy(TRIALS);
  study.leave(0, {}, 4000);
  study.leave(1, {}, 4100);
  study.leave(2, {}, 4163);
  study.leave(3, {
    ...NOT_COMPLETE,
    state: "pruned",
    history: [{ step: 1, metrics: { accuracy: 0.5 }, seconds: 2 }],
    earlyEnd: { reason: `the median was better ${HOSTILE}`, step: 4, value: 0.25 },
  });
  study.leave(4, {
    ...NOT_COMPLETE,
    ...{ state: "failed", history: [] },
    failure: { kind: "error", message: `it broke ${HOSTILE}`, stderrTail: "a\nlast words\n" },
  });
  return study;
}

async function show(study: WrittenStudy, trial: string) {
  const effects = recordEffects();
  const shown = await showTrial({ study: study.study, layout: study.layout, trial }, effects);
  const text = formatTrial(shown);
  expect(text).not.toMatch(OBEYED);
  expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  return { shown, text, lines: effects.lines };
}

describe("a trial of each state", () => {
  test("complete: metrics, curves, rank, attempts, replicates, files, the end of its log", async () => {
    const study = makeStudy();
    study.log(
      0,
      `== job 1\n${Array.from({ length: 40 }, (_, n) => `line ${n}`).join("\n")}\n${HOSTILE}`,
    );
    const { shown, text } = await show(study, "1");
    expect(shown).toMatchObject({
      ...{ study: "digits", number: 1, trialId: TRIALS[0]?.trialId, epochs: 10, seed: 1 },
      ...{ params: { filters: 16 }, state: { kind: "complete" }, why: null, outside: null },
      holdout: { correct: 4000, count: 4200 },
      modelParameters: 225034,
      rank: { rank: 2, of: 2, replicates: 2, interval: { high: 1 } },
      replicates: [{ number: 2, replicate: 1, state: "complete" }],
      attempts: [
        {
          attempt: 1,
          elements: [{ round: 1, array: 1, index: 1, job: null, submitter: null }],
          results: [{ state: "complete", counts: true, host: "compute1-exec-1", seconds: 64.25 }],
        },
      ],
    });
    expect(shown.rank?.objective).toBeCloseTo(8100 / 8400, 12);
    expect(shown.steps).toHaveLength(10);
    expect(shown.files.map(({ kind }) => kind)).toEqual(["manifest", "result", "log"]);
    expect(shown.logEnd?.lines).toHaveLength(15);
    expect(shown.logEnd?.path).toBe("jobs/digits/round-001/logs/array-01/1.log");
    expect(text).toMatch(
      /^digits, trial 1 \([0-9a-f]{16}\): complete, holdoutAccuracy 0\.95238,\n {2}mean of 2 replicates 0\.96429 \(95 %: 0\.81302 \.\. 1\.00000\), rank 2 of 2\n/,
    );
    expect(text).toMatch(/\n {2}loss +█▅▄▃▂▂▂▁▁▁ {2}0\.50000 → 0\.09091\n/);
    expect(text).toContain("Other replicates: trial 2 complete 0.97619");
    expect(text).toContain("\\u001b[2J\\u001b]0;title\\u0007 \\u202egnp.exe \\u009b31m");
    expect(text).not.toContain("line 24\n");
    // The same by the beginning of its id, and once more.
    expect(await show(study, TRIALS[0]?.trialId.slice(0, 6) ?? "")).toMatchObject({ shown, text });
  });

  test("pruned: why, and after which step at which value", async () => {
    const { shown, text } = await show(makeStudy(), "4");
    expect(shown).toMatchObject({ state: { kind: "pruned" }, rank: null, metrics: {} });
    expect(shown.why).toBe(`the median was better ${HOSTILE}`);
    expect(text).toContain("Why: the median was better \\u001b[2J");
    expect(text).toContain("after step 4 at 0.25000: the median was better");
  });

  test("skipped: why, and that it never started", async () => {
    const study = makeStudy();
    study.leave(5, {
      ...{ ...NOT_COMPLETE, state: "skipped", history: [] },
      earlyEnd: { reason: "the target was met", step: null, value: null },
    });
    const { shown, text } = await show(study, "6");
    expect(shown).toMatchObject({
      state: { kind: "skipped" },
      why: "the target was met",
      steps: [],
    });
    expect(text).toContain("never started: the target was met");
  });

  test("failed: what happened, and its last words", async () => {
    const { shown, text } = await show(makeStudy(), "5");
    expect(shown).toMatchObject({ state: { kind: "failed", failure: "error" }, steps: [] });
    expect(shown.why).toBe(`it broke ${HOSTILE}: last words`);
    expect(text).toContain(": failed: error\nWhy: it broke \\u001b");
  });

  test("never started: what was planned", async () => {
    const { shown, text } = await show(makeStudy(), "6");
    expect(shown).toMatchObject({
      ...{ state: { kind: "not submitted" }, why: null, rank: null, logEnd: null, steps: [] },
      attempts: [{ attempt: 1, results: [] }],
    });
    expect(text).toContain("Parameters: filters 256");
    expect(text).toContain("no result so far");
  });
});

test("of another setting: in what it differs", async () => {
  const study = makeStudy();
  study.leave(0, {});
  const file = join(study.layout.round("digits", 1), "round.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"fraction": 0.1', '"fraction": 0.2'));
  const { shown, text } = await show(study, "1");
  expect(shown).toMatchObject({ rank: null, setting: { differences: ["hold-out 0.2, seed 1"] } });
  expect(text).toContain("Of another setting: hold-out 0.2, seed 1");
});

test("what cannot be read is warned about, and the rest is shown", async () => {
  const study = makeStudy();
  await show(study, "1");
  writeFileSync(join(study.layout.round("digits", 1), "round.json"), "{");
  const { shown, text, lines } = await show(study, "1");
  expect(lines.join("\n")).toContain("round.json");
  expect(shown).toMatchObject({ state: { kind: "complete" }, steps: { length: 10 } });
  expect(shown.files.map(({ kind }) => kind)).toEqual(["result"]);
  expect(text).toContain("holdoutAccuracy 0.95238");
});

test("a trial that there is none of is refused", async () => {
  const study = makeStudy();
  for (const trial of ["7", "0", "ffff", "..", "1e0"]) {
    const options = { study: study.study, layout: study.layout, trial };
    const error = await errorOf(showTrial(options, recordEffects()));
    expect(error).toMatchObject({ code: "USAGE" });
    expect(error.message).toContain("expected a number from 1 to 6");
  }
});

describe("a trial of a cluster", { timeout: 120_000 }, () => {
  const lsf = useLsf({ mode: "hold" });

  test("waits, runs with a log that grows, is cancelled", async () => {
    const round = await makeSubmittableRound(lsf(), { trials: [GOOD, GOOD] });
    const study = new WatchedStudy(lsf(), round);
    round.submit(["--no-canary"]);
    const ask = (): Promise<ShownTrial> => study.ask<ShownTrial>("show", "1");
    expect(await ask()).toMatchObject({
      state: { kind: "waiting" },
      why: "New job is waiting for scheduling",
      attempts: [
        {
          elements: [
            { array: 0, job: null, submitter: null },
            { array: 1, job: "1000" },
          ],
        },
      ],
    });
    await lsf().force(1000, 1, { state: "RUN", host: "exec-1" });
    const log = join(round.folder, "logs", "array-01", "1.log");
    const told = [1, 2, 3].map((epoch) => `bsweep: {"epoch": ${epoch}, "rmse": ${4 - epoch}}\n`);
    appendFileSync(log, `${told.join("")}epoch 4\nepoch 5 is under way`);
    expect(await ask()).toMatchObject({
      state: { kind: "running", host: "exec-1" },
      logEnd: { lines: { 3: "epoch 4", 4: "epoch 5 is under way" } },
      steps: [
        { step: 1, metrics: { rmse: 3 } },
        { step: 2, metrics: { rmse: 2 } },
        { step: 3, metrics: { rmse: 1 } },
      ],
    });
    const { stdout } = await study.run("show", "1");
    expect(stdout).not.toContain("canary");
    expect(stdout).toContain("Steps 1 to 3:\n  rmse  █▅▁  3.00000 → 1.00000\n");
    expect(stdout).toMatch(/^s, trial 1 \([0-9a-f]{16}\): running for .* on exec-1\n/);
    await study.run("cancel", "--yes");
    expect(await ask()).toMatchObject({
      state: { kind: "cancelled" },
      steps: { length: 3 },
      rank: null,
    });
    expect((await study.run("show", "1")).stdout).toContain("Why: ended on exec-1");
  });

  test("of an element with several trials only the lines of this one", async () => {
    const resources = "trialsPerElement: 2";
    const round = await makeSubmittableRound(lsf(), { trials: [GOOD, GOOD], resources });
    const study = new WatchedStudy(lsf(), round);
    const [first, second] = [
      await study.ask<ShownTrial>("show", "1"),
      await study.ask<ShownTrial>("show", "2"),
    ];
    const log = join(round.folder, "logs", "array-01", "1.log");
    mkdirSync(join(log, ".."), { recursive: true });
    const lines = [first, second].map(
      ({ number, trialId }) => `trial ${number} (${trialId}): {}\nwords of ${number}\n`,
    );
    writeFileSync(log, lines.join(""));
    const { logEnd } = await study.ask<ShownTrial>("show", "2");
    expect(logEnd?.lines).toEqual([`trial 2 (${second.trialId}): {}`, "words of 2"]);
  });
});
