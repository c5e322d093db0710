import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateRound, type GenerateReport } from "../../../src/app/generate.ts";
import { planStudy } from "../../../src/app/plan.ts";
import { parseManifestLine } from "../../../src/formats/manifest.ts";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { recordEffects } from "../../support/prepare.ts";
import { makeFailure, makeResult, writeResult } from "../../support/results.ts";

const TRIALS = 50;

/** A study of a command on a plain LSF, whose elements are packed by what a trial takes. */
function makeAutoStudy(walltime: string, site = "lsf"): { layout: Layout; studyFile: string } {
  const layout = createLayout(join(makeTestFolder(), "workspace"));
  mkdirSync(layout.workspace);
  const studyFile = join(layout.workspace, "study.yaml");
  const values = Array.from({ length: TRIALS }, (_, x) => x).join(", ");
  writeFileSync(
    studyFile,
    `study: s
objective: { metric: score, direction: maximize }
trainer: { command: ["true"] }
space: { x: [${values}] }
cluster: { site: ${site} }
resources: { memory: 1GB, walltime: ${walltime}, trialsPerElement: auto }
`,
  );
  return { layout, studyFile };
}

const generate = (study: { layout: Layout; studyFile: string }): Promise<GenerateReport> =>
  generateRound({ ...study, overwrite: false, user: "me" }, recordEffects());

/** Leaves the result of a round's first trial, as an element of a job would. */
function leaveResult(
  layout: Layout,
  seconds: number,
  job = "123",
  state = "complete",
  round = 1,
): void {
  const manifest = join(layout.round("s", round), "array-01.trials.jsonl");
  const [line = ""] = readFileSync(manifest, "utf8").split("\n");
  const [trial] = parseManifestLine(line, manifest, 1).trials;
  if (trial === undefined) throw new Error("no trial in the first round");
  const timing = { startedAt: "2026-01-02T04:00:00.000Z", seconds };
  const element = { job, index: 1, host: "n1" };
  const failure = { kind: "error", message: "no" } as const;
  const scored = { metrics: { score: 0.5 }, objective: 0.5, holdout: null };
  const result =
    state === "complete" ? makeResult(trial, 1, 4000, scored) : makeFailure(trial, 1, failure);
  const planned = { workspace: layout.workspace, study: "s", round, arraySize: 1, trials: [] };
  writeResult(planned, 1, { ...result, timing, element });
}

test("auto: first one trial alone, then as many in an element as take fifteen minutes", async () => {
  const study = makeAutoStudy("2h");
  expect((await planStudy(study)).warnings.join()).toContain("trialsPerElement is auto");
  const first = await generate(study);
  expect(first.written).toMatchObject({ kind: "canary", trials: 1, elements: 1, canary: false });
  await expect(generate(study)).rejects.toMatchObject({ code: "CONFLICT" });
  leaveResult(study.layout, 60);
  expect((await planStudy(study)).arrays).toMatchObject({ trialsPerElement: 15, elements: 4 });
  const second = await generate(study);
  expect(second.written).toMatchObject({ kind: "extension", trials: 49, elements: 4 });
});

test("all trials that have ended tell, not one alone", async () => {
  const study = makeAutoStudy("2h");
  await generate(study);
  leaveResult(study.layout, 60);
  await generate(study);
  expect((await planStudy(study)).arrays).toMatchObject({ trialsPerElement: 15 });
  leaveResult(study.layout, 90, "124", "complete", 2);
  expect((await planStudy(study)).arrays).toMatchObject({ trialsPerElement: 11 });
});

test("an element fills half its wall time at most, and holds one trial at least", async () => {
  const study = makeAutoStudy("10m");
  await generate(study);
  leaveResult(study.layout, 60);
  expect((await planStudy(study)).arrays).toMatchObject({ trialsPerElement: 5 });
  leaveResult(study.layout, 3000);
  const slow = makeAutoStudy("10m");
  await generate(slow);
  leaveResult(slow.layout, 3000);
  expect((await planStudy(slow)).arrays).toMatchObject({ trialsPerElement: 1 });
});

test.each([
  ["failed", "123", "failed"],
  ["ran on no cluster", "0", "complete"],
])("a trial that %s tells nothing", async (_, job, state) => {
  const study = makeAutoStudy("2h");
  await generate(study);
  leaveResult(study.layout, 60, job, state);
  await expect(generate(study)).rejects.toMatchObject({ code: "CONFLICT" });
});

test("on this machine nothing is to be saved: one trial an element", async () => {
  const { written } = await generate(makeAutoStudy("2h", "local"));
  expect(written).toMatchObject({ kind: "initial", trials: TRIALS, elements: TRIALS });
});
