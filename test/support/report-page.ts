import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openKeptDatabase } from "../../src/storage/database.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { type Browser, type BrowserOptions, openBrowser } from "./browser.ts";
import { runProcess } from "./programs.ts";

/** Writes the HTML report of a study, with the built program; gives the file's path. */
export async function writeReport(
  { workspace, studyFile }: { readonly workspace: string; readonly studyFile: string },
  name = "report.html",
  more: readonly string[] = [],
): Promise<string> {
  const file = join(workspace, name);
  const args = [
    "report",
    studyFile,
    `--workspace=${workspace}`,
    "--format=html",
    `--output=${file}`,
    ...more,
  ];
  const run = await runProcess(process.execPath, [builtProgram("main.js"), ...args]);
  if (run.exitStatus !== 0) throw new Error(run.stderr);
  return file;
}

/** A browser that has drawn a report. */
export async function openReport(file: string, options: BrowserOptions = {}): Promise<Browser> {
  const browser = await openBrowser(options);
  await browser.page.goto(pathToFileURL(file).href);
  await browser.page.waitForSelector("main[data-ready]");
  return browser;
}

/** What axe complains of in a page whose own policy was bypassed. */
export async function findViolations({ page }: Browser): Promise<unknown> {
  await page.evaluate(
    readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  );
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 5).map(({ html }) => html).join(' | ')))",
  );
}

/** What a database answers. */
export function query(database: string, sql: string): readonly Record<string, unknown>[] {
  const opened = openKeptDatabase(database, true);
  try {
    return opened.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    opened.close();
  }
}

/** The same where each row is one number. */
export function queryNumbers(database: string, sql: string): readonly number[] {
  return query(database, sql).map((row) => Number(Object.values(row)[0]));
}

/** The texts of a column of the table of trials, from top to bottom, as far as the page shows it. */
export async function readColumn({ page }: Browser, title: string): Promise<readonly string[]> {
  const heads = await page.locator("#trials-table thead th").allInnerTexts();
  const place = heads.findIndex((head) => head.replace(/ [▲▼]$/, "") === title);
  if (place < 0) throw new Error(`no column ${title} among ${heads.join(", ")}`);
  return page.locator(`#trials-table tbody td:nth-child(${place + 1})`).allInnerTexts();
}
