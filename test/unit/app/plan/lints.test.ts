import { expect, test } from "vitest";
import { lintCluster } from "../../../../src/app/plan/lints.ts";
import { createLayout } from "../../../../src/workspace/layout.ts";
import { makeSite, makeStudy } from "../../../support/round-inputs.ts";

const WORKSPACE = "/tmp/sweep";
const GPU = { count: 1, shared: true };

/** The rules that have something to say to a study in /tmp that shares a GPU. */
function rulesOn(scheduler: string): string[] {
  const site = makeSite({ scheduler, container: "none", lineage: ["mine"] });
  const study = makeStudy(WORKSPACE);
  const shared = { ...study, resources: { ...study.resources, gpu: GPU } };
  const warnings = lintCluster(shared, site, createLayout(WORKSPACE));
  return warnings.map((warning) => warning.split(":", 1)[0] ?? "");
}

test("what the scheduler can do decides which rules speak; without one, none does", () => {
  expect(rulesOn("lsf")).toEqual(["cluster/node-local-workspace"]);
  expect(rulesOn("slurm")).toEqual(["cluster/node-local-workspace", "slurm/gpu-memory"]);
  expect(rulesOn("local")).toEqual([]);
});
