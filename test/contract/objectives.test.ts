import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { LocalSummary } from "../../src/app/local.ts";
import { EXIT_STATUS } from "../../src/core/errors.ts";
import type { StudyStatus } from "../../src/app/status.ts";
import type { Best } from "../../src/formats/best-file.ts";
import type { StudyReportJson } from "../../src/reports/json.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { openReport, writeReport } from "../support/report-page.ts";
import { requireHere } from "../support/requirements.ts";

/** Names that mean something to HTML, Markdown, LaTeX, SQL and spreadsheets. */
const SIZE = "=size <b>'; \"|` $x$";

/** By x: accuracy, size. Trial 4 has the best accuracy, and tells no size; trial 2 is beaten by trial 1 in both. */
const TOLD: readonly (readonly [accuracy: number, size: number | null])[] = [
  [0.5, 10],
  [0.4, 20],
  [0.9, 40],
  [0.95, null],
  [0.7, 30],
];

const metric = (name: string, direction: string) => ({ metric: name, direction });

describe("a study with several objectives and requirements", () => {
  const folder = makeSuiteFolder();
  const studyFile = join(folder, "study.yaml");

  const run = async (command: string, ...more: readonly string[]) =>
    runBsweep([command, studyFile, ...more, `--workspace=${folder}`]);
  const ask = async <T>(command: string, ...more: readonly string[]): Promise<T> => {
    const end = await run(command, ...more);
    expect([command, end.exitStatus, end.stderr]).toEqual([command, 0, expect.anything()]);
    return JSON.parse(end.stdout) as T;
  };
  const report = () => ask<StudyReportJson>("report", "--format=json");
  const write = (goals: object): void => {
    const told = TOLD.map(([accuracy, size]) =>
      JSON.stringify({ metrics: { accuracy, ...(size === null ? {} : { [SIZE]: size }) } }),
    );
    const script = `case $1 in ${told.map((text, x) => `${x + 1}) echo '${text.replaceAll("'", `'\\''`)}';;`).join(" ")} esac > "$BSWEEP_RESULT"`;
    const study = {
      study: "goals",
      ...goals,
      trainer: { command: ["sh", "-c", script, "sh", "{{x}}"] },
      space: { x: TOLD.map((_, x) => x + 1) },
      cluster: { site: "local" },
      resources: { cpus: 1, memory: "200MB", walltime: "1m" },
    };
    writeFileSync(studyFile, JSON.stringify(study));
  };
  const several = {
    objectives: [metric("accuracy", "maximize"), metric(SIZE, "minimize")],
    require: { [SIZE]: { atMost: 30 }, seconds: { atMost: 60 } },
  };
  const numbers = ({ ranking }: StudyReportJson) => ranking.map(({ number }) => number);

  beforeAll(async () => {
    write({ objective: metric("accuracy", "maximize") });
    await ask("local", "--json", "--workers=1");
  });

  test("asks anew of what is there: no trial is planned again, and none is another one", async () => {
    const before = await report();
    expect([before.pareto, before.meeting, numbers(before)]).toEqual([null, 5, [4, 3, 5, 1, 2]]);
    write(several);
    const after = await report();
    expect(numbers(after)).toEqual([5, 1, 2, 4, 3]);
    const ids = ({ ranking }: StudyReportJson) => ranking.map(({ trialId }) => trialId).sort();
    expect(ids(after)).toEqual(ids(before));
    expect(await ask<LocalSummary>("local", "--json")).toMatchObject({ done: 0, left: 0 });
    expect(readdirSync(join(folder, "jobs", "goals"))).not.toContain("round-002");
  });

  test("the report: front, hypervolume, who does not meet what, in every format", async () => {
    write(several);
    const told = await report();
    expect(told).toMatchObject({
      meeting: 3,
      objectives: several.objectives,
      requirements: [
        { metric: SIZE, atMost: 30, unmet: 2, unknown: 1 },
        { metric: "seconds", atMost: 60, unmet: 0, unknown: 0 },
      ],
      pareto: { candidates: 3, reference: [0.4, 30], ideal: [0.7, 10] },
    });
    expect(told.pareto?.members.map(({ number, values }) => [number, values])).toEqual([
      [5, [0.7, 30]],
      [1, [0.5, 10]],
    ]);
    // The best one is as large as the reference: only trial 1 spans an area.
    expect(told.pareto?.hypervolume).toBeCloseTo(0.1 * 20, 12);
    expect(told.pareto?.overTime.at(-1)?.hypervolume).toBe(told.pareto?.hypervolume);
    expect(told.ranking.map(({ unmet }) => unmet?.length ?? 0)).toEqual([0, 0, 0, 1, 1]);
    const text = (await run("report")).stdout;
    expect(text).toContain("Best: trial 5");
    expect(text).toContain("Pareto front: 2 of 3 trials");
    expect(text).toContain("2 of 5 do not meet it (1 did not tell it)");
    expect(text).toContain("seconds <= 60, which all 5 meet");
    const markdown = (await run("report", "--format=markdown")).stdout;
    expect(markdown).toContain("\\<b\\>");
    expect(markdown.match(/^\| trial \|/gm)).toHaveLength(1);
    const [head = "", ...lines] = (await run("report", "--format=csv")).stdout.split("\n");
    expect(head).toContain(",front,unmet,setting,");
    expect(lines[0]).toMatch(/,0\.7,30,1,,present,5,/);
    expect((await run("report", "--format=latex")).stdout).toContain("\\textless{}b");
  });

  test("best, status and show go by what is required", async () => {
    write(several);
    expect(await ask<Best>("best", "--format=json")).toMatchObject({
      ...{ number: 5, required: [`${SIZE} <= 30`, "seconds <= 60"] },
    });
    expect(await ask<StudyStatus>("status", "--json")).toMatchObject({ best: { number: 5 } });
    const shown = await runBsweep(["show", studyFile, "4", `--workspace=${folder}`]);
    expect(shown.stdout).toMatch(/rank 4 of 5,\s+does not meet =size/);
    write({ ...several, require: { accuracy: { atLeast: 0.99 } } });
    const none = await run("best");
    expect(none.exitStatus).toBe(EXIT_STATUS.CONFLICT);
    expect(none.stderr).toContain("no trial of study goals meets what is required");
    const status = await ask<StudyStatus>("status", "--json");
    expect(status.best).toBeNull();
    expect((await run("report")).stdout).toContain("None is the best");
  });

  test("a round says what was required when it was written, for the mail at its end", async () => {
    const other = makeSuiteFolder();
    write(several);
    writeFileSync(join(other, "study.yaml"), readFileSync(studyFile));
    const end = await runBsweep(["generate", join(other, "study.yaml"), `--workspace=${other}`]);
    expect([end.exitStatus, end.stderr]).toEqual([0, expect.anything()]);
    const round = readFileSync(join(other, "jobs", "goals", "round-001", "round.json"), "utf8");
    expect(JSON.parse(round)).toMatchObject({
      objective: several.objectives[0],
      requirements: [{ metric: SIZE, atMost: 30 }, { metric: "seconds" }],
    });
  });

  test.runIf(requireHere(["chromium"]))(
    "the page has the front as the report has it, and marks what does not meet",
    async () => {
      write(several);
      const browser = await openReport(await writeReport({ workspace: folder, studyFile }));
      try {
        const front = browser.page.locator("#pareto");
        await front.scrollIntoViewIfNeeded();
        const rows = front.getByRole("table", { name: "Pareto front" }).locator("tbody tr");
        expect(await rows.allTextContents()).toEqual([
          expect.stringMatching(/^50\.70*305$/),
          expect.stringMatching(/^10\.50*101$/),
        ]);
        expect(await front.textContent()).toContain(SIZE);
        expect(await front.getByLabel("Cost").locator("option").first().textContent()).toBe(SIZE);
        // Trials 3 and 4 have better accuracies.
        const drawn = front.locator(".sentence").first();
        await drawn.filter({ hasText: "from trial 1" }).waitFor();
        expect(await drawn.textContent()).toContain("to trial 5");
        expect(browser.complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});
