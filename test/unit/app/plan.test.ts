import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openPlan, newTrials } from "../../../src/app/plan/plan-context.ts";
import { planStudy } from "../../../src/app/plan.ts";
import { type BsweepError, formatIssue } from "../../../src/core/errors.ts";
import type { Trial } from "../../../src/core/trial.ts";
import { writeRound as writePlannedRound } from "../../support/results.ts";
import { manifestName, resultName, type Layout } from "../../../src/workspace/layout.ts";
import { listTree } from "../../support/folder.ts";
import {
  exampleStudy,
  makeHeader,
  makeWorkspace,
  writeStudy,
} from "../../support/study-workspace.ts";

const HEAD =
  "study: small\ndata: { train: data/digits }\ntrainer: { kind: cnn, epochs: 2, set: { blocks: 2 } }\n";
const SMALL = `${HEAD}space: { filters: [1, 2], dropout: [0, 0.5] }\n`;

/** Path, bytes and time of change of everything in a folder. */
function fingerprint(folder: string): string[] {
  return listTree(folder).map((name) => {
    const path = join(folder, name);
    const stat = statSync(path);
    const content = stat.isFile()
      ? createHash("sha256").update(readFileSync(path)).digest("hex")
      : "";
    return `${name} ${stat.mtimeMs} ${content}`;
  });
}

/** Writes what `generate` leaves of a round: one manifest, one trial a line. */
function writeRound({ workspace }: Layout, round: number, trials: readonly Trial[]): void {
  writePlannedRound({ workspace, study: "small", round, arraySize: 1000, trials });
}

function writeResult(layout: Layout, round: number, index: number, trialId: string): void {
  const folder = join(layout.roundResults("small", round), "array-01");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, resultName(index, trialId, 1, "0a1b2c")), "{}");
}

