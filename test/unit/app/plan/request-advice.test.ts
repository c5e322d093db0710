import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generateRound } from "../../../../src/app/generate.ts";
import { planStudy } from "../../../../src/app/plan.ts";
import { retryTrials } from "../../../../src/app/retry.ts";
import type { Trial, TrialResult } from "../../../../src/core/trial.ts";
import { parseManifestLine } from "../../../../src/formats/manifest.ts";
import { formatPlan } from "../../../../src/reports/plan-report.ts";
import { formatRetryReport } from "../../../../src/reports/retry-report.ts";
import { createLayout, type Layout } from "../../../../src/workspace/layout.ts";
import { makeTestFolder } from "../../../support/folder.ts";
import { recordEffects } from "../../../support/prepare.ts";
import { makeFailure, makeResult, writeResult } from "../../../support/results.ts";

const RAN = 30;

interface Asked {
  readonly layout: Layout;
  readonly studyFile: string;
}

/** A command on a plain LSF whose trials take a minute for each unit of `size`. */
function writeStudy(layout: Layout, trials: number, resources = "", replicates = 1): Asked {
  const studyFile = join(layout.workspace, "study.yaml");
  const seeds = Array.from({ length: trials / 3 }, (_, x) => x).join(", ");
  writeFileSync(
    studyFile,
    `study: s
objective: { metric: score, direction: maximize }
trainer: { command: ["true"] }
space: { seed: [${seeds}], size: [1, 2, 3] }
replicates: ${replicates}
cluster: { site: lsf }
resources: { memory: 4GB, walltime: 30m${resources} }
`,
  );
  return { layout, studyFile };
}

function makeStudy(trials = RAN, resources = ""): Asked {
  const layout = createLayout(join(makeTestFolder(), "workspace"));
  mkdirSync(layout.workspace);
  return writeStudy(layout, trials, resources);
}

type Ending = (trial: Trial, index: number) => TrialResult;

/** Generates a round, and leaves the results of its elements. */
async function run({ layout, studyFile }: Asked, end: Ending): Promise<void> {
  const options = { layout, studyFile, overwrite: false, user: "me" };
  await generateRound(options, recordEffects());
  const manifest = join(layout.round("s", 1), "array-01.trials.jsonl");
  const lines = readFileSync(manifest, "utf8").trimEnd().split("\n");
  for (const [place, line] of lines.entries()) {
    const [trial] = parseManifestLine(line, manifest, place + 1).trials;
    if (trial === undefined) throw new Error("an element without a trial");
    const planned = { ...{ workspace: layout.workspace, study: "s", round: 1 }, arraySize: RAN };
    writeResult({ ...planned, trials: [] }, 1, end(trial, place + 1));
  }
}

/** A minute for each unit of its size, and up to six seconds more. */
const minutesOf = ({ params, number }: Trial): number => 60 * Number(params["size"]) + (number % 7);

const complete: Ending = (trial, index) =>
  makeResult(trial, index, 0, {
    ...{ metrics: { score: 0.5 }, objective: 0.5, holdout: null },
    timing: { startedAt: "2026-01-02T04:00:00.000Z", seconds: minutesOf(trial) },
    usage: { peakMemoryMiB: 600, cpuSeconds: 10 },
    element: { job: "123", index, host: "n1" },
  });

const end =
  (
    kind: "timeout" | "out-of-memory",
    isEnded: (trial: Trial) => boolean,
    seconds: number,
  ): Ending =>
  (trial, index) =>
    isEnded(trial)
      ? {
          ...makeFailure(trial, index, { kind, message: "too little" }),
          timing: { startedAt: "2026-01-02T04:00:00.000Z", seconds },
          element: { job: "123", index, host: "n1" },
        }
      : complete(trial, index);

