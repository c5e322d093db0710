import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { StudyStatus } from "../../src/app/status.ts";
import type { LocalSummary } from "../../src/app/local.ts";
import { parseRoundFile } from "../../src/formats/round-file.ts";
import type { StudyReportJson } from "../../src/reports/json.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeSuiteFolder } from "../support/folder.ts";

/** What the trials report, in the order in which they are planned. The one of the 7 fails at first. */
const VALUES = [3, 1, 2, 7] as const;

describe.each([
  ["maximize", 3, [3, 2, 1], "highest first", 7],
  ["minimize", 1, [1, 2, 3], "lowest first", 1],
] as const)("%s is what every command goes by", (direction, best, order, words, bestInTheEnd) => {
  const folder = makeSuiteFolder();
  const studyFile = join(folder, "study.yaml");
  let local: LocalSummary;

  const run = async (command: string, ...more: readonly string[]): Promise<string> => {
    const end = await runBsweep([command, studyFile, ...more, `--workspace=${folder}`]);
    expect([command, end.exitStatus, end.stderr]).toEqual([command, 0, expect.anything()]);
    return end.stdout;
  };
  const ask = async <T>(command: string, ...more: readonly string[]): Promise<T> =>
    JSON.parse(await run(command, ...more)) as T;

  beforeAll(async () => {
    const script = `if [ $1 = 7 ] && [ ! -e mended ]; then exit 3; fi; echo "{\\"metrics\\":{\\"error\\":$1}}" > "$BSWEEP_RESULT"`;
    const study = {
      study: "s",
      objective: { metric: "error", direction },
      trainer: { command: ["sh", "-c", script, "sh", "{{x}}"] },
      space: { x: VALUES },
      cluster: { site: "local" },
      resources: { cpus: 1, memory: "200MB", walltime: "1m" },
    };
    writeFileSync(studyFile, JSON.stringify(study));
    local = await ask("local", "--json", "--workers=1");
  });

  test("local", () => {
    expect(local).toMatchObject({ done: 4, failed: 1, best: { objective: best } });
  });

  test("status", async () => {
    expect(await ask<StudyStatus>("status", "--json")).toMatchObject({
      ...{ objective: { direction }, best: { objective: best } },
    });
  });

  test("report: its order, its words and the best of each value", async () => {
    const report = await ask<StudyReportJson>("report", "--format=json");
    expect(report.objective).toEqual({ metric: "error", direction });
    expect(report.ranking.map(({ objective }) => objective)).toEqual(order);
    expect(report.ranking.map(({ params }) => params["x"])).toEqual(order);
    expect(await run("report")).toContain(words);
    const csv = (await run("report", "--format=csv")).trimEnd().split("\n").slice(1);
    expect(csv).toHaveLength(3);
  });

  test("best", async () => {
    expect(await run("best")).toMatch(new RegExp(`^ +x: ${best}$`, "m"));
  });

  test("retry keeps it, and what is tried again competes", async () => {
    expect(await run("retry")).toContain("1 trial");
    const round = readFileSync(join(folder, "jobs", "s", "round-002", "round.json"), "utf8");
    expect(parseRoundFile(round, "")).toMatchObject({ objective: { metric: "error", direction } });
    writeFileSync(join(folder, "mended"), "");
    expect(await ask<LocalSummary>("local", "--json")).toMatchObject({
      ...{ done: 1, failed: 0, best: { objective: bestInTheEnd } },
    });
    expect(await run("best")).toMatch(new RegExp(`^ +x: ${bestInTheEnd}$`, "m"));
  });
});
