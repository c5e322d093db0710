import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PreparationReport } from "../../src/app/prepare/jobs-folder.ts";
import { openPackedDataset } from "../../src/workspace/packed-dataset.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { prepare } from "../support/prepare.ts";
import { startSlurm, type Slurm } from "../support/slurm/slurm.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

const ENDED = /^(?:COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)/;

describe.runIf(requireHere(SLURM))("a data set packed by Slurm's jobs", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm({ maxArraySize: 11 });
  });
  afterAll(() => slurm.stop());

  const makeWorkspace = () => {
    const folder = join(makeTestFolder(), "it's a $workspace");
    mkdirSync(join(folder, "sites"), { recursive: true });
    writeFileSync(join(folder, "sites", "own.yaml"), "scheduler: slurm\nmaxArraySize: 10\n");
    const csv = join(folder, "a b.csv");
    writeKaggleCsv(csv, { rows: 200 });
    const look = async (...more: readonly string[]): Promise<PreparationReport> => {
      const { stdout, stderr } = await runBsweep([
        ...["prepare", `--workspace=${folder}`, `--csv=${csv}`, "--to=data/digits"],
        ...["--site=own", "--shards=10", "--memory=200MB", "--json", ...more],
      ]);
      expect(stderr).toBe("");
      return JSON.parse(stdout) as PreparationReport;
    };
    return { folder, csv, look };
  };
  const untilEnded = () =>
    slurm.untilQueue("all have ended", (rows) => rows.every(({ state }) => ENDED.test(state)));

  test("is the one that is packed here, bit for bit", async () => {
    const { folder, csv, look } = makeWorkspace();
    const { submitScript } = await look();
    const submitted = await slurm.run("bash", submitScript);
    expect(submitted).toMatchObject({ succeeded: true, stderr: "" });
    expect((await slurm.run("bash", submitScript)).stdout).toContain("array-01: submitted before");
    const rows = await untilEnded();
    expect(rows.map(({ state }) => state)).toEqual(Array(11).fill("COMPLETED"));
    const merged = await look();
    const local = await prepare({ kind: "csv", csv }, join(folder, "here"));
    expect(merged).toMatchObject({ state: "merged", dataset: local.header });
    const packed = openPackedDataset(join(folder, "data", "digits"), { verify: true });
    expect(packed.header).toEqual(local.header);
  });

  test("a piece that fails ends the merge, which waits for nothing any more", async () => {
    const { csv, look } = makeWorkspace();
    writeFileSync(csv, readFileSync(csv, "utf8").replace(/\n[^\n]*\n$/, "\n7,1,2\n"));
    const { submitScript, folder } = await look();
    expect((await slurm.run("bash", submitScript)).succeeded).toBe(true);
    await untilEnded();
    const report = await look();
    expect(report).toMatchObject({ state: "submitted", missing: [10], dataset: null });
    const rows = await slurm.queue();
    expect(rows.find(({ id }) => id.startsWith(report.jobs.merge ?? "none"))?.state).toBe(
      "CANCELLED",
    );
    expect(readdirSync(join(folder, "logs", "array-01"))).toEqual([]);
  });
});
