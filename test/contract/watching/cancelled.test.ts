import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RetryReport } from "../../../src/app/retry.ts";
import type { SteeringReport } from "../../../src/app/steer/steps.ts";
import type { Lsf } from "../../support/lsf/lsf.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { GOOD, makeSubmittableRound, type RoundOptions } from "../../support/submitted-round.ts";
import { WatchedStudy } from "../../support/watched-study.ts";

const PATIENCE = { timeout: 180_000 };

async function submit(
  lsf: Lsf,
  options: RoundOptions = {},
  words = ["--no-canary"],
): Promise<WatchedStudy> {
  const study = new WatchedStudy(lsf, await makeSubmittableRound(lsf, options));
  expect(study.round.submit(words).status).toBe(0);
  return study;
}

/** Numbers of the trials that `retry` would take. */
async function retried(study: WatchedStudy): Promise<number[]> {
  const { rounds } = await study.ask<RetryReport>("retry", "--dry-run");
  return rounds.flatMap(({ trials }) => trials);
}

/** As if another user had submitted all of it. */
function makeForeign({ round }: WatchedStudy, arrays: readonly string[]): void {
  for (const array of arrays)
    writeFileSync(join(round.folder, "submitted", `${array}.user`), "4294967 anna\n");
}

describe("elements that wait", PATIENCE, () => {
  const lsf = useLsf({ mode: "hold" });

  test("a person ends them: cancelled at once, no file is waited for, and retry takes them", async () => {
    const study = await submit(lsf());
    const { exitStatus } = await study.run("cancel", "--yes", "--array", "1");
    expect(exitStatus).toBe(0);
    expect(await study.counts()).toEqual({ cancelled: 2, waiting: 4 });
    expect(await retried(study)).toEqual([1, 2]);
    expect((await study.run("cancel", "--yes")).exitStatus).toBe(0);
    const status = await study.status();
    expect(status).toMatchObject({ next: "retry", secondsLeft: null });
    expect(status.failures).toMatchObject([
      { kind: "cancelled", trials: 6, example: { number: 1, log: "", logEnd: "" } },
    ]);
    const { stdout } = await study.run("status");
    expect(stdout).toContain("6 trials: 6 cancelled");
    expect(stdout).toMatch(/cancelled: 6 trials, for example trial 1: ended before it started/);
    expect((await study.run("wait", "--interval", "1")).exitStatus).toBe(11);
    expect(await retried(study)).toEqual([1, 2, 3, 4, 5, 6]);
    const named = await study.ask<RetryReport>("retry", "--dry-run", "--state", "cancelled");
    expect(named.rounds.map(({ states }) => states)).toEqual([{ cancelled: 6 }]);
  });

  test("LSF takes the end of an array down and is at it: no refusal, and looked at again", async () => {
    const study = await submit(lsf());
    const text = "Job <1000>: Operation is in progress\n";
    // What it did is seen by the second look; what it has not done is told.
    await lsf().inject({ kind: "answer-lost", command: "bkill", match: "1000", text });
    await lsf().inject({ kind: "refused", command: "bkill", match: "1001", text });
    const { exitStatus, stdout } = await study.run("cancel", "--yes", "--json");
    expect(exitStatus).toBe(0);
    const { jobs } = JSON.parse(stdout) as SteeringReport;
    expect(jobs.map(({ array, outcome }) => [array, outcome])).toEqual([
      [3, "done"],
      [2, "accepted"],
      [1, "done"],
    ]);
    expect(jobs[1]?.detail).toContain("bsweep status tells what is left");
  });

  test("a master daemon that is down is the cluster's trouble, not a refusal and no bug", async () => {
    const study = await submit(lsf());
    const text = "LSF is down. Please wait ...\n";
    await lsf().inject({ kind: "refused", command: "bkill", text, times: 9 });
    const steered = await study.run("cancel", "--yes");
    expect(steered).toMatchObject({ exitStatus: 4 });
    expect(steered.stdout).toContain("NO ANSWER\n  LSF is down.");
    expect(steered.stderr).toContain("[SCHEDULER_DOWN]");
    await lsf().inject({ kind: "refused", command: "bjobs", text, times: 9 });
    const { stdout } = await study.run("status");
    expect(stdout).toContain("6 unknown");
    expect(stdout).toContain("LSF does not answer, bjobs: LSF is down.");
    expect(stdout).not.toContain("bug");
  });

  test("jobs of somebody else that LSF does not show are unknown, never missing", async () => {
    const study = await submit(lsf());
    expect(readFileSync(join(study.round.folder, "submitted/array-01.user"), "utf8")).toMatch(
      new RegExp(`^${process.geteuid?.() ?? ""} \\S+\n$`),
    );
    for (const id of [1000, 1001]) await lsf().forget(id);
    makeForeign(study, ["array-01", "array-03"]);
    // The second one is our own; the third is somebody else's too, and shown.
    expect(await study.counts()).toEqual({ unknown: 2, missing: 2, waiting: 2 });
    const { stdout } = await study.run("status");
    expect(stdout).toContain("anna submitted it, and the scheduler does not show it to you");
    expect(await retried(study)).toEqual([3, 4]);
    const steered = await study.run("cancel", "--yes", "--array", "1");
    expect(steered).toMatchObject({ exitStatus: 6 });
    expect(steered.stdout).toContain("anna submitted it");
    expect(steered.stdout).not.toContain("has ended");
    const one = await study.run("cancel", "--yes", "--trial", "1");
    expect(one).toMatchObject({ exitStatus: 6 });
    expect(one.stdout).toContain("anna submitted it");
  });

  test("rounds in which nobody wrote down who submitted them are the owner's of the files", async () => {
    const study = await submit(lsf());
    for (const array of ["array-01", "array-02", "array-03"])
      writeFileSync(join(study.round.folder, "submitted", `${array}.user`), "");
    await lsf().forget(1000);
    expect(await study.counts()).toEqual({ missing: 2, waiting: 4 });
  });
});

