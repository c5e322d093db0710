import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Round } from "../../../src/formats/round-file.ts";
import type { FailureKind, TrialResult } from "../../../src/core/trial.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { type ProcessEnd, runBsweep } from "../../support/bsweep-process.ts";
import {
  type CommandRound,
  isAlive,
  livingTrainers,
  makeCommandRound,
  notedTrainers,
  readResults,
} from "../../support/rounds.ts";

const PYTHON = `
import json, math, os
metrics = {"score": 0.9, "auc": math.nan, "best": -math.inf, "test": {"f1": 0.5}}
history = [{"epoch": 1, "loss": math.nan}, {"epoch": 2, "loss": 1.5}]
json.dump({"metrics": metrics, "history": history}, open(os.environ["BSWEEP_RESULT"], "w"))`;

const NODE = `require("fs").writeFileSync(process.env.BSWEEP_RESULT, JSON.stringify({ metrics: { score: 0 / 0 } }))`;

/** Windows' line ends, and a number as bc writes it. */
const AWK = `printf '{\r\n"metrics": {"score": %s}\r\n}' .333 > "$BSWEEP_RESULT"`;

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
  ["memory", "out-of-memory", "the trainer held more than the 200MB it may"],
  ["bad-alloc", "out-of-memory", "the trainer ran out of memory (exit status 1)"],
  ["no-report", "missing-result", "the trainer ended in order and left no report"],
  ["half-report", "missing-result", "the trainer's report is no JSON: found its end at line 1"],
  ["pipe-report", "missing-result", "the trainer's report is empty"],
  ["nan", "diverged", "the trainer reported a score that is not finite: NaN"],
  ["null", "diverged", "the trainer reported a score that is not finite: null"],
  ["other-metric", "error", "reported no score, which is the study's objective, but loss"],
  ["diverged", "diverged", "the loss was no finite number in epoch 1"],
  ["noisy", "error", "the trainer ended with exit status 1"],
  ["two-results", "missing-result", "at line 2, column 1, expected one result, written once"],
  ["infinite", "diverged", "the trainer reported a score that is not finite: -Infinity"],
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
  ["there is no program no-such-trainer in PATH", "no-such-trainer"],
  ["there is /etc/passwd, it is not executable: chmod +x /etc/passwd", "/etc/passwd"],
])("a program that cannot be started is an error: %s", async (message, program) => {
  const trainer = { kind: "command" as const, command: [program, "{{request}}"] };
  const { failure } = await runTrial("good", { trainer });
  expect(failure).toEqual({ kind: "error", message: `the trainer did not start: ${message}` });
});