describe("plan", () => {
  test("says what 99 % of the elements would fit in, and what was asked for instead", async () => {
    const study = makeStudy();
    expect((await planStudy(study)).request).toBeNull();
    await run(study, complete);
    const plan = await planStudy(writeStudy(study.layout, RAN, "", 2));
    expect(plan.request).toMatchObject({
      ...{ trials: RAN, unlike: 0, warnings: [] },
      asked: { memoryMiB: 4096, walltimeSeconds: 1800 },
      fitting: { memoryMiB: 768 },
      cost: { memoryMiB: 600, walltimeSeconds: 186, medianWaitSeconds: null },
    });
    const seconds = plan.request?.fitting?.walltimeSeconds ?? 0;
    expect(seconds % 60).toBe(0);
    // The longest takes 186, its element a minute more.
    expect(seconds).toBeGreaterThan(246);
    expect(seconds).toBeLessThanOrEqual(360);
    const text = formatPlan(plan);
    expect(text).toContain(`resources: { memory: 768MB, walltime: ${seconds / 60}m } would hold`);
    expect(text).toContain("asked for 4GB and 30m, used at most 600MB and 3m 06s");
    expect(text).toMatch(/GB-hours of memory idle/);
  });

  test("tells of trials that are unlike those that ended", async () => {
    const study = makeStudy();
    await run(study, complete);
    const text = formatPlan(await planStudy(writeStudy(study.layout, 10 * RAN)));
    expect(text).toMatch(/\d+ new trials unlike any of these may need more/);
  });

  test("proposes nothing that no cluster has, whatever results claim", async () => {
    const study = makeStudy();
    await run(study, (trial, index) => ({
      ...complete(trial, index),
      timing: { startedAt: "2026-01-02T04:00:00.000Z", seconds: 1e15 * trial.number },
    }));
    const plan = await planStudy(study);
    expect(plan.request?.fitting).toEqual({ memoryMiB: 768 });
    expect(formatPlan(plan)).toContain("resources: { memory: 768MB } would hold");
  });

  test("says nothing by few trials, and says so", async () => {
    const study = makeStudy(6);
    await run(study, complete);
    const plan = await planStudy(study);
    expect(plan.request).toMatchObject({ trials: 6, enough: 8, fitting: null });
    expect(formatPlan(plan)).toContain("not known by 6 trials that have ended: at least 8");
  });

  test("trials of another version of the trainer tell nothing", async () => {
    const study = makeStudy();
    await run(study, complete);
    const text = readFileSync(study.studyFile, "utf8");
    writeFileSync(study.studyFile, text.replace('["true"]', '["true"], version: 2'));
    expect((await planStudy(study)).request).toBeNull();
  });

  test("auto packs so that nearly all elements fit their wall time", async () => {
    const study = makeStudy();
    await run(study, complete);
    const auto = writeStudy(study.layout, 2 * RAN, ", trialsPerElement: auto");
    const { arrays, request } = await planStudy(auto);
    // Two minutes each on the average: fifteen minutes' worth.
    expect(arrays.trialsPerElement).toBe(7);
    expect(request?.fitting?.walltimeSeconds).toBeLessThanOrEqual(1800);
    const text = readFileSync(auto.studyFile, "utf8");
    writeFileSync(auto.studyFile, text.replace("30m", "6m"));
    expect((await planStudy(auto)).arrays.trialsPerElement).toBeLessThan(3);
  });
});

describe("retry", () => {
  const RULE = { states: [], excludeHosts: [], assumeLost: false, dryRun: true };
  const isLarge = ({ params }: Trial): boolean => params["size"] === 3;

  test("asks for what nearly all of those would fit in that had too little time", async () => {
    const study = makeStudy(RAN, ", maxWalltime: 12h");
    await run(study, end("timeout", isLarge, 1800));
    const factors = { memoryFactor: 2, walltimeFactor: 1.01 };
    const report = await retryTrials({ ...study, ...RULE, ...factors }, recordEffects());
    expect(report.fitting?.trials).toBe(20);
    const [round] = report.rounds;
    expect(round?.walltimeSeconds).toBe(report.fitting?.walltimeSeconds);
    expect(round?.walltimeSeconds).toBeGreaterThan(1.2 * 1800);
    expect(round?.memoryMiB).toBe(4096);
    expect(formatRetryReport(report)).toContain("By 20 trials that ended, 99 % would fit in");
  });

  test("never less than the factor says, nor more than the study allows", async () => {
    const study = makeStudy(RAN, ", maxWalltime: 40m");
    await run(study, end("timeout", isLarge, 1800));
    const ask = async (walltimeFactor: number): Promise<number | undefined> => {
      const factors = { memoryFactor: 2, walltimeFactor };
      const { rounds } = await retryTrials({ ...study, ...RULE, ...factors }, recordEffects());
      return rounds[0]?.walltimeSeconds;
    };
    expect(await ask(100)).toBe(2400);
    expect(await ask(1.01)).toBe(2400);
  });

  test("memory alone where memory was lacking", async () => {
    const study = makeStudy(RAN);
    await run(study, end("out-of-memory", isLarge, 20));
    const factors = { memoryFactor: 2, walltimeFactor: 2 };
    const report = await retryTrials({ ...study, ...RULE, ...factors }, recordEffects());
    expect(report.fitting).not.toHaveProperty("walltimeSeconds");
    expect(report.rounds[0]).toMatchObject({ walltimeSeconds: 1800 });
    expect(report.rounds[0]?.memoryMiB).toBeGreaterThanOrEqual(8192);
  });
});
