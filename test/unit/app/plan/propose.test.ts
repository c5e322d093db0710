import { expect, test } from "vitest";
import { proposeTrials } from "../../../../src/app/plan/propose.ts";
import { parseStudyFile } from "../../../../src/formats/study-file.ts";
import { makeHeader } from "../../../support/study-workspace.ts";

const MIB = 1 << 20;

/** Measured: 45 MiB with the ids alone and whatever was not yet collected, 220 MiB when every proposal is kept. */
const ALLOWED_GROWTH_MIB = 120;

test("100,000 trials are proposed one at a time", { timeout: 120_000 }, () => {
  const study = parseStudyFile(
    `study: large
data: { train: data/digits }
trainer: { kind: cnn, epochs: 2 }
space:
  learningRate: { low: 0.0001, high: 0.1, log: true }
  dropout: { low: 0, high: 0.5 }
  denseUnits: { low: 32, high: 512 }
sampler: { kind: random, trials: 100000 }
`,
    "study.yaml",
  );
  const before = process.memoryUsage().heapUsed;
  let trials = 0;
  let highest = 0;
  for (const { kind } of proposeTrials(study, makeHeader())) {
    if (kind === "trial") trials++;
    if (trials % 1000 === 0) highest = Math.max(highest, process.memoryUsage().heapUsed);
  }
  expect(trials).toBe(100_000);
  expect((highest - before) / MIB).toBeLessThan(ALLOWED_GROWTH_MIB);
});
