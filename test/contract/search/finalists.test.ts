import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";

/** A value of x, and of the seed a hundredth. */
const TRAINER = `
const [params, result, seed] = process.argv.slice(2);
const { x } = JSON.parse(require("node:fs").readFileSync(params, "utf8"));
const value = x + (Number(seed) % 1000) / 1e5;
require("node:fs").writeFileSync(result, JSON.stringify({ metrics: { value } }));
`;

interface Told {
  readonly finalists: readonly {
    number: number;
    replicates: number;
    added: number;
    isBeaten: boolean;
  }[];
  readonly written: { readonly trials: number } | null;
}

test("the best are run again with other seeds, until intervals tell who is worse", async () => {
  const workspace = join(makeTestFolder(), "workspace");
  mkdirSync(workspace);
  const trainer = join(workspace, "trainer.cjs");
  writeFileSync(trainer, TRAINER);
  const studyFile = join(workspace, "study.yaml");
  const words = ["node", trainer, "{{params}}", "{{result}}", "{{seed}}"];
  writeFileSync(
    studyFile,
    `study: s
objective: { metric: value, direction: maximize }
trainer: { command: ${JSON.stringify(words)}, epochs: 1 }
space: { x: [0.1, 0.5, 0.9, 0.901, 0.2] }
sampler: { kind: gp, trials: 5, seed: 1 }
resources: { memory: 1GB, walltime: 10m }
`,
  );
  const run = async (command: string, ...rest: string[]): Promise<string> => {
    const end = await runBsweep([command, studyFile, `--workspace=${workspace}`, ...rest]);
    expect([command, end.exitStatus, end.stderr]).toEqual([command, 0, expect.any(String)]);
    return end.stdout;
  };
  const finalists = async (replicates: number): Promise<Told> =>
    JSON.parse(
      await run("generate", "--finalists", "3", "--replicates", String(replicates), "--json"),
    ) as Told;
  await run("generate");
  await run("local");

  const first = await finalists(4);
  expect(first.finalists.map(({ replicates, added }) => [replicates, added])).toEqual([
    [1, 3],
    [1, 3],
    [1, 3],
  ]);
  await run("local");
  expect((await finalists(4)).written).toBeNull();
  const report = JSON.parse(await run("report", "--format", "json")) as {
    ranking: { params: { x: number }; replicates: number }[];
  };
  expect(report.ranking.map(({ params, replicates }) => [params.x, replicates])).toEqual(
    expect.arrayContaining([
      [0.9, 4],
      [0.901, 4],
      [0.5, 4],
      [0.2, 1],
      [0.1, 1],
    ]),
  );

  // 0.9 and 0.901 cannot be told apart by seeds that make a hundredth; 0.5 can.
  const second = await finalists(6);
  expect(second.written?.trials).toBe(4);
  expect(second.finalists.map(({ added, isBeaten }) => [added, isBeaten])).toEqual([
    [2, false],
    [2, false],
    [0, true],
  ]);
  expect(await run("generate")).toContain("Nothing new");
  await run("local");
  expect(await run("retry")).toContain("Nothing to try again");
});