describe("planStudy", () => {
  test("the digit recognizer's grid: 2,880 trials, three arrays, nothing written", async () => {
    const layout = makeWorkspace(makeHeader(42_000));
    const before = fingerprint(layout.workspace);
    const plan = await planStudy({ studyFile: exampleStudy("digits-grid").file, layout });
    expect(fingerprint(layout.workspace)).toEqual(before);
    expect(plan).toMatchObject({
      proposed: 2880,
      trials: 2880,
      newTrials: 2880,
      repeated: 0,
      impossible: [],
      planned: 0,
      withResult: 0,
      warnings: [],
    });
    expect(plan.arrays).toEqual({
      site: "local",
      arrays: 3,
      elements: 2880,
      lastArrayElements: 880,
      maxArraySize: 1000,
      trialsPerElement: 1,
      atOnce: 50,
      coreHoursAtMost: 17_280,
      elapsedSecondsAtMost: 58 * 6 * 3600,
    });
    expect(plan.largest).toMatchObject({
      parameters: 7_741_962,
      params: { filters: 256, denseUnits: 512 },
    });
  });

  test("the wide grid: 13,824 trials in 14 arrays", async () => {
    const plan = await planStudy({
      studyFile: exampleStudy("digits-wide").file,
      layout: makeWorkspace(),
    });
    expect(plan).toMatchObject({
      trials: 13_824,
      impossible: [],
      arrays: { arrays: 14, lastArrayElements: 824 },
    });
  });

  test("impossible networks are counted by reason, with an example, and left out", async () => {
    const layout = makeWorkspace();
    const text = `${HEAD}space: { kernelSize: [3, 29, 5], filters: [1, 2], convLayers: [1, 3] }\nreplicates: 2\n`;
    const plan = await planStudy({ studyFile: writeStudy(layout, text), layout });
    expect(plan).toMatchObject({ proposed: 24, trials: 12, newTrials: 12 });
    expect(plan.impossible).toEqual([
      {
        reason: "block 1, convolution 1: a 29 x 29 kernel without padding does not fit 28 x 28",
        trials: 8,
        example: { blocks: 2, kernelSize: 29, filters: 1, convLayers: 1 },
      },
      {
        reason: "block 2, convolution 2: a 5 x 5 kernel without padding does not fit 4 x 4",
        trials: 4,
        example: { blocks: 2, kernelSize: 5, filters: 1, convLayers: 3 },
      },
    ]);
    const all = writeStudy(layout, `${HEAD}space: { kernelSize: [29, 31] }\n`);
    expect(await planStudy({ studyFile: all, layout })).toMatchObject({
      trials: 0,
      largest: null,
      arrays: { arrays: 0, elements: 0, lastArrayElements: 0, coreHoursAtMost: 0 },
      warnings: ["no trial is left: every proposed network is impossible"],
    });
  });

  test("trials that train the very same count once", async () => {
    const layout = makeWorkspace();
    const text = `${HEAD}space: { optimizer: [adam, sgd], momentum: [0, 0.5, 0.9] }\n`;
    // adam has no momentum: three proposals, one trial.
    expect(await planStudy({ studyFile: writeStudy(layout, text), layout })).toMatchObject({
      proposed: 6,
      repeated: 2,
      trials: 4,
    });
  });

  test("a random sampler is told when its space is smaller than asked for", async () => {
    const layout = makeWorkspace();
    const text = `${HEAD}space: { filters: [1, 2] }\nsampler: { kind: random, trials: 10 }\nreplicates: 3\n`;
    expect(await planStudy({ studyFile: writeStudy(layout, text), layout })).toMatchObject({
      trials: 6,
      warnings: ["the search space has only 2 combinations, 10 were asked for"],
    });
  });

  test("a parameter with the name of a value of bsweep's own is told once", async () => {
    const layout = makeWorkspace();
    const text = `study: small
objective: { metric: e, direction: minimize }
trainer: { command: [train, "{{epochs}}", "--again={{epochs}}"] }
space: { epochs: [5, 10] }
`;
    const { warnings } = await planStudy({ studyFile: writeStudy(layout, text), layout });
    expect(warnings).toEqual([
      "trainer.command: {{epochs}} is the study's parameter `epochs`; bsweep's own value is in BSWEEP_EPOCHS",
    ]);
  });

  test("several trials fill an element", async () => {
    const layout = makeWorkspace();
    const text = `${SMALL}resources: { trialsPerElement: 3, cpus: 2, walltime: 1h }\nreplicates: 5\n`;
    expect(await planStudy({ studyFile: writeStudy(layout, text), layout })).toMatchObject({
      trials: 20,
      arrays: {
        elements: 7,
        arrays: 1,
        lastArrayElements: 7,
        coreHoursAtMost: 14,
        elapsedSecondsAtMost: 3600,
      },
    });
  });

  test("a pool is reckoned by its slots, one after another, and warned of where it is too short", async () => {
    const layout = makeWorkspace();
    mkdirSync(join(layout.workspace, "sites"));
    writeFileSync(
      join(layout.workspace, "sites", "own.yaml"),
      "scheduler: slurm\nmaxArraySize: 10\n",
    );
    const study = (walltime: string): string =>
      `${SMALL.replace(/^cluster:.*\n/m, "")}cluster: { site: own, concurrencyLimit: 1, pool: { slots: 4, walltime: ${walltime} } }
resources: { walltime: 1h }
replicates: 4
`;
    const plan = await planStudy({ studyFile: writeStudy(layout, study("2h")), layout });
    // 16 elements: three turns of four in a pool of ten, two in one of six.
    expect(plan).toMatchObject({
      arrays: { elements: 16, arrays: 2, atOnce: 4, elapsedSecondsAtMost: 5 * 3600 },
    });
    expect(plan.warnings.join("\n")).not.toContain("pool/short-job");
    const short = await planStudy({ studyFile: writeStudy(layout, study("70m")), layout });
    expect(short.warnings.join("\n")).toMatch(/^pool\/short-job: .* only in its first 10m/m);
  });

  test("without a study, a data set or labels in it, it says what to do", async () => {
    const layout = makeWorkspace();
    const elsewhere = writeStudy(layout, SMALL.replace("data/digits", "data/none"));
    await expect(planStudy({ studyFile: elsewhere, layout })).rejects.toThrow(
      /there is no data set in .*none/,
    );
    const unlabelled = makeWorkspace(makeHeader(100, false));
    const studyFile = writeStudy(unlabelled, SMALL);
    await expect(planStudy({ studyFile, layout: unlabelled })).rejects.toThrow(
      /has no labels to train on/,
    );
    await expect(planStudy({ studyFile: "missing.yaml", layout })).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_STUDY",
        hint: expect.stringContaining("templates/study") as string,
      }),
    );
  });
});

