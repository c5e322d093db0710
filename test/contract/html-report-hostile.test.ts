import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Parameters } from "../../src/core/study.ts";
import type { TrialResult } from "../../src/core/trial.ts";
import { openKeptDatabase } from "../../src/storage/database.ts";
import { makeTestFolder } from "../support/folder.ts";
import { openReport, readColumn, writeReport } from "../support/report-page.ts";
import { writeReportStudy } from "../support/report-study.ts";
import { requireHere } from "../support/requirements.ts";
import {
  makeFailure,
  makeResult,
  makeTrial,
  type PlannedRound,
  writeResult,
  writeRound,
} from "../support/results.ts";

const SCRIPT = "<script>document.title='owned'</script>";
const IMAGE = "<img src=x onerror=document.title='owned'>";
const RIGHT_TO_LEFT = "\u202Egnp.exe";
const LONG = "x".repeat(200_000);
const END = "</script><script>document.title='owned'</script><!--";

/** A study of a command whose trials have these parameters, and tell these results. */
function writeStudy(
  trials: readonly (readonly [params: Parameters, result: Partial<TrialResult>])[],
): { workspace: string; studyFile: string } {
  const workspace = makeTestFolder();
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(
    studyFile,
    JSON.stringify({
      study: "s",
      objective: { metric: "v", direction: "maximize" },
      trainer: { command: ["true"], epochs: 10 },
      space: { x: [1, 2, 3] },
      sampler: { kind: "grid", seed: 1 },
      cluster: { site: "local" },
    }),
  );
  const planned: PlannedRound = {
    ...{ workspace, study: "s", round: 1, arraySize: 1000 },
    trials: trials.map(([params], place) => makeTrial(place + 1, params)),
  };
  const holdout = { fraction: 0, seed: 0 };
  writeRound(planned, {
    objective: { metric: "v", direction: "maximize" },
    setting: {
      ...{ trainer: { name: "command", revision: 1 }, precision: "float32", datasetDigest: "" },
      holdout,
    },
    dataset: null,
    trainer: { kind: "command", command: ["true"] },
  });
  for (const [place, trial] of planned.trials.entries()) {
    const [, result = {}] = trials[place] ?? [];
    const base = { ...makeResult(trial, place + 1, 0), holdout: null, model: null, history: [] };
    writeResult(planned, 1, { ...base, ...result });
  }
  return { workspace, studyFile };
}

function change(workspace: string, sql: string): void {
  const database = openKeptDatabase(join(workspace, "results", "s", "study.sqlite"), false);
  database.exec(sql);
  database.close();
}

const complete = (value: number, metrics: Record<string, number> = {}): Partial<TrialResult> => ({
  objective: value,
  metrics: { v: value, ...metrics },
});

