import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { formatResult } from "../../../src/formats/result-file.ts";
import { resultName } from "../../../src/workspace/layout.ts";
import { makeTestFolder } from "../../support/folder.ts";
import {
  runBsweep,
  startBsweep,
  until,
  type ProcessEnd,
  type BsweepOptions,
} from "../../support/bsweep-process.ts";
import { makeResult } from "../../support/results.ts";
import {
  isAlive,
  livingTrainers,
  makeCommandRound,
  notedTrainers,
  readResults,
  type CommandRound,
} from "../../support/rounds.ts";

const argv = ({ manifestFile, workspace }: CommandRound, index: number | string = 1): string[] => [
  ...["trial", "--manifest", manifestFile, "--index", String(index)],
  `--workspace=${workspace}`,
];

function runElement(
  round: CommandRound,
  index?: number | string,
  options?: BsweepOptions,
): Promise<ProcessEnd> {
  return runBsweep(argv(round, index), options);
}

const stateOf = (round: CommandRound): Record<number, string> =>
  Object.fromEntries(
    [...readResults(round.resultFolder)].map(([number, { state, failure }]) => [
      number,
      failure?.kind ?? state,
    ]),
  );

// Of 6 seconds 5 are kept for the ending.
const SHORT = { cpus: 1, memoryMiB: 4096, walltimeSeconds: 6, checkpointSeconds: null };

test("each index runs its own line, and a trial that fails spares the others of its element", async () => {
  const round = makeCommandRound([["good"], ["good", "exit-3", "good"]]);
  expect(await runElement(round, 2)).toMatchObject({ exitStatus: 0 });
  expect(stateOf(round)).toEqual({ 2: "complete", 3: "error", 4: "complete" });
  expect(readResults(round.resultFolder).get(3)?.element.index).toBe(2);
});

test("packed trials that never started have not failed: run again, the element goes on with them", async () => {
  const round = makeCommandRound([["sleep", "good", "good"]], { limits: SHORT });
  expect(await runElement(round)).toMatchObject({ exitStatus: 75 });
  expect(stateOf(round)).toEqual({ 1: "timeout" });
  // A second is what each run has, and the first of its trials starts in any case.
  const again = await runElement(round);
  if (again.exitStatus === 75) expect(await runElement(round)).toMatchObject({ exitStatus: 0 });
  expect(stateOf(round)).toEqual({ 1: "timeout", 2: "complete", 3: "complete" });
});

test("an element with all its results does nothing", async () => {
  const round = makeCommandRound([["good", "exit-3"]]);
  await runElement(round);
  const before = readdirSync(round.resultFolder);
  const again = await runElement(round);
  expect(again).toMatchObject({ exitStatus: 0, stderr: "" });
  expect(again.stdout.match(/has a valid result already/g)).toHaveLength(2);
  expect(readdirSync(round.resultFolder)).toEqual(before);
  expect(notedTrainers(round.pidFile)).toHaveLength(2);
});

