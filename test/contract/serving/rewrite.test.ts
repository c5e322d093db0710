import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runBsweep, startBsweep, until } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { databaseOf, writeReportStudy } from "../../support/report-study.ts";
import { holdBack } from "../../support/served-report.ts";

/** `bsweep report --watch` of a study whose first results are still to come. */
function startWatching(heldBack: number, format: string, name: string) {
  const study = writeReportStudy(makeTestFolder(), { trials: 30 });
  const bringBack = holdBack(study, heldBack);
  const file = join(study.workspace, name);
  const args = ["report", study.studyFile, "--workspace", study.workspace, "--format", format];
  const watching = startBsweep([...args, "--output", file, "--watch", "--interval", "1"]);
  const report = (): Promise<unknown> => runBsweep([...args, "--output", `${file}.once`]);
  return { study, bringBack, file, watching, report };
}

test.each([
  ["html", "report.html"],
  ["csv", "report.csv"],
  ["parquet", "report.parquet"],
  ["optuna", "report.db"],
])(
  "--watch writes %s again for every new result, and ends with the last one",
  async (format, name) => {
    const { bringBack, file, watching, report } = startWatching(2, format, name);
    const says = (words: string) => () => watching.output().includes(words);
    await until(says(`${name}: 28 results, 2 trials to come\n`));
    const first = readFileSync(file);
    bringBack(1);
    await until(says(`${name}: 29 results, 1 trial to come\n`));
    const second = readFileSync(file);
    expect(second.equals(first)).toBe(false);
    bringBack(1);
    const { exitStatus, stdout } = await watching.end;
    expect(exitStatus).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d  .*${name}: 30 results, nothing left to come\n$`, "m"),
    );
    await report();
    if (format !== "optuna")
      expect(readFileSync(file).equals(readFileSync(`${file}.once`))).toBe(true);
  },
);

test("--watch goes on where nothing can be read or written for a while, and Ctrl-C ends it", async () => {
  const { study, bringBack, file, watching } = startWatching(3, "json", "out/report.json");
  const says = (words: string) => () => watching.output().includes(words);
  const warns = (words: string) => () => watching.errors().includes(words);
  await until(says("report.json: 27 results, 3 trials to come"));
  // The database gives way to something else, and the folder to a file.
  writeFileSync(databaseOf(study), "nothing that SQLite knows".repeat(100));
  bringBack(1);
  await until(says("report.json: 28 results"));
  await until(warns("is no SQLite database"));
  const folder = join(study.workspace, "out");
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, "");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  bringBack(1);
  await until(warns("cannot write"));
  expect(existsSync(file)).toBe(false);
  rmSync(folder);
  mkdirSync(folder);
  await until(says("report.json: 29 results, 1 trial to come"));
  expect(existsSync(file)).toBe(true);
  watching.kill("SIGINT");
  expect(await watching.end).toMatchObject({ exitStatus: 0, signal: null });
});

test("--watch fails at once where it never could", async () => {
  const { studyFile, workspace } = writeReportStudy(makeTestFolder(), { trials: 3 });
  const file = join(workspace, "study.yaml", "report.html");
  const args = ["report", studyFile, "--workspace", workspace, "--output", file, "--watch"];
  const run = await runBsweep(args);
  expect(run.exitStatus).toBe(5);
  expect(run.stderr).toContain(`cannot write ${file}`);
});
