import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runBsweep, until } from "../../support/bsweep-process.ts";
import type { Lsf } from "../../support/lsf/lsf.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { expectRepeatable, readChoices } from "../../support/search-choices.ts";
import { makeSearchStudy, type SearchStudy } from "../../support/search-study.ts";

/** On LSF without containers. */
function makeStudy(options: Parameters<typeof makeSearchStudy>[0], cluster: string): SearchStudy {
  const study = makeSearchStudy({
    ...options,
    more: `${options?.more ?? ""}\ncluster: { site: own${cluster} }`,
  });
  const sites = join(study.layout.workspace, "sites");
  mkdirSync(sites);
  writeFileSync(join(sites, "own.yaml"), "scheduler: lsf\nqueue: general\n");
  return study;
}

const run = (lsf: Lsf, { layout, studyFile }: SearchStudy, command: string, ...words: string[]) =>
  runBsweep([command, studyFile, `--workspace=${layout.workspace}`, ...words], {
    shellSetup: `cd '${layout.workspace}'`,
    env: { PATH: lsf.environment()["PATH"] ?? "", PWD: layout.workspace },
  });

const countChoices = ({ layout }: SearchStudy): number => {
  try {
    return readdirSync(layout.choices("s")).filter((name) => name.endsWith(".json")).length;
  } catch {
    return 0;
  }
};

describe("trials that choose when they start, on the emulated LSF", () => {
  const lsf = useLsf({ terminateIntervalSeconds: 1 });

  test("after a canary that has chosen for itself alone", async () => {
    const study = makeStudy({ sampler: "kind: gp, trials: 6, seed: 1" }, "");
    const submitted = await run(lsf(), study, "submit", "--canary");
    expect(submitted).toMatchObject({ exitStatus: 0 });
    await lsf().untilEnded();
    expect(existsSync(join(study.layout.roundResults("s", 1), "array-00"))).toBe(true);
    const choices = readChoices(study);
    expect(choices.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expectRepeatable(study);
    expect((await run(lsf(), study, "status")).stdout).toMatch(/^s, 6 trials: /);
    expect((await run(lsf(), study, "logs", "1")).stdout).toContain("trial 1: chosen by gp");
  });

  test("in a pool, several at once, some of them pruned", async () => {
    const study = makeStudy(
      {
        ...{ sampler: "kind: gp, trials: 9, seed: 1", epochs: 4, seconds: 0.4 },
        more: "pruner: { kind: successive-halving }",
      },
      ", pool: { slots: 4, slotsPerHost: 2, walltime: 10m }",
    );
    expect(await run(lsf(), study, "submit", "--no-canary")).toMatchObject({ exitStatus: 0 });
    await lsf().untilEnded();
    expect(readChoices(study)).toHaveLength(9);
    expectRepeatable(study);
    const { stdout } = await run(lsf(), study, "status");
    expect(stdout).toMatch(/\d pruned/);
    expect((await run(lsf(), study, "logs", "9")).stdout).toContain("trial 9: chosen by gp");
  });

  test("cancelled before some have chosen, told of by number, and tried again", async () => {
    const study = makeStudy(
      { sampler: "kind: gp, trials: 5, seed: 1", seconds: 600 },
      ", concurrencyLimit: 2",
    );
    expect(await run(lsf(), study, "submit", "--no-canary")).toMatchObject({ exitStatus: 0 });
    await until(() => countChoices(study) === 2);
    const shown = await run(lsf(), study, "show", "5");
    expect(shown.stdout).toContain("not chosen yet");
    expect((await run(lsf(), study, "logs", "5")).exitStatus).toBe(0);
    expect(await run(lsf(), study, "cancel", "--yes")).toMatchObject({ exitStatus: 0 });
    await lsf().untilEnded();
    const before = readChoices(study);
    const retry = await run(lsf(), study, "retry");
    expect(retry.stdout).toContain("5 cancelled: trials 1, 2, 3, 4, 5");
    const file = join(study.layout.round("s", 2), "round.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"600"', '"0"'));
    expect(await run(lsf(), study, "submit", "--no-canary")).toMatchObject({ exitStatus: 0 });
    await lsf().untilEnded();
    const after = readChoices(study);
    expect(after.filter(({ number }) => before.some((each) => each.number === number))).toEqual(
      before,
    );
    expect(after).toHaveLength(5);
    expectRepeatable(study, 2);
  });
});