describe("earlier rounds", () => {
  test("growing a study plans only what is new, numbered on from the highest number", async () => {
    const layout = makeWorkspace();
    const studyFile = writeStudy(layout, SMALL);
    const first = [...newTrials(openPlan({ studyFile, layout }))];
    expect(first.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(first.map(({ params }) => params)).toEqual([
      { blocks: 2, filters: 1, dropout: 0 },
      { blocks: 2, filters: 1, dropout: 0.5 },
      { blocks: 2, filters: 2, dropout: 0 },
      { blocks: 2, filters: 2, dropout: 0.5 },
    ]);
    writeRound(layout, 1, first);
    writeResult(layout, 1, 1, first[0]?.trialId ?? "");
    writeResult(layout, 1, 2, first[1]?.trialId ?? "");
    // The same attempt seen again, and a result of a trial the study never had.
    writeResult(layout, 1, 3, first[1]?.trialId ?? "");
    writeResult(layout, 1, 4, "0123456789abcdef");

    const grown = writeStudy(layout, SMALL.replace("[1, 2]", "[4, 1, 2]"));
    expect(await planStudy({ studyFile: grown, layout })).toMatchObject({
      trials: 6,
      planned: 4,
      withResult: 2,
      newTrials: 2,
      arrays: { arrays: 1, lastArrayElements: 2 },
    });
    const second = [...newTrials(openPlan({ studyFile: grown, layout }))];
    expect(second.map(({ number, params }) => [number, params["filters"]])).toEqual([
      [5, 4],
      [6, 4],
    ]);
    writeRound(layout, 2, second);
    const context = openPlan({ studyFile: grown, layout });
    expect([...newTrials(context)]).toEqual([]);
    expect(context.existing).toMatchObject({ highestNumber: 6, highestRound: 2 });
  });

  test("spelling out a default, or the order of the parameters, changes no trial", async () => {
    const layout = makeWorkspace();
    writeRound(layout, 1, [
      ...newTrials(openPlan({ studyFile: writeStudy(layout, SMALL), layout })),
    ]);
    const spelled = `${HEAD.replace("blocks: 2", "padding: valid, optimizer: adam")}space: { dropout: [0.5, 0], filters: [2, 1] }\n`;
    expect(await planStudy({ studyFile: writeStudy(layout, spelled), layout })).toMatchObject({
      planned: 4,
      newTrials: 0,
    });
  });

  test("another epoch count, seed, hold-out or data set is another trial", async () => {
    const layout = makeWorkspace();
    writeRound(layout, 1, [
      ...newTrials(openPlan({ studyFile: writeStudy(layout, SMALL), layout })),
    ]);
    for (const changed of [
      SMALL.replace("epochs: 2", "epochs: 3"),
      `${SMALL}sampler: { seed: 1 }\n`,
      SMALL.replace("data/digits", "data/digits, holdout: 0.2"),
    ]) {
      expect(await planStudy({ studyFile: writeStudy(layout, changed), layout })).toMatchObject({
        planned: 0,
        newTrials: 4,
      });
    }
  });

  test("a folder without anything is no round yet; one without its round.json is damaged", async () => {
    const layout = makeWorkspace();
    const studyFile = writeStudy(layout, SMALL);
    writeRound(layout, 1, [...newTrials(openPlan({ studyFile, layout }))]);
    mkdirSync(layout.round("small", 2));
    expect(await planStudy({ studyFile, layout })).toMatchObject({ planned: 4, newTrials: 0 });
    rmSync(join(layout.round("small", 1), "round.json"));
    await expect(planStudy({ studyFile, layout })).rejects.toThrow(
      /round-001 holds manifests, and no round.json/,
    );
  });

  test("a manifest that was damaged is told with its line", async () => {
    const layout = makeWorkspace();
    const studyFile = writeStudy(layout, SMALL);
    writeRound(layout, 1, [...newTrials(openPlan({ studyFile, layout }))]);
    const file = join(layout.round("small", 1), manifestName(1));
    writeFileSync(file, readFileSync(file, "utf8").replace('"index":3', '"index":2'));
    await expect(planStudy({ studyFile, layout })).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_MANIFEST",
        issues: [expect.objectContaining({ line: 3 })],
      }),
    );
  });
});

