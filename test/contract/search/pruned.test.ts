import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TrialResult } from "../../../src/core/trial.ts";
import { listResultFiles } from "../../../src/rounds/result-files.ts";
import { findResult } from "../../../src/rounds/results.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { writeKaggleCsv } from "../../support/mnist.ts";
import { prepare } from "../../support/prepare.ts";

/** Tells a value after each of its epochs, which grows with x; notes what it was told when it was stopped. */
const TRAINER = `
const [params, result, epochs, notes] = process.argv.slice(2);
const fs = require("node:fs");
const { x } = JSON.parse(fs.readFileSync(params, "utf8"));
process.on("SIGTERM", () => {
  fs.appendFileSync(notes, x + " stopped, asked by a file: " + fs.existsSync(process.env.BSWEEP_PRUNE) + "\\n");
  // It had come further before it heard of it.
  console.log("bsweep: " + JSON.stringify({ epoch: epoch + 1, value: x * (epoch + 1) }));
  setTimeout(() => process.exit(1), 20);
});
let epoch = 0;
const next = () => {
  if (epoch === Number(epochs)) {
    if (process.env.FAILS_AT_END) process.exit(3);
    fs.writeFileSync(result, JSON.stringify({ metrics: { value: x } }));
    process.exit(0);
  }
  epoch += 1;
  console.log("bsweep: " + JSON.stringify({ epoch, value: x * epoch }));
  setTimeout(next, 100);
};
next();
`;

function makeStudy(more: string, space = "{ x: [8, 7, 6, 5, 9, 3, 2, 1] }") {
  const workspace = join(makeTestFolder(), "workspace");
  mkdirSync(workspace);
  const trainer = join(workspace, "trainer.cjs");
  writeFileSync(trainer, TRAINER);
  const studyFile = join(workspace, "study.yaml");
  const words = [
    "node",
    trainer,
    "{{params}}",
    "{{result}}",
    "{{epochs}}",
    join(workspace, "notes"),
  ];
  writeFileSync(
    studyFile,
    `study: s
objective: { metric: value, direction: maximize }
trainer: { command: ${JSON.stringify(words)}, epochs: 9 }
space: ${space}
resources: { memory: 1GB, walltime: 10m }
${more}
`,
  );
  const run = (command: string, ...rest: string[]) =>
    runBsweep([command, studyFile, `--workspace=${workspace}`, ...rest]);
  /** No trial comes to its end well. */
  const failAtEnd = () =>
    runBsweep(["local", studyFile, `--workspace=${workspace}`, "--workers=1"], {
      env: { FAILS_AT_END: "1" },
    });
  return { workspace, studyFile, run, failAtEnd };
}

async function readAll(workspace: string, study = "s"): Promise<TrialResult[]> {
  const { files } = listResultFiles(createLayout(workspace).studyResults(study));
  const results = await Promise.all(files.map((file) => findResult(file)));
  return results
    .filter((result) => result !== undefined)
    .sort((a, b) => a.number - b.number || a.attempt - b.attempt);
}

