import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LocalSummary } from "../../../src/app/local.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { runBsweep, startBsweep, until, type ProcessEnd } from "../../support/bsweep-process.ts";
import { makeLocalStudy } from "../../support/local-study.ts";
import {
  livingTrainers,
  makeCommandRound,
  notedTrainers,
  readResults,
  type CommandRound,
} from "../../support/rounds.ts";

const SAVING = { cpus: 1, memoryMiB: 4096, walltimeSeconds: 600, checkpointSeconds: 0 };
// Of 6 seconds 5 are kept for the ending.
const SHORT = { ...SAVING, walltimeSeconds: 6 };

const argv = ({ manifestFile, workspace }: CommandRound): string[] => [
  ...["trial", "--manifest", manifestFile, "--index", "1", `--workspace=${workspace}`],
];

const runElement = (round: CommandRound): Promise<ProcessEnd> => runBsweep(argv(round));

function checkpointFolder({ workspace, trials }: CommandRound): string {
  return createLayout(workspace).checkpoints("s", trials[0]?.trialId ?? "");
}

const failureOf = (round: CommandRound) => readResults(round.resultFolder).get(1)?.failure;

test("a trainer with a new checkpoint that ends with 75 is run again; its result removes the checkpoints", async () => {
  const round = makeCommandRound([["75-once", "good"]], { limits: SAVING });
  const first = await runElement(round);
  expect(first).toMatchObject({ exitStatus: 75 });
  expect(first.stdout).toContain("trial 1: stopped, to be run again, no result");
  expect(readdirSync(round.resultFolder)).toEqual([]);
  expect(readdirSync(checkpointFolder(round))).toEqual(["here"]);
  expect(await runElement(round)).toMatchObject({ exitStatus: 0 });
  expect(readResults(round.resultFolder).size).toBe(2);
  expect(existsSync(checkpointFolder(round))).toBe(false);
});

test.each(["SIGTERM", "SIGUSR2", "SIGINT", "SIGHUP"] as const)(
  "%s to the runner reaches the trainer as SIGTERM, which has time to save",
  async (signal) => {
    const round = makeCommandRound([["75-on-term"]], { limits: SAVING });
    const running = startBsweep(argv(round));
    await until(() => running.output().includes("waiting for a signal"));
    running.kill(signal);
    expect(await running.end).toMatchObject({ exitStatus: 75, signal: null });
    expect(readdirSync(round.resultFolder)).toEqual([]);
    expect(await runElement(round)).toMatchObject({ exitStatus: 0 });
    expect(readResults(round.resultFolder).get(1)?.state).toBe("complete");
  },
);

test("a trainer that looks at the clock alone ends in time, as often as it comes further", async () => {
  const round = makeCommandRound([["75-at-the-end"]], { limits: SHORT });
  for (let time = 0; time < 2; time++) {
    expect(await runElement(round)).toMatchObject({ exitStatus: 75 });
    expect(readdirSync(round.resultFolder)).toEqual([]);
  }
});

test("without progress, status 75 is a failure: an error, or a timeout when the time was up", async () => {
  const hasty = makeCommandRound([["75"]], { limits: SAVING });
  expect(await runElement(hasty)).toMatchObject({ exitStatus: 0 });
  expect(failureOf(hasty)).toMatchObject({
    kind: "error",
    message:
      "the trainer ended with status 75, to be run again, and its checkpoints are what they were when it started",
  });
  const stuck = makeCommandRound([["deaf"]], { limits: SHORT });
  expect(await runElement(stuck)).toMatchObject({ exitStatus: 0 });
  expect(failureOf(stuck)?.kind).toBe("timeout");
});

test("where checkpoints cannot be written the trial goes on without", async () => {
  const round = makeCommandRound([["good"]], { limits: SAVING });
  mkdirSync(join(round.workspace, "results", "s"), { recursive: true });
  writeFileSync(join(round.workspace, "results", "s", "checkpoints"), "in the way");
  const end = await runElement(round);
  expect(end).toMatchObject({ exitStatus: 0 });
  expect(end.stdout).toMatch(
    /trial 1: warning: no checkpoints, it goes on without: (ENOTDIR|EEXIST)/,
  );
  expect(readResults(round.resultFolder).get(1)?.state).toBe("complete");
});

test("bsweep local runs an element again while it comes further, and goes on after Ctrl-C", async () => {
  const study = await makeLocalStudy(["75-once", "75-on-term"], { limits: SAVING });
  const args = ["local", study.studyFile, `--workspace=${study.layout.workspace}`, "--json"];
  const running = startBsweep([...args, "--workers=1"]);
  const log = join(study.roundFolder, "logs/array-01/2.log");
  await until(() => existsSync(log) && readFileSync(log, "utf8").includes("waiting for a signal"));
  running.kill("SIGINT");
  const end = await running.end;
  expect(end).toMatchObject({ signal: "SIGINT" });
  expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 1, left: 1 });
  expect(livingTrainers(study)).toEqual([]);
  expect(notedTrainers(study.pidFile)).toHaveLength(3);
  const rest = await runBsweep(args);
  expect(JSON.parse(rest.stdout) as LocalSummary).toMatchObject({ done: 1, failed: 0, left: 0 });
});
