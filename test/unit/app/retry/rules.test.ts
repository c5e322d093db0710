import { describe, expect, test } from "vitest";
import { raiseResources, type RaiseRule } from "../../../../src/app/retry/rules.ts";
import type { Resources } from "../../../../src/core/study.ts";
import type { Standing } from "../../../../src/core/standing.ts";

const STUDY: Resources = {
  ...{ cpus: 1, memoryMiB: 4096, walltimeSeconds: 1800, checkpointSeconds: 600 },
  trialsPerElement: 1,
};
const RULE: RaiseRule = { memoryFactor: 2, walltimeFactor: 2 };
const LOST = { kind: "lost", exitCode: 1, reason: "", host: "", complaint: null } as const;

const states = {
  error: { kind: "failed", failure: "error" },
  oom: { kind: "failed", failure: "out-of-memory" },
  timeout: { kind: "failed", failure: "timeout" },
  lostToMemory: { ...LOST, cause: "out-of-memory" },
  lostToTime: { ...LOST, cause: "timeout" },
  missing: { kind: "missing" },
} as const satisfies Record<string, Standing>;

const raise = (
  state: keyof typeof states,
  last: { memoryMiB?: number; walltimeSeconds?: number } = {},
  study: Partial<Resources> = {},
  rule: Partial<RaiseRule> = {},
) =>
  raiseResources(
    states[state],
    { memoryMiB: 4096, walltimeSeconds: 1800, ...last },
    { ...STUDY, ...study },
    { ...RULE, ...rule },
  );

describe("what the next attempt gets", () => {
  test("only what was lacking is raised", () => {
    const same = { memoryMiB: 4096, walltimeSeconds: 1800 };
    expect(raise("error")).toEqual(same);
    expect(raise("missing")).toEqual(same);
    for (const state of ["oom", "lostToMemory"] as const)
      expect(raise(state)).toEqual({ ...same, memoryMiB: 8192 });
    for (const state of ["timeout", "lostToTime"] as const)
      expect(raise(state)).toEqual({ ...same, walltimeSeconds: 3600 });
  });

  test("it goes on from what the last attempt had, up to four times the study's", () => {
    expect(raise("oom", { memoryMiB: 8192 })).toMatchObject({ memoryMiB: 16384 });
    expect(raise("oom", { memoryMiB: 12000 })).toMatchObject({ memoryMiB: 16384 });
    expect(raise("oom", { memoryMiB: 16384 })).toMatch(/raise resources.maxMemory/);
    expect(raise("timeout", { walltimeSeconds: 7200 })).toMatch(/raise resources.maxWalltime/);
  });

  test("the study's own limit is kept", () => {
    expect(raise("oom", {}, { maxMemoryMiB: 6000 })).toMatchObject({ memoryMiB: 6000 });
    expect(raise("oom", { memoryMiB: 6000 }, { maxMemoryMiB: 6000 })).toMatch(/maxMemory/);
    expect(raise("timeout", {}, { maxWalltimeSeconds: 2000 })).toMatchObject({
      walltimeSeconds: 2000,
    });
  });

  test("never less than before, or than the study asks for by now", () => {
    expect(raise("error", { memoryMiB: 8192 })).toMatchObject({ memoryMiB: 8192 });
    expect(raise("oom", {}, { memoryMiB: 10000 })).toMatchObject({ memoryMiB: 10000 });
  });

  test("an amount that is given holds for every trial, whatever the limits", () => {
    const rule = { memoryMiB: 65536, walltimeSeconds: 60 };
    expect(raise("error", {}, { maxMemoryMiB: 6000 }, rule)).toEqual(rule);
    expect(raise("timeout", {}, {}, rule)).toMatch(/--walltime/);
  });
});