describe("trials that are stopped early", () => {
  test("tell why, are no failures, and can be trained to their end", async () => {
    const { workspace, run } = makeStudy("pruner: { kind: successive-halving }");
    expect((await run("generate")).exitStatus).toBe(0);
    expect((await run("local", "--workers", "1")).exitStatus).toBe(0);
    const results = await readAll(workspace);
    expect(results.map(({ number, state }) => [number, state])).toEqual([
      [1, "complete"],
      ...[2, 3, 4].map((number) => [number, "pruned"]),
      [5, "complete"],
      ...[6, 7, 8].map((number) => [number, "pruned"]),
    ]);
    const [, second] = results;
    expect(second).toMatchObject({
      objective: null,
      failure: null,
      earlyEnd: {
        ...{ step: 1, value: 7 },
        reason: "after step 1, value 7.00000 is number 2 of 2, 8.00000 is enough",
        evidence: { rung: 1, bracket: 0, rank: 2, of: 2, cut: 8, entered: 2 },
      },
      history: [{ step: 1, metrics: { value: 7 } }],
    });
    expect(readFileSync(join(workspace, "notes"), "utf8").trim().split("\n")).toEqual(
      [7, 6, 5, 3, 2, 1].map((x) => `${x} stopped, asked by a file: true`),
    );
    expect((await run("status")).stdout).toMatch(/2 complete, 6 pruned\n.*100\.0 % done/);
    expect((await run("plan")).stdout).toContain("8 in earlier rounds, 8 with a result");
    expect((await run("retry")).stdout).toContain("Nothing to try again");
    expect((await run("show", "2")).stdout).toContain(
      "Why: after step 1, value 7.00000 is number 2",
    );

    const promoted = await run("promote", "--top", "2", "--json");
    const { promoted: chosen } = JSON.parse(promoted.stdout) as { promoted: { number: number }[] };
    expect(chosen.map(({ number }) => number)).toEqual([2, 3]);
    expect((await run("local")).exitStatus).toBe(0);
    const after = await readAll(workspace);
    expect(after.filter(({ number }) => number === 2)).toMatchObject([
      { attempt: 1, state: "pruned" },
      { attempt: 2, state: "complete", objective: 7 },
    ]);
    expect((await run("promote", "--top", "9", "--dry-run")).stdout).toContain("4 pruned trials");
  });

  test("are not stopped again by a retry of what was promoted, or of finalists", async () => {
    const { workspace, run, failAtEnd } = makeStudy(
      "pruner: { kind: successive-halving }",
      "{ x: [8, 7, 6] }",
    );
    await run("generate");
    await run("local", "--workers", "1");
    await run("promote", "--top", "1");
    await failAtEnd();
    expect((await run("retry")).stdout).toContain("1 error: trial 2");
    await failAtEnd();
    expect((await run("retry")).stdout).toContain("1 error: trial 2");
    await run("generate", "--finalists", "1", "--replicates", "2");
    await failAtEnd();
    expect((await run("retry")).stdout).toContain("2 error: trials 2, 4");
    expect((await run("local", "--workers", "1")).exitStatus).toBe(0);
    const last = (await readAll(workspace)).filter(({ number }) => [2, 4].includes(number));
    expect(last.map(({ number, attempt, state }) => [number, attempt, state])).toEqual([
      [2, 1, "pruned"],
      ...[2, 3, 4].map((attempt) => [2, attempt, "failed"]),
      [2, 5, "complete"],
      [4, 1, "failed"],
      [4, 2, "complete"],
    ]);
  });

  test("are held against siblings of their own bracket alone", async () => {
    const { workspace, run } = makeStudy(
      "pruner: { kind: hyperband, minResource: 3, reductionFactor: 3 }",
    );
    await run("generate");
    expect((await run("local", "--workers", "1")).exitStatus).toBe(0);
    const rungs = createLayout(workspace).rungs("s");
    const [first = ""] = readdirSync(rungs);
    expect(readdirSync(rungs)).toHaveLength(1);
    const compared = readdirSync(join(rungs, first, "3")).map((name) => Number(name.split(".")[0]));
    const results = await readAll(workspace);
    const evidence = results.flatMap(({ earlyEnd }) => earlyEnd?.evidence ?? []);
    expect(evidence.every(({ of }) => of <= compared.length)).toBe(true);
    expect(compared.length).toBeLessThan(8);
    const uncompared = results.filter(({ number }) => !compared.includes(number));
    expect(uncompared.every(({ state }) => state === "complete")).toBe(true);
  });

  test("go on where rungs cannot be written or read, or hold what is none of theirs", async () => {
    const { workspace, run } = makeStudy("pruner: { kind: successive-halving }", "{ x: [2, 1] }");
    await run("generate");
    const folder = createLayout(workspace).rungs("s");
    mkdirSync(join(folder, ".."), { recursive: true });
    writeFileSync(folder, "no folder");
    expect((await run("local", "--workers", "1")).exitStatus).toBe(0);
    expect((await readAll(workspace)).map(({ state }) => state)).toEqual(["complete", "complete"]);

    const other = makeStudy("pruner: { kind: successive-halving }", "{ x: [2, 1] }");
    await other.run("generate");
    const round = JSON.parse(
      readFileSync(join(createLayout(other.workspace).round("s", 1), "round.json"), "utf8"),
    ) as { pruning: { within: string } };
    const rung = join(createLayout(other.workspace).rungs("s"), `${round.pruning.within}-0`, "1");
    mkdirSync(rung, { recursive: true });
    for (const name of [
      "3.-NaN",
      "4.-Infinity",
      "x.-99",
      "5.-9e9999",
      "6.",
      "$(touch x).-9",
      ".7.-9.tmp",
    ])
      writeFileSync(join(rung, name), "");
    expect((await other.run("local", "--workers", "1")).exitStatus).toBe(0);
    expect((await readAll(other.workspace)).map(({ state }) => state)).toEqual([
      "complete",
      "pruned",
    ]);
  });
});

/** The real network, so small that it says nothing about digits. */
const CNN = (pruner: string): string => `study: cnn
data: { train: data/digits, holdout: 0.2 }
trainer: { kind: cnn, epochs: 4, set: { filters: 2, denseUnits: 8, batchSize: 32 } }
space: { learningRate: [0.01, 0.003, 0.00001] }
sampler: { kind: grid, seed: 1 }
resources: { memory: 2GB, walltime: 30m, checkpoint: epoch }
${pruner}
`;

test("the built-in network is stopped by its validation rows, and comes to the same result as if it never had been", async () => {
  const folder = makeTestFolder();
  const layout = createLayout(folder);
  const csv = join(folder, "train.csv");
  writeKaggleCsv(csv, { rows: 300 });
  await prepare({ kind: "csv", csv }, layout.resolve("data/digits"));
  const study = join(folder, "study.yaml");
  const run = async (command: string, ...words: string[]) =>
    expect(await runBsweep([command, study, `--workspace=${folder}`, ...words])).toMatchObject({
      exitStatus: 0,
    });
  const of = async (name: string) => {
    const results = await readAll(folder, name);
    return results.filter(({ number }) => number === 3);
  };
  writeFileSync(
    study,
    CNN("pruner: { kind: successive-halving, minResource: 2, keepCheckpoints: true }"),
  );
  await run("generate");
  await run("local", "--workers", "1");
  const [stopped] = await of("cnn");
  expect(stopped).toMatchObject({
    state: "pruned",
    holdout: null,
    earlyEnd: { evidence: { rung: 2 } },
  });
  expect(stopped?.earlyEnd?.value).toBe(stopped?.history[1]?.metrics["validationAccuracy"]);
  await run("promote", "--top", "3");
  await run("local", "--workers", "1");
  const [, promoted] = await of("cnn");

  writeFileSync(study, CNN("").replace("study: cnn", "study: whole"));
  await run("generate");
  await run("local", "--workers", "1");
  const [whole] = await of("whole");
  expect(promoted?.state).toBe("complete");
  expect(promoted?.timing.seconds).toBeGreaterThan(0);
  for (const key of ["objective", "metrics", "holdout", "numerics"] as const)
    expect([key, promoted?.[key]]).toEqual([key, whole?.[key]]);
  expect(promoted?.history.map(({ metrics }) => metrics)).toEqual(
    whole?.history.map(({ metrics }) => metrics),
  );
}, 300_000);