describe("elements that end", PATIENCE, () => {
  const lsf = useLsf({});

  test("the canary fails: its own log is named, and what waited for it is cancelled", async () => {
    const trials = ["until [ -e go ]; do sleep 0.1; done; echo bad >&2; exit 3", GOOD, GOOD];
    const study = await submit(lsf(), { trials }, []);
    writeFileSync(join(study.round.layout.workspace, "go"), "");
    await lsf().untilEnded();
    const { counts, failures, canary } = await study.status();
    expect(counts).toMatchObject({ failed: 1, cancelled: 2, ending: 0 });
    expect(canary).toMatchObject({ round: 1, number: 1, state: "failed" });
    expect(failures.map(({ kind, example }) => [kind, example.log])).toEqual([
      ["cancelled", ""],
      ["error", "jobs/s/round-001/logs/array-00/1.log"],
    ]);
    expect(await retried(study)).toEqual([1, 2, 3]);
    // The next round's attempt is not the first round's canary any more.
    expect((await study.run("retry")).exitStatus).toBe(0);
    expect((await study.status()).canary).toBeNull();
  });

  test.each([
    [127, "exec /nowhere/bsweep", /: No such file or directory$/],
    [
      3,
      `exec '${builtProgram("main.js")}' trial --manifest /nowhere.jsonl --index 1`,
      /\[INVALID_MANIFEST\] there is no /,
    ],
  ])(
    "an element that ends with %i in a second says why, and no file is waited for",
    async (status, does, why) => {
      const program = join(makeTestFolder(), "bsweep");
      writeFileSync(program, `#!/bin/bash\n${does}\n`, { mode: 0o755 });
      const options = { trials: [GOOD], site: `bsweep: ${program}` };
      const study = await submit(lsf(), options);
      await lsf().untilEnded();
      const { counts, failures } = await study.status();
      expect(counts).toMatchObject({ lost: 1, ending: 0 });
      const { message = "", log = "" } = failures[0]?.example ?? {};
      expect(message).toMatch(
        new RegExp(`^ended with exit status ${status} on exec-\\d, and left no result: `),
      );
      expect(message).toMatch(why);
      expect(log).toBe("jobs/s/round-001/logs/array-01/1.log");
      expect(existsSync(join(study.round.layout.workspace, log))).toBe(true);
      expect((await study.run("status")).stdout).toContain(`  log: ${log}\n`);
      expect(await retried(study)).toEqual([1]);
    },
  );

  test("the canary's time alone tells nothing of the time left", async () => {
    const gated = `until [ -e go ]; do sleep 0.1; done; ${GOOD}`;
    const study = await submit(lsf(), { trials: [GOOD, gated, gated] }, []);
    expect((await study.run("wait", "--interval", "1", "--timeout", "3s")).exitStatus).toBe(12);
    expect(await study.status()).toMatchObject({
      ...{ counts: { complete: 1 }, throughput: null, secondsLeft: null },
    });
    writeFileSync(join(study.round.layout.workspace, "go"), "");
    await lsf().untilEnded();
    expect(await study.status()).toMatchObject({ counts: { complete: 3 }, secondsLeft: null });
    // Nothing is left to be submitted, and that is told.
    const submitted = await study.run("submit");
    expect(submitted).toMatchObject({ exitStatus: 0, stderr: "" });
    expect(submitted.stdout).toContain("nothing to submit: everything is");
  });

  test("the end of an element's log is told, and LSF's report without the job file in it", async () => {
    const trials = [`echo "my last words"; kill -9 $PPID; sleep 1`];
    const site = "resultGraceSeconds: 1";
    const study = await submit(lsf(), { trials, site });
    await lsf().untilEnded();
    await lsf().advance(120);
    const { stdout } = await study.run("logs", "1");
    expect(stdout).toContain("my last words");
    expect(stdout).toContain("Exited with exit code 137.");
    expect(stdout).not.toContain("Your job looked like:");
    expect(stdout).not.toContain("#BSUB");
  });
});
