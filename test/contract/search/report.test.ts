import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { countIn } from "../../../src/core/ranges.ts";
import type { SearchReport } from "../../../src/stats/search/search-report.ts";
import type { Ledger } from "../../../src/stats/ledger/ledger.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeSuiteFolder } from "../../support/folder.ts";
import { findViolations, openReport, query, writeReport } from "../../support/report-page.ts";
import { requireHere } from "../../support/requirements.ts";
import { readChoices } from "../../support/search-choices.ts";
import {
  generateSearch,
  makeSearchStudy,
  makeSearchStudyIn,
  type SearchStudy,
} from "../../support/search-study.ts";

interface Told {
  readonly search: SearchReport;
  readonly ledger: Ledger;
}

const run = ({ layout, studyFile }: SearchStudy, command: string, ...words: string[]) =>
  runBsweep([command, studyFile, `--workspace=${layout.workspace}`, ...words]);

async function readJson(study: SearchStudy): Promise<Told> {
  const { stdout, stderr, exitStatus } = await run(study, "report", "--format=json");
  expect([exitStatus, stderr]).toEqual([0, expect.not.stringContaining("error")]);
  return JSON.parse(stdout) as Told;
}

describe("what a report tells of a search", () => {
  const folder = makeSuiteFolder();
  let study: SearchStudy;
  let told: Told;

  beforeAll(async () => {
    study = makeSearchStudyIn(folder, {
      sampler: "kind: gp, trials: 30, seed: 1",
      // Time between steps: a trainer that has ended when its first step is read is not stopped any more.
      ...{ epochs: 3, seconds: 1.5, more: "pruner: { kind: successive-halving }" },
    });
    await generateSearch(study);
    expect((await run(study, "local", "--workers", "2")).exitStatus).toBe(0);
    told = await readJson(study);
  }, 300_000);

  test("each choice: what it knew as its file says, and what its trial came to", () => {
    const choices = readChoices(study);
    const rows = query(
      study.layout.database("s"),
      "SELECT number, state, objective FROM trials JOIN results USING (trial)",
    );
    const results = new Map(rows.map((row) => [row["number"], row]));
    expect(told.search.choices).toHaveLength(30);
    for (const { number, seen, state, objective, ...choice } of told.search.choices) {
      const made = choices.find((each) => each.number === number);
      const ended = countIn(made?.seen.ended["1"] ?? "");
      expect(seen.complete + seen.pruned + seen.failed).toBe(ended);
      expect(seen).toMatchObject({ running: countIn(made?.seen.running ?? ""), earlier: 0 });
      expect([number, choice.isSpread]).toEqual([number, ended < 10]);
      expect({ state, objective }).toEqual({
        state: results.get(number)?.["state"],
        objective: results.get(number)?.["objective"],
      });
    }
    const times = told.search.choices.map(({ chosenAt }) => chosenAt);
    expect(times).toEqual([...times].sort());
  });

  test("each rung: who came as its files say, and who was stopped there as the results say", () => {
    const { pruning } = told.search;
    expect(pruning).toMatchObject({ kind: "successive-halving", metric: "value" });
    const folder = study.layout.rungs("s");
    const [within = ""] = readdirSync(folder);
    expect(pruning?.rungs.map(({ rung }) => rung)).toEqual([1]);
    const came = readdirSync(join(folder, within, "1")).map((name) => Number(name.split(".")[0]));
    const [rung] = pruning?.rungs ?? [];
    expect(rung?.trials.map(({ number }) => number)).toEqual(came.sort((a, b) => a - b));
    const stopped = query(
      study.layout.database("s"),
      "SELECT number FROM trials JOIN results USING (trial) WHERE state = 'pruned' ORDER BY number",
    );
    expect(rung?.trials.filter(({ wentOn }) => !wentOn).map(({ number }) => ({ number }))).toEqual(
      stopped,
    );
    expect(stopped.length).toBeGreaterThan(3);
    expect(told.ledger.saved.pruned).toBe(stopped.length);
  });

  test("its model: each parameter with a length, and beliefs of the first of the ranking", () => {
    const { model } = told.search;
    if (model === null || "reason" in model) throw new Error("there is no model");
    expect(model.lengths.map(({ name }) => name).sort()).toEqual(["c", "n", "x"]);
    expect(model.lengths.every(({ change }) => change > 0 && change < 1)).toBe(true);
    expect(model.best.length).toBeGreaterThan(0);
    expect(model.best.every(({ deviation }) => deviation > 0)).toBe(true);
  });

  test("on a terminal in a few lines, the rest among the details", async () => {
    const short = (await run(study, "report")).stdout;
    expect(short).toMatch(/^Search: 30 trials chosen by gp, \d+ far from all others, \d+ by its/m);
    expect(short).toMatch(/^Stopped early by successive-halving \(value\): \d+ of \d+ went on/m);
    expect(short).toMatch(/^Saved: about .* of CPU time, by \d+ pruned$/m);
    expect(short).not.toContain("knew complete");
    const details = (await run(study, "report", "--details")).stdout;
    expect(details).toContain("knew complete");
    expect(details).toContain("What the model expects is no result");
  });

  test.runIf(requireHere(["chromium"]))(
    "on the page: charts with their words, pruned curves, nothing for axe to complain about",
    async () => {
      const file = await writeReport({ ...study, workspace: study.layout.workspace });
      const browser = await openReport(file, { bypassCSP: true });
      try {
        const { page } = browser;
        const part = page.locator("#search");
        expect(await part.innerText()).toContain("30 trials chosen by gp");
        for (const figure of await part.locator("figure").all()) {
          await figure.scrollIntoViewIfNeeded();
          await figure.locator("canvas").first().waitFor();
          await figure.locator("summary").click();
        }
        const choices = await part.locator("tbody").first().locator("tr").allInnerTexts();
        expect(choices).toHaveLength(30);
        expect(choices[0]).toMatch(/^1\t\d+\tgp, far from all others, knowing 0 complete/);
        const [rung] = told.search.pruning?.rungs ?? [];
        const cells = (await part.locator("tbody").nth(1).innerText()).split("\t");
        const { reached = 0, wentOn = 0, cut } = rung ?? {};
        expect(cells.slice(0, -1)).toEqual([
          "step 1",
          ...[reached, wentOn, reached - wentOn].map(String),
        ]);
        expect(Number(cells.at(-1)?.replaceAll("−", "-"))).toBeCloseTo(cut ?? NaN, 4);
        expect(await page.locator("#curves").innerText()).toContain("A cross");
        await page.locator("#curves select").last().selectOption("pruned");
        expect(await findViolations(browser)).toEqual([]);
        expect(browser.complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );

  test("what cannot be read is left out, and said", async () => {
    const folder = study.layout.choices("s");
    const [first = ""] = readdirSync(folder).filter((name) => name.endsWith(".json"));
    writeFileSync(join(folder, first), "{\u001b[2J");
    const { search } = await readJson(study);
    expect(search.choices).toHaveLength(29);
    expect(search.complaints.join()).toContain(first);
    expect((await run(study, "report")).stdout).not.toContain("\u001b");
    rmSync(study.layout.rungs("s"), { recursive: true });
    rmSync(study.layout.studyJobs("s"), { recursive: true });
    const { search: left } = await readJson(study);
    expect(left.pruning?.rungs).toEqual([]);
    expect(left.model).toEqual({ reason: "its rounds are not here any more" });
  });
});

test("a study that neither searches nor stops early tells nothing of it", async () => {
  const study = makeSearchStudy({
    ...{ sampler: "kind: grid, seed: 1", space: "{ x: [0.1, 0.2], n: [1], c: [a] }" },
  });
  await generateSearch(study);
  expect((await run(study, "local")).exitStatus).toBe(0);
  expect((await readJson(study)).search).toBeNull();
  expect((await run(study, "report", "--details")).stdout).not.toMatch(
    /^(?:Search|Stopped|Model)/m,
  );
  if (!requireHere(["chromium"])) return;
  const file = await writeReport({ ...study, workspace: study.layout.workspace });
  const browser = await openReport(file);
  try {
    expect(await browser.page.locator("#answer").count()).toBe(1);
    expect(await browser.page.locator("#search").count()).toBe(0);
    expect(browser.complaints).toEqual([]);
  } finally {
    await browser.close();
  }
});