test("a torn result, or that of another attempt, does not count: both files stay", async () => {
  const round = makeCommandRound([["good"]]);
  const [trial] = round.trials;
  if (trial === undefined) throw new Error("no trial");
  mkdirSync(round.resultFolder, { recursive: true });
  const text = formatResult(makeResult({ ...trial, attempt: 2 }, 1, 4000));
  const torn = join(round.resultFolder, resultName(1, trial.trialId, 1, "torn"));
  const second = join(round.resultFolder, resultName(1, trial.trialId, 2, "second"));
  writeFileSync(torn, text.slice(0, 200));
  writeFileSync(second, text);
  expect(await runElement(round)).toMatchObject({ exitStatus: 0 });
  expect(readFileSync(torn, "utf8")).toBe(text.slice(0, 200));
  expect(readdirSync(round.resultFolder)).toHaveLength(3);
  rmSync(torn);
  rmSync(second);
  expect(stateOf(round)).toEqual({ 1: "complete" });
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const)("%s ends the trainer and leaves no result", async (signal, exitStatus) => {
  const round = makeCommandRound([["sleep", "good"]]);
  const TMPDIR = makeTestFolder();
  const running = startBsweep(argv(round), { env: { TMPDIR } });
  await until(() => livingTrainers(round).length === 1);
  running.kill(signal);
  expect(await running.end).toMatchObject({ exitStatus, signal: null });
  expect(livingTrainers(round)).toEqual([]);
  expect(readdirSync(round.resultFolder)).toEqual([]);
  expect(readdirSync(TMPDIR)).toEqual([]);
  expect(notedTrainers(round.pidFile)).toHaveLength(1);
});

test("SIGUSR2, by which LSF tells that the run limit is reached, is a timeout", async () => {
  const round = makeCommandRound([["sleep", "good"]]);
  const running = startBsweep(argv(round));
  await until(() => livingTrainers(round).length === 1);
  running.kill("SIGUSR2");
  expect(await running.end).toMatchObject({ exitStatus: 75 });
  expect(stateOf(round)).toEqual({ 1: "timeout" });
});

test("a runner that is killed leaves no result, and the next one runs the trial", async () => {
  const round = makeCommandRound([["sleep"]]);
  const running = startBsweep(argv(round), { env: { TMPDIR: makeTestFolder() } });
  await until(() => livingTrainers(round).length === 1);
  running.kill("SIGKILL");
  expect(await running.end).toMatchObject({ signal: "SIGKILL" });
  // Only a trainer with a channel can notice; the scheduler ends this one.
  for (const pid of livingTrainers(round)) process.kill(-pid, "SIGKILL");
  expect(readdirSync(round.resultFolder)).toEqual([]);
});

test("a log that cannot be written does not cost the trial", async () => {
  const round = makeCommandRound([["noisy", "good"]]);
  const end = await runElement(round, 1, { shellSetup: "exec > /dev/full 2>&1" });
  expect(end.exitStatus).toBe(0);
  expect(stateOf(round)).toEqual({ 1: "error", 2: "complete" });
});

test("a full disk: no result, nothing half-written, and no bug", async () => {
  const round = makeCommandRound([["good"]]);
  const end = await runElement(round, 1, { shellSetup: "ulimit -f 0" });
  expect(end.exitStatus).toBe(5);
  expect(end.stderr).toMatch(/error \[WORKSPACE\] cannot write .*EFBIG/);
  expect(readdirSync(round.resultFolder)).toEqual([]);
});

test("results that could not be written are told before anything is trained", async () => {
  const round = makeCommandRound([["good"]]);
  writeFileSync(join(round.workspace, "results"), "a file where a folder should be");
  const end = await runElement(round);
  expect(end.exitStatus).toBe(5);
  expect(end.stderr).toContain("cannot write results to");
  expect(notedTrainers(round.pidFile)).toEqual([]);
});

test("no folder for scratch files", async () => {
  const round = makeCommandRound([["good"]]);
  const end = await runElement(round, 1, { env: { TMPDIR: join(round.workspace, "absent") } });
  expect(end.exitStatus).toBe(5);
  expect(end.stderr).toContain("hint: set TMPDIR to a folder that can be written");
});

test.each<[string, number | string, (round: CommandRound) => void, number, string]>([
  ["no such line", 3, () => undefined, 3, "array-01.trials.jsonl has no line 3: found 2"],
  ["index 0", 0, () => undefined, 2, "--index: found 0, expected a whole number from 1"],
  ["no number", "one", () => undefined, 2, "--index: found no number, expected one"],
  [
    "lines in another order",
    1,
    ({ manifestFile }) => {
      const lines = readFileSync(manifestFile, "utf8").trimEnd().split("\n");
      writeFileSync(manifestFile, `${lines.reverse().join("\n")}\n`);
    },
    3,
    "array-01.trials.jsonl:1: index: found 2, expected 1, the number of the line",
  ],
  [
    "half a line",
    2,
    ({ manifestFile }) => {
      writeFileSync(manifestFile, readFileSync(manifestFile, "utf8").slice(0, -40));
    },
    3,
    "array-01.trials.jsonl:2: ",
  ],
  [
    "no manifest",
    1,
    ({ manifestFile }) => rmSync(manifestFile),
    3,
    "/array-01.trials.jsonl\nhint: a round is written by bsweep generate",
  ],
  [
    "no round file",
    1,
    ({ manifestFile }) => rmSync(join(dirname(manifestFile), "round.json")),
    3,
    "/round-001/round.json",
  ],
  [
    "a damaged round file",
    1,
    ({ manifestFile }) => writeFileSync(join(dirname(manifestFile), "round.json"), "{}"),
    3,
    "round.json: study: ",
  ],
])("a manifest that cannot be used: %s", async (_, index, damage, exitStatus, message) => {
  const round = makeCommandRound([["good"], ["good"]]);
  damage(round);
  const end = await runElement(round, index);
  expect(end.exitStatus).toBe(exitStatus);
  expect(end.stderr).toContain(message);
  expect(notedTrainers(round.pidFile).filter(isAlive)).toEqual([]);
  expect(readdirSync(round.workspace)).not.toContain("results");
});
