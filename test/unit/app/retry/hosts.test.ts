import { expect, test } from "vitest";
import { findFaultyHosts } from "../../../../src/app/retry/choose.ts";
import type { FailureKind } from "../../../../src/core/trial.ts";
import type { AttemptResult } from "../../../../src/storage/attempts.ts";

const result = (host: string, failure: FailureKind | null): AttemptResult => ({
  ...{
    trialId: "0",
    attempt: 1,
    file: "",
    message: null,
    stderrTail: null,
    counts: true,
    startedAt: "",
    seconds: 1,
  },
  ...{ cpuSeconds: null, host, failure, state: failure === null ? "complete" : "failed" },
});
const times = (count: number, host: string, failure: FailureKind | null) =>
  Array.from({ length: count }, () => result(host, failure));
const find = (...results: AttemptResult[][]) =>
  findFaultyHosts({ results: results.flat(), trials: [] });

test("three faults where nothing was complete, while another host completes", () => {
  const good = times(1, "good", null);
  expect(find(good, times(3, "bad", "error"))).toEqual([{ host: "bad", faults: 3 }]);
  expect(find(good, times(2, "bad", "error"))).toEqual([]);
  expect(find(good, times(9, "bad", "error"), times(1, "bad", null))).toEqual([]);
});

test("when everything fails everywhere no host is blamed", () => {
  expect(find(times(9, "a", "error"), times(9, "b", "signal"))).toEqual([]);
});

test("what comes along with the trial is no fault of a host", () => {
  for (const kind of ["diverged", "timeout", "out-of-memory"] as const)
    expect(find(times(1, "good", null), times(9, "bad", kind))).toEqual([]);
});

test("a name that a file made up does not reach the scheduler", () => {
  expect(find(times(1, "good", null), times(9, "x' || sleep 9 #", "error"))).toEqual([]);
});
