import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Round } from "../../../src/core/round.ts";
import type { FailureKind, TrialResult } from "../../../src/core/trial.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import {
  isAlive,
  livingTrainers,
  makeCommandRound,
  notedTrainers,
  readResults,
} from "../../support/rounds.ts";

const SMALL = { cpus: 1, memoryMiB: 200, walltimeSeconds: 600, checkpointSeconds: null };

/** Runs one trial as an element of its own, below an awkward TMPDIR; nothing may stay behind. */
async function runTrial(behaviour: string, other: Partial<Round> = {}): Promise<TrialResult> {
  const round = makeCommandRound([[behaviour]], other);
  const TMPDIR = join(makeTestFolder(), "a $& b$$'`");
  mkdirSync(TMPDIR);
  const end = await runBsweep(
    ["trial", "--manifest", round.manifestFile, "--index", "1", `--workspace=${round.workspace}`],
    { env: { TMPDIR } },
  );
  expect(end).toMatchObject({ exitStatus: 0, signal: null });
  expect(readdirSync(TMPDIR)).toEqual([]);
  expect(livingTrainers(round)).toEqual([]);
  const result = readResults(round.resultFolder).get(1);
  if (result === undefined) throw new Error("no result");
  expect(end.stdout).toContain(`trial 1: ${result.state}`);
  return result;
}

test.each<[string, FailureKind, string]>([
  ["exit-3", "error", "the trainer ended with exit status 3"],
  ["segfault", "signal", "the trainer was ended by SIGSEGV"],
  ["killed", "signal", "the trainer was ended by SIGKILL"],
  ["memory", "out-of-memory", "the trainer held more than the 200 MiB it may"],
  ["bad-alloc", "out-of-memory", "the trainer ran out of memory (exit status 1)"],
  ["no-report", "missing-result", "the trainer ended in order and left no report"],
  ["half-report", "missing-result", "the trainer's report cannot be used: "],
  ["pipe-report", "missing-result", "the trainer's report cannot be used: "],
  ["nan", "diverged", "the trainer reported a number that is not finite"],
  ["null", "missing-result", "metrics.score: "],
  ["other-metric", "error", "reported no score, which is the study's objective, but loss"],
  ["diverged", "diverged", "the loss was no finite number in epoch 1"],
  ["noisy", "error", "the trainer ended with exit status 1"],
  ["two-results", "missing-result", "it holds more than one result, expected one, written once"],
  ["infinite", "diverged", "the trainer reported a number that is not finite"],
  ["result-and-3", "error", "exit status 3; the result it had left does not count"],
  ["75", "error", "with status 75, to be run again, but no checkpoint could be left"],
])(
  "a trainer that ends as %s leaves a failure of the kind %s",
  async (behaviour, kind, message) => {
    const result = await runTrial(behaviour, { limits: SMALL });
    expect(result).toMatchObject({ state: "failed", objective: null, failure: { kind } });
    expect(result.failure?.message).toContain(message);
  },
);

test("the last words of a trainer are kept, and no more than 4 KiB of them", async () => {
  expect((await runTrial("exit-3")).failure?.stderrTail).toBe(
    "Traceback: the third layer is missing",
  );
  const tail = (await runTrial("noisy")).failure?.stderrTail ?? "";
  expect(tail).toMatch(/0\nthe last words$/);
  expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(4096);
});

test.each([
  ["there is no program no-such-trainer that could be run", "no-such-trainer"],
  ["/etc/passwd may not be run: it is not executable", "/etc/passwd"],
])("a program that cannot be started is an error: %s", async (message, program) => {
  const trainer = { kind: "command" as const, command: [program, "{{request}}"] };
  const { failure } = await runTrial("good", { trainer });
  expect(failure).toEqual({ kind: "error", message: `the trainer did not start: ${message}` });
});

test("memory that processes share counts once", async () => {
  const { state, usage } = await runTrial("shared-memory", {
    limits: { ...SMALL, memoryMiB: 400 },
  });
  expect(state).toBe("complete");
  expect(usage.peakMemoryMiB).toBeGreaterThan(400);
});

// Of 6 seconds 5 are kept for the ending.
const SHORT = { cpus: 1, memoryMiB: 4096, walltimeSeconds: 6, checkpointSeconds: null };

test.each(["sleep", "deaf"])("a trainer that hangs (%s) has timed out", async (behaviour) => {
  const { failure, timing } = await runTrial(behaviour, { limits: SHORT });
  expect(failure?.kind).toBe("timeout");
  expect(failure?.message).toMatch(/^stopped after \d+ s/);
  expect(timing.seconds).toBeGreaterThan(0);
});

test("the longest wall times do not end at once", async () => {
  const limits = { ...SHORT, walltimeSeconds: 28 * 24 * 3600 };
  expect(await runTrial("good", { limits })).toMatchObject({ state: "complete", objective: 0.5 });
});

test("what a trainer leaves running in its group ends with it, and holds nothing up", async () => {
  expect(await runTrial("child-left")).toMatchObject({ state: "complete" });
});

test("a process that left the group and holds stderr open does not hold up the element", async () => {
  const round = makeCommandRound([["child-away"]]);
  const manifest = ["--manifest", round.manifestFile, "--index", "1"];
  const end = await runBsweep(["trial", ...manifest, `--workspace=${round.workspace}`]);
  const away = notedTrainers(round.pidFile).filter(isAlive);
  for (const pid of away) process.kill(pid, "SIGKILL");
  expect(end.exitStatus).toBe(0);
  expect(away).toHaveLength(1);
  expect(readResults(round.resultFolder).get(1)).toMatchObject({ objective: 0.5 });
});

test("metrics alone are a result", async () => {
  expect(await runTrial("plain")).toMatchObject({ objective: 0.5, history: [], holdout: null });
});

test("epochs told while a command runs are its history, when the result has none", async () => {
  const { history } = await runTrial("progress");
  expect(history).toMatchObject([
    { epoch: 1, loss: null },
    { epoch: 2, loss: 0.25, seconds: 4 },
  ]);
});

test("a trainer that leaves its result and does not end is ended, and the result counts", async () => {
  // The grace is a tenth of the wall time.
  const round = makeCommandRound([["lingers"]], { limits: { ...SHORT, walltimeSeconds: 50 } });
  const manifest = ["--manifest", round.manifestFile, "--index", "1"];
  const end = await runBsweep(["trial", ...manifest, `--workspace=${round.workspace}`]);
  expect(end.exitStatus).toBe(0);
  expect(end.stdout).toContain("warning: the trainer left its result and did not end");
  expect(livingTrainers(round)).toEqual([]);
  expect(readResults(round.resultFolder).get(1)).toMatchObject({ objective: 0.5, failure: null });
});

test("a result tells facts, and nothing of the environment", async () => {
  const round = makeCommandRound([["good"]]);
  const args = ["trial", "--manifest", round.manifestFile, "--index", "1"];
  const env = {
    BSWEEP_WORKSPACE: round.workspace,
    SECRET_TOKEN: "hunter2-hunter2",
    LSB_JOBID: "4711",
  };
  expect(await runBsweep(args, { env })).toMatchObject({ exitStatus: 0, stderr: "" });
  const [file = ""] = readdirSync(round.resultFolder);
  const text = readFileSync(join(round.resultFolder, file), "utf8");
  expect(text).not.toMatch(/SECRET|hunter2|PATH|HOME/);
  expect(readResults(round.resultFolder).get(1)).toMatchObject({
    state: "complete",
    metrics: { score: 0.5 },
    element: { job: "4711", index: 1 },
  });
});