describe.runIf(requireHere(["chromium"]))("whatever people call things", () => {
  test("stays text: markup, __proto__, escape sequences, direction marks, very long texts", async () => {
    const named = (value: string | number): Parameters => ({
      ...{ [SCRIPT]: value, [RIGHT_TO_LEFT]: value, constructor: value, rank: value },
      [END]: IMAGE,
    });
    const metrics = { [IMAGE]: 8, toString: 9 };
    const failed = makeFailure(makeTrial(3, named(LONG)), 3, {
      kind: "error",
      message: SCRIPT,
      stderrTail: `\u001b[31m${IMAGE}\u001b[0m\n${RIGHT_TO_LEFT}\n${END}`,
    });
    const history = [1, 2].map((step) => ({ step, seconds: 1, metrics: { [SCRIPT]: step } }));
    const { state, objective, failure } = failed;
    const study = writeStudy([
      [named(IMAGE), { ...complete(1, metrics), history }],
      [named(2), { ...complete(2, metrics), warnings: [SCRIPT] }],
      [named(LONG), { state, objective, failure, metrics: {} }],
    ]);
    await writeReport(study);
    // No result file tells this one, but a database may hold it.
    change(study.workspace, "UPDATE results SET metrics = json_insert(metrics, '$.__proto__', 7)");
    const browser = await openReport(await writeReport(study, "changed.html", ["--no-collect"]));
    try {
      const { page } = browser;
      for (const section of await page.locator("section").all())
        await section.scrollIntoViewIfNeeded();
      await page.evaluate(
        'document.querySelectorAll("details").forEach((each) => (each.open = true))',
      );
      for (const box of await page.locator('#table input[type="checkbox"]').all())
        await box.check();
      expect(await readColumn(browser, "__proto__")).toEqual(["7", "7", "7"]);
      expect(await readColumn(browser, IMAGE)).toEqual(["8", "8", "–"]);
      expect(await readColumn(browser, SCRIPT)).toEqual([...["2", IMAGE, `${"x".repeat(60)}…`]]);
      await page.getByRole("button", { name: "Look at trial 3" }).click();
      const trial = await page.locator("#trial").innerText();
      expect(trial).toContain("… (199800 more characters)");
      const failures = await page.locator("#failures").innerText();
      expect(failures).toContain(`\\u001b[31m${IMAGE}\\u001b[0m`);
      expect(failures).toContain("\\u202egnp.exe");
      expect(await page.locator("main").innerText()).not.toMatch(/[\u202a-\u202e\u001b]/);
      expect(await page.title()).toBe("s: report of 3 trials");
      expect(await page.locator("main img, main script").count()).toBe(0);
      expect(browser.complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test.each<readonly [string, readonly (readonly [Parameters, Partial<TrialResult>])[]]>([
    ["one trial", [[{ x: 1 }, complete(1)]]],
    ["trials that are all equal", [1, 2, 3].map((x) => [{ x }, complete(0.5)])],
    [
      "numbers at the end of what there is",
      [
        [{ x: 1e308 }, complete(1e300, { m: -1.7e308 })],
        [{ x: -1e308 }, complete(-1e300, { m: 1.7e308 })],
        [{ x: 0 }, complete(5e-324, { m: 0 })],
      ],
    ],
    [
      "a curve with a spike",
      [
        [
          { x: 1 },
          {
            ...complete(1),
            history: [1e300, 1, 2, 3, 4, 5].map((loss, step) => ({
              step,
              seconds: 1,
              metrics: { loss },
            })),
          },
        ],
      ],
    ],
  ])("is drawn: %s", async (_, trials) => {
    const browser = await openReport(await writeReport(writeStudy(trials)));
    try {
      for (const section of await browser.page.locator("section").all()) {
        await section.scrollIntoViewIfNeeded();
        await browser.page.waitForTimeout(50);
      }
      expect(await readColumn(browser, "trial")).toHaveLength(trials.length);
      expect(browser.complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test("is drawn while nothing has a result", async () => {
    const study = writeStudy([
      [
        { x: 1 },
        {
          state: "skipped",
          objective: null,
          metrics: {},
          earlyEnd: { reason: "enough", step: null, value: null },
        },
      ],
    ]);
    const browser = await openReport(await writeReport(study));
    try {
      expect(await browser.page.locator("#answer").innerText()).toContain("No trial is ranked yet");
      expect(browser.complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

test("the same results make the same file, byte for byte, whatever order they came in", async () => {
  const [all, halves] = [makeTestFolder(), makeTestFolder()].map((workspace) =>
    writeReportStudy(workspace, { trials: 60, replicates: 2 }),
  ) as [ReturnType<typeof writeReportStudy>, ReturnType<typeof writeReportStudy>];
  const results = join(halves.workspace, "results", "digits", "round-001", "array-01");
  const later = join(halves.workspace, "later");
  mkdirSync(later);
  // Those that come first in the plan are collected last.
  const names = readdirSync(results).filter((name) => Number(name.split(".")[0]) <= 30);
  for (const name of names) renameSync(join(results, name), join(later, name));
  const partial = await writeReport(halves, "partial.html");
  for (const name of names) renameSync(join(later, name), join(results, name));
  const [first, second] = [await writeReport(all), await writeReport(halves)].map((file) =>
    readFileSync(file, "utf8"),
  );
  expect(second).toBe(first);
  expect(readFileSync(partial, "utf8")).not.toBe(first);
});
