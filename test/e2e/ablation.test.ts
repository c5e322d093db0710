import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { runBsweep } from "../support/program.ts";

const folder = makeSuiteFolder();

/** The study that comes with bsweep, so small that it says nothing about digits. */
function writeTinyStudy(): void {
  const text = readFileSync(join(packagedTemplates(), "study/digits-ablation.yaml"), "utf8");
  const tiny = text
    .replace("epochs: 3", "epochs: 1")
    .replace("filters: 16", "filters: 2")
    .replace("replicates: 2", "replicates: 1");
  writeFileSync(join(folder, "ablation.yaml"), tiny);
}

it("the ablation study leaves out one ingredient at a time, and ranks what that costs", () => {
  writeKaggleCsv(join(folder, "train.csv"), { rows: 400 });
  writeTinyStudy();
  expect(runBsweep(folder, "prepare", "--csv", "train.csv", "--to", "data/mnist").status).toBe(0);
  const local = runBsweep(folder, "local", "ablation.yaml");
  expect(local.stderr).not.toContain("error");
  expect(local.status).toBe(0);
  const report = runBsweep(folder, "report", "ablation.yaml", "--format", "json", "--top", "100");
  const { ranking } = JSON.parse(report.stdout) as {
    ranking: readonly { params: Record<string, unknown> }[];
  };
  const base = { batchNormalization: true, convLayers: 2, emaDecay: 0.995, rotation: 12 };
  const changed = ranking.map(
    ({ params }) => Object.entries(base).filter(([name, value]) => params[name] !== value).length,
  );
  expect(ranking).toHaveLength(11);
  expect(Math.max(...changed)).toBe(1);
  expect(changed.filter((count) => count === 0)).toHaveLength(7);
});
