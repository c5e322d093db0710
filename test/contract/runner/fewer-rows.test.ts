import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LocalSummary } from "../../../src/app/local.ts";
import type { StudyReportJson } from "../../../src/reports/json.ts";
import { openRequest } from "../../../src/trainer/open-request.ts";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { openPackedDataset } from "../../../src/workspace/packed-dataset.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare } from "../../support/prepare.ts";

async function makeDigits(): Promise<Layout> {
  const layout = createLayout(makeTestFolder());
  const csv = join(layout.workspace, "train.csv");
  writeKaggleCsv(csv, { rows: 300 });
  await prepare({ kind: "csv", csv }, join(layout.workspace, "data", "digits"));
  return layout;
}

/** Keeps what it was told, and leaves how much that is. */
const PROGRAM = `
import json, os, sys
rows, held_out = (json.load(open(os.environ[name])) for name in ("BSWEEP_ROWS", "BSWEEP_HOLDOUT"))
assert rows == json.load(open(sys.argv[1])) == sorted(rows)
json.dump([rows, held_out], open(f"rows-{len(rows)}.json", "w"))
json.dump({"metrics": {"count": len(rows)}}, open(os.environ["BSWEEP_RESULT"], "w"))`;

test(
  "a command is told fewer rows, each number's a setting of its own",
  { timeout: 120_000 },
  async () => {
    const layout = await makeDigits();
    writeFileSync(join(layout.workspace, "train.py"), PROGRAM);
    const studyFile = join(layout.workspace, "study.yaml");
    const run = async (rows: string) => {
      const study = `
study: s
objective: { metric: count, direction: maximize }
data: { train: data/digits, holdout: 0.2${rows} }
trainer: { command: [python3, train.py, "{{rows}}"] }
space: { x: [1] }
`;
      writeFileSync(studyFile, study);
      const end = await runBsweep([
        "local",
        studyFile,
        `--workspace=${layout.workspace}`,
        "--json",
      ]);
      expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 1, failed: 0 });
      const asked = ["report", studyFile, `--workspace=${layout.workspace}`, "--format=json"];
      return JSON.parse((await runBsweep(asked)).stdout) as StudyReportJson;
    };
    await run(", rows: 60");
    await run(", rows: 0.5");
    const report = await run("");
    expect(report.settings.map(({ differences }) => differences)).toEqual([
      [],
      ["120 rows"],
      ["60 rows"],
    ]);
    const told = [60, 120, 240].map(
      (count) =>
        JSON.parse(readFileSync(join(layout.workspace, `rows-${count}.json`), "utf8")) as [
          rows: number[],
          heldOut: number[],
        ],
    );
    const [few = [], more = [], all = []] = told.map(([rows]) => rows);
    const [heldOut, ...others] = told.map(([, rows]) => rows);
    expect(heldOut).toHaveLength(60);
    for (const other of others) expect(other).toEqual(heldOut);
    expect(more).toEqual(expect.arrayContaining(few));
    expect(all).toEqual(expect.arrayContaining(more));
    expect(all.filter((row) => heldOut?.includes(row))).toEqual([]);
  },
);

test("the built-in trainer takes as many, and judges on the same rows", async () => {
  const layout = await makeDigits();
  const path = join(layout.workspace, "data", "digits");
  const { digest } = openPackedDataset(path).header;
  const open = (rows?: number) =>
    openRequest({
      ...{ schemaVersion: 1, trialId: "0".repeat(16), params: {}, resource: { epochs: 1 } },
      ...{ seed: 1, threads: 1, precision: "float32", checkpoint: null, endsAt: null, keep: null },
      ...{ memoryMiB: null, gpus: 0, reportFile: "", scratchFolder: "" },
      dataset: {
        ...{ path, digest, holdout: { fraction: 0.2, seed: 1 } },
        ...(rows === undefined ? {} : { rows }),
      },
    }).split;
  const [some, all] = [open(100), open()];
  expect([some.training.length, some.validation.length]).toEqual([90, 10]);
  expect(all.training.length + all.validation.length).toBe(240);
  expect(some.holdout).toEqual(all.holdout);
});