describe("data.rows", () => {
  const withRows = (rows: string): string =>
    SMALL.replace("data/digits }", `data/digits, rows: ${rows} }`);
  const idsOf = (layout: Layout, text: string): string[] => {
    const studyFile = writeStudy(layout, text);
    return [...newTrials(openPlan({ studyFile, layout }))].map(({ trialId }) => trialId);
  };

  test("is part of what a trial is: as a number or as the fraction of the same number, and not where it is all", () => {
    const layout = makeWorkspace(makeHeader(1000));
    const [all, some, fraction, whole, more] = [
      ...[SMALL, withRows("450"), withRows("0.5"), withRows("900"), withRows("460")],
    ].map((text) => idsOf(layout, text));
    expect(some).not.toEqual(all);
    expect(some).not.toEqual(more);
    expect(fraction).toEqual(some);
    expect(whole).toEqual(all);
  });

  test("plan tells of it, and reckons with it", async () => {
    const layout = makeWorkspace(makeHeader(1000));
    const plan = async (text: string) => planStudy({ studyFile: writeStudy(layout, text), layout });
    const [all, some] = [await plan(SMALL), await plan(withRows("100"))];
    expect(all.dataset).toMatchObject({ rows: 1000, trainingRows: null });
    expect(some.dataset).toMatchObject({ rows: 1000, trainingRows: 100 });
    expect(some.newCoreHours).toBeLessThan(all.newCoreHours ?? 0);
    const command = `study: c\nobjective: { metric: auc }\ndata: { train: data/digits, rows: 100 }\n`;
    const words = (word: string): string =>
      `${command}trainer: { command: [a, "${word}"] }\nspace: { x: [1] }\n`;
    expect((await plan(words("{{x}}"))).warnings.join()).toContain("BSWEEP_ROWS");
    expect((await plan(words("{{rows}}"))).warnings.join()).not.toContain("BSWEEP_ROWS");
  });

  test.each([
    ["901", "found 901, expected at most 900, as many as are not held out"],
    ["9", "found 9, expected at least 10, one for each class"],
    ["0.01", "found 0.01, which is 9, expected at least 10, one for each class"],
  ])("%s of 1,000 rows in ten classes are refused", (rows, message) => {
    const layout = makeWorkspace(makeHeader(1000));
    expect(() => idsOf(layout, withRows(rows))).toThrow(`study.yaml: data.rows: ${message}`);
  });

  test.each(["1", "0", "-5", "2.5", "many", "[1]"])("%s is no number of rows", (rows) => {
    const expected = "a number of rows, 2 or more, or a fraction between 0 and 1";
    try {
      idsOf(makeWorkspace(), withRows(rows));
      expect.unreachable();
    } catch (error) {
      expect((error as BsweepError).issues.map(formatIssue)).toEqual([
        expect.stringContaining(
          `data.rows: found ${rows === "many" ? '"many"' : rows}, expected ${expected}`,
        ),
      ]);
    }
  });
});
