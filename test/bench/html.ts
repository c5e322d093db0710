import { statSync } from "node:fs";
import { join } from "node:path";
import { builtProgram } from "../../src/workspace/package.ts";
import { openReport } from "../support/report-page.ts";
import { databaseOf, writeReportStudy } from "../support/report-study.ts";
import { lowerQuartile, printFigure, tell } from "./figure.ts";
import { runProcess } from "./process.ts";

const TRIALS = [2880, 13_824];
const ROUNDS = 3;

/** One end of an axis is moved; from then until the browser has painted what is left. Milliseconds. */
const BRUSH = `(async () => {
  const found = [];
  const ends = [...document.querySelectorAll(".axis-controls input")];
  for (const [place, value] of [[0, 0.3], [2, 0.4], [4, 0.5], [0, 0], [2, 0], [4, 0]]) {
    const start = performance.now();
    ends[place].value = value;
    ends[place].dispatchEvent(new Event("input"));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    found.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 100));
  }
  return found;
})()`;

/** The HTML report of collected studies: how long it takes beside reading the database, its size, and how it is in Chromium. */
export async function benchHtml(folder: string): Promise<void> {
  for (const trials of TRIALS) {
    const study = writeReportStudy(join(folder, String(trials)), { trials, rows: 42_000 });
    const { workspace, studyFile } = study;
    const env = { BSWEEP_WORKSPACE: workspace };
    const bsweep = (...words: readonly string[]): Promise<number> =>
      runProcess(process.execPath, [builtProgram("main.js"), ...words], { env });
    await bsweep("collect", studyFile);
    const file = join(workspace, "report.html");
    const floor = join(import.meta.dirname, "floors", "read-database.mjs");
    const [own, plain]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      plain.push(await runProcess(process.execPath, [floor, databaseOf(study)]));
      own.push(
        await bsweep("report", studyFile, "--no-collect", "--format=html", `--output=${file}`),
      );
    }
    const [value, baseline] = [lowerQuartile(own), lowerQuartile(plain)];
    printFigure({ name: `report.html.${trials}`, value, unit: "s", baseline });
    tell(`report.html of ${trials}: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
    await lookAt(file, trials);
  }
}

async function lookAt(file: string, trials: number): Promise<void> {
  const browser = await openReport(file);
  try {
    const { page } = browser;
    const paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime";
    tell(`first paint of ${trials}: ${Math.round(Number(await page.evaluate(paint)))} ms`);
    await page.locator("#parallel").scrollIntoViewIfNeeded();
    await page.waitForTimeout(1000);
    const brushes = await page.evaluate<readonly number[]>(BRUSH);
    tell(`brushes of ${trials}: ${brushes.map(Math.round).join(", ")} ms`);
  } finally {
    await browser.close();
  }
}