test("a trial whose values no program can be handed fails, and the next one runs", async () => {
  const round = makeCommandRound([["x".repeat(200_000), "y\nz", "NUL \0"]], {
    trainer: shell('printf "{\\"score\\":%d}" "${#1}" > "$BSWEEP_RESULT"', "{{behaviour}}"),
  });
  expect(await runFirst(round)).toMatchObject({ exitStatus: 0 });
  const results = readResults(round.resultFolder);
  expect([1, 2, 3].map((number) => results.get(number)?.failure?.message)).toEqual([
    expect.stringContaining("word 5 of the command has 200000 bytes, and may have 131071"),
    undefined,
    expect.stringContaining("word 5 of the command holds a NUL byte"),
  ]);
  expect(results.get(2)?.objective).toBe(3);
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
  expect(failure?.message).toMatch(/^stopped after \d[\d.]*s/);
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

test("steps told while a command runs are its history, when the result has none", async () => {
  const { history, warnings } = await runTrial("progress");
  expect(history).toMatchObject([
    { step: 1, metrics: {} },
    { step: 2, metrics: { loss: 0.25 }, seconds: 4 },
    { step: 3, metrics: {} },
  ]);
  expect(warnings).toEqual([
    "a line of output that cannot be read as a step: bsweep: no JSON",
    'a step has a whole number from 0, so left out of the history: epoch "three"',
    "no step, so left out of the history: null",
  ]);
});

test("a failure and the element's log say what the program said last, on stdout where stderr is empty", async () => {
  const round = makeCommandRound([["exit-3"], ["says"]], {
    trainer: shell(
      'if [ "$1" = says ]; then echo "no such layer"; echo "bsweep: {}"; else echo "ValueError: x" >&2; fi; exit 1',
      "{{behaviour}}",
    ),
  });
  const { stdout } = await runFirst(round);
  expect(stdout).toContain(
    "trial 1: failed, error: the trainer ended with exit status 1: ValueError: x (",
  );
  await runFirst(round, 2);
  expect(readResults(round.resultFolder).get(2)?.failure).toEqual({
    ...{ kind: "error", message: "the trainer ended with exit status 1" },
    stderrTail: "no such layer",
  });
});

/** A shell's program, and its arguments. */
function shell(script: string, ...args: readonly string[]): Round["trainer"] {
  return { kind: "command", command: ["sh", "-c", script, "sh", ...args] };
}

function runFirst({ manifestFile, workspace }: CommandRound, index = 1): Promise<ProcessEnd> {
  const manifest = ["--manifest", manifestFile, "--index", String(index)];
  return runBsweep(["trial", ...manifest, `--workspace=${workspace}`]);
}

test("a result that is written again counts as it is when the program has ended", async () => {
  // Longer apart than what is kept of the wall time for the ending.
  const write = (value: number): string => `echo '{"score":${value}}' > "$BSWEEP_RESULT"`;
  const trainer = shell(`${write(0.4)}; sleep 6; ${write(0.95)}`);
  const round = makeCommandRound([["any"]], { trainer, limits: { ...SHORT, walltimeSeconds: 40 } });
  await runFirst(round);
  expect(readResults(round.resultFolder).get(1)).toMatchObject({ objective: 0.95, failure: null });
});

test("a trainer that leaves its result and hangs is ended at its time's end, and the result counts", async () => {
  // Of 20 seconds 5 are kept for the ending: for so long nothing may have happened.
  const round = makeCommandRound([["lingers"]], { limits: { ...SHORT, walltimeSeconds: 20 } });
  const end = await runFirst(round);
  expect(end.exitStatus).toBe(0);
  const warning = "the trainer left its result and did not end: it was ended, the result counts";
  expect(end.stdout).toContain(`trial 1: warning: ${warning}`);
  expect(livingTrainers(round)).toEqual([]);
  expect(readResults(round.resultFolder).get(1)).toMatchObject({
    ...{ objective: 0.5, failure: null, warnings: [warning] },
  });
});

test("one that still computes then is not done: its result is that of an unfinished run", async () => {
  const trainer = shell(`echo '{"score":0.4}' > "$BSWEEP_RESULT"; while :; do :; done`);
  const round = makeCommandRound([["any"]], { trainer, limits: { ...SHORT, walltimeSeconds: 12 } });
  await runFirst(round);
  const { state, failure } = readResults(round.resultFolder).get(1) ?? {};
  expect([state, failure?.kind]).toEqual(["failed", "timeout"]);
  expect(failure?.message).toContain("the result it had left is one of an unfinished run");
});

test.each<[string, readonly [string, ...string[]], object]>([
  [
    "Python",
    ["python3", "-c", PYTHON],
    {
      objective: 0.9,
      metrics: { score: 0.9, "test.f1": 0.5 },
      warnings: ["not finite, so left out: auc (NaN), best (-Infinity), history: loss"],
    },
  ],
  ["JavaScript", ["node", "-e", NODE], { failure: { kind: "diverged" } }],
  ["awk", ["sh", "-c", AWK], { objective: 0.333, warnings: [] }],
])("a result as %s writes it", async (_, command, expected) => {
  const trainer = { kind: "command" as const, command };
  const round = makeCommandRound([["any"]], { trainer });
  await runFirst(round);
  expect(readResults(round.resultFolder).get(1)).toMatchObject(expected);
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
