import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { until } from "../../support/bsweep-process.ts";
import type { Lsf } from "../../support/lsf/lsf.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import {
  GOOD,
  makeSubmittableRound,
  type SubmittableRound,
} from "../../support/submitted-round.ts";
import { WatchedStudy } from "../../support/watched-study.ts";

const PATIENCE = { timeout: 60_000 };

/** The study of a round, and one who looks at it. */
const look = (lsf: Lsf, round: SubmittableRound) => new WatchedStudy(lsf, round);

describe("status of held elements", PATIENCE, () => {
  const lsf = useLsf({ mode: "hold" });

  test("before anything is submitted", async () => {
    const round = await makeSubmittableRound(lsf());
    const { stdout, exitStatus } = await look(lsf(), round).run("status");
    expect(exitStatus).toBe(0);
    expect(stdout).toContain("s, 6 trials: 6 not submitted");
    expect(stdout).toMatch(/next: bsweep submit .*study\.yaml/);
    expect(await lsf().calls()).toEqual([]);
  });

  test("each state LSF knows, with one query for all arrays", async () => {
    const round = await makeSubmittableRound(lsf(), {
      trials: Array.from({ length: 10 }, () => GOOD),
      maxArraySize: 4,
    });
    expect(round.submit(["--no-canary"]).status).toBe(0);
    const force = (id: number, index: number, state: Parameters<Lsf["force"]>[2]) =>
      lsf().force(id, index, state);
    await force(1000, 1, { state: "RUN", host: "exec-1" });
    await force(1000, 2, { state: "PSUSP" });
    await force(1000, 3, { state: "USUSP", host: "exec-1" });
    await force(1000, 4, { state: "UNKWN", host: "exec-2" });
    await force(1001, 1, { state: "ZOMBI", host: "exec-2" });
    await force(1001, 2, { state: "DONE", host: "exec-1" });
    await force(1001, 3, { state: "EXIT", exitCode: 137, reason: "TERM_MEMLIMIT", host: "exec-1" });
    const before = await look(lsf(), round).questions();
    // Just ended: their files may be on their way.
    expect(await look(lsf(), round).counts()).toEqual({
      ...{ running: 1, held: 1, suspended: 1, unknown: 2, ending: 2, waiting: 3 },
    });
    expect((await look(lsf(), round).questions()) - before).toBe(1);
    const status = await look(lsf(), round).status();
    expect(status.waiting.map(({ reason }) => reason)).toContain(
      "New job is waiting for scheduling",
    );
    expect(status.arrays.map(({ job, trials }) => [job, trials])).toEqual([
      ["1000", 4],
      ["1001", 4],
      ["1002", 2],
    ]);
    expect(status.next).toBe("watch");
  });

  test("what LSF has forgotten is missing, never complete and never failed", async () => {
    const round = await makeSubmittableRound(lsf());
    round.submit(["--no-canary"]);
    await lsf().forget(1000);
    expect(await look(lsf(), round).counts()).toEqual({ missing: 2, waiting: 4 });
    for (const id of [1001, 1002]) await lsf().forget(id);
    expect(await look(lsf(), round).counts()).toEqual({ missing: 6 });
    const { stdout } = await look(lsf(), round).run("status");
    expect(stdout).toContain("missing: 6 trials, for example trial 1");
    expect(stdout).toMatch(/next: bsweep retry/);
  });

  test("jobs of somebody else under our ids are not ours", async () => {
    const round = await makeSubmittableRound(lsf());
    round.submit(["--no-canary"]);
    const other = await makeSubmittableRound(lsf());
    for (const name of ["array-01.job", "array-02.job", "array-03.job"])
      expect(round.readRecord(name)).toMatch(/^100\d$/);
    // The other study writes down the first one's ids, as after LSF began to count anew.
    mkdirSync(`${other.folder}/submitted`, { recursive: true });
    copyFileSync(
      `${round.folder}/submitted/array-01.job`,
      `${other.folder}/submitted/array-01.job`,
    );
    const file = `${other.folder}/round.json`;
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("0a1b2c3d", "99999999"));
    expect(await look(lsf(), other).counts()).toEqual({ missing: 2, "not submitted": 4 });
  });

  test.each([
    ["is missing", "hide", "bjobs is not on PATH"],
    ["talks nonsense", "garbage", "found no JSON and no word of missing jobs\nwhat \\u001b[2J?"],
    ["refuses", "refused", "batch daemon\\u0007 not responding"],
  ] as const)("a bjobs that %s: files are told all the same", async (_, fault, message) => {
    const round = await makeSubmittableRound(lsf());
    round.submit(["--no-canary"]);
    if (fault === "hide") lsf().hideCommand("bjobs");
    else {
      const text = fault === "garbage" ? "what \u001b[2J?" : "batch daemon\u0007 not responding";
      await lsf().inject({ kind: fault, command: "bjobs", text, times: 5 });
    }
    const { stdout, exitStatus } = await look(lsf(), round).run("status");
    expect(exitStatus).toBe(0);
    expect(stdout).toContain("6 trials: 6 unknown");
    expect(stdout).toContain("LSF could not be asked: ");
    expect(stdout).toContain(message);
    expect(stdout).not.toMatch(/[\u0007\u001b]/);
  });

  test("--watch looks at the files often and asks LSF once; Ctrl-C ends it", async () => {
    const round = await makeSubmittableRound(lsf());
    round.submit(["--no-canary"]);
    const before = await look(lsf(), round).questions();
    const watching = look(lsf(), round).start("status", "--watch", "--interval", "1", "--json");
    await until(() => watching.output().split("\n").length > 3);
    watching.kill("SIGINT");
    expect(await watching.end).toMatchObject({ exitStatus: 0, signal: null });
    expect((await look(lsf(), round).questions()) - before).toBe(1);
  });
});
