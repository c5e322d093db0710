import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { archiveStudy, SUMS_FILE } from "../../src/app/archive/archive.ts";
import { formatArchiveReadme } from "../../src/reports/archive-readme.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { listTree } from "../support/folder.ts";
import { leaveResults, makePackedStudy, STUDY, upTo } from "../support/packed-study.ts";
import { errorOf, recordEffects } from "../support/prepare.ts";
import { writeResultFile } from "../support/results.ts";
import { readContent } from "../support/study-database.ts";

test("an archive is a workspace: every file has its digest, the database and the ranking are the same", async () => {
  const study = makePackedStudy(45);
  leaveResults(study.planned, upTo(20));
  await study.collect();
  leaveResults(study.planned, upTo(45).slice(20));
  writeResultFile(study.planned, 1, "notes.json", "{}");
  const output = join(study.workspace, "handed on");
  const workspace = `--workspace=${study.workspace}`;
  const end = await runBsweep(["archive", study.studyFile, "--output", output, workspace]);
  expect(end).toMatchObject({ exitStatus: 0 });
  execFileSync("sha256sum", ["--check", "--strict", "--quiet", SUMS_FILE], { cwd: output });
  const sums = readFileSync(join(output, SUMS_FILE), "utf8").trimEnd().split("\n");
  const files = listTree(output).filter((name) => /\.[a-z]+$/i.test(name));
  expect(sums.map((line) => line.slice(66))).toEqual(files);

  const copy = createLayout(output);
  expect(readContent(copy.database(STUDY))).toEqual(readContent(study.database));
  const report = async (folder: string) => {
    const args = ["report", join(folder, "study.yaml"), `--workspace=${folder}`, "--format=csv"];
    const { exitStatus, stdout } = await runBsweep(args);
    expect(exitStatus).toBe(0);
    return stdout;
  };
  expect(await report(output)).toBe(await report(study.workspace));
  // What the results alone tell is in it too.
  rmSync(copy.database(STUDY));
  expect(await report(output)).toBe(await report(study.workspace));
  const readme = readFileSync(join(output, "README.md"), "utf8");
  expect(readme).toContain("45 results");
  expect(readme).toContain("hosts: `compute1-exec-1`");
  expect(readme).toContain("and 1 files that are no valid results");
});

const archive = (study: ReturnType<typeof makePackedStudy>, output: string) =>
  archiveStudy(
    {
      ...{ study: study.study, layout: study.layout, output },
      reports: {},
      describe: formatArchiveReadme,
    },
    recordEffects(),
  );

test("an archive replaces nothing, not even an empty folder, and leaves nothing half-done", async () => {
  const study = makePackedStudy(2);
  leaveResults(study.planned, upTo(2));
  const output = join(study.workspace, "archive");
  mkdirSync(output);
  expect(await errorOf(archive(study, output))).toMatchObject({ code: "CONFLICT" });
  rmSync(output, { recursive: true });
  writeFileSync(join(study.layout.round(STUDY, 1), "array-01.trials.jsonl"), "{");
  rmSync(join(study.layout.round(STUDY, 1), "round.json"));
  expect((await errorOf(archive(study, output))).code).toBe("INVALID_MANIFEST");
  expect(readdirSync(study.workspace).filter((name) => name.includes("archive"))).toEqual([]);
});

test("packed results are archived as files are, and paths that a study names are told", async () => {
  const study = makePackedStudy(20);
  leaveResults(study.planned, upTo(20));
  const [first, second] = ["one", "two"].map((name) => join(study.workspace, name));
  writeFileSync(study.studyFile, `${readFileSync(study.studyFile, "utf8")}# /storage1/me/data\n`);
  const before = await archive(study, first ?? "");
  await study.pack();
  const after = await archive(study, second ?? "");
  expect(after).toEqual(before);
  expect(after).toMatchObject({ results: 20, left: [], paths: ["/storage1/me/data"] });
  const sums = [first, second].map((folder) => readFileSync(join(folder ?? "", SUMS_FILE), "utf8"));
  const ofResults = sums.map((text) => text.split("\n").filter((line) => line.includes("packed-")));
  expect(ofResults[1]).toEqual(ofResults[0]);
});
