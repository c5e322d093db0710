import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../../support/bsweep-process.ts";
import { runProcess } from "../../support/programs.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { makeSubmittableRound, SOON } from "../../support/submitted-round.ts";

describe("two submitters", () => {
  const lsf = useLsf({ mode: "hold" });

  test("one is at work: the other is told who, and stops", async () => {
    const round = await makeSubmittableRound(lsf());
    await lsf().inject({ kind: "slow", command: "bsub", seconds: 2 });
    const script = join(round.folder, "submit.sh");
    const first = spawn("bash", [script], { env: lsf().environment(), stdio: "ignore" });
    const ended = once(first, "exit");
    await until(() => existsSync(join(round.folder, "submit.lock", "owner")));
    const second = round.submit();
    expect(second.status).toBe(6);
    expect(second.stderr).toContain(
      `another submit.sh is at work on this round: process ${first.pid}`,
    );
    expect(await ended).toEqual([0, null]);
    expect(await lsf().jobs()).toHaveLength(4);
    expect(existsSync(join(round.folder, "submit.lock"))).toBe(false);
  });

  test("one was killed: the lock says so, and is broken only when asked", async () => {
    const round = await makeSubmittableRound(lsf());
    await lsf().inject({ kind: "slow", command: "bsub", match: "a01", seconds: 60 });
    const script = join(round.folder, "submit.sh");
    const first = spawn("bash", [script], {
      env: lsf().environment(SOON),
      stdio: "ignore",
    });
    await until(() => existsSync(join(round.folder, "submitted", "array-01.intent")));
    first.kill("SIGKILL");
    await once(first, "exit");
    // It may have ended before it asked.
    await lsf().clearFaults();
    const stale = round.submit();
    expect(stale.status).toBe(6);
    expect(stale.stderr).toContain("which has ended: it was interrupted");
    const [, hint = "false"] = /if it is at work no more: (bash .*)/.exec(stale.stderr) ?? [];
    expect(hint).toContain("--break-lock");
    // On a busy machine LSF's answers take longer than a second.
    const { status, stderr } = round.submit(["--break-lock"], { BSWEEP_ASK_SECONDS: "10" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect((await lsf().jobs()).map(({ id }) => id)).toHaveLength(4);
  });

  test("many break one lock at once: each array is submitted once, and whoever came too late is told so", async () => {
    const round = await makeSubmittableRound(lsf());
    const lock = join(round.folder, "submit.lock");
    const words = [join(round.folder, "submit.sh"), "--break-lock"];
    for (let turn = 0; turn < 4; turn++) {
      mkdirSync(lock, { recursive: true });
      writeFileSync(join(lock, "owner"), "elsewhere 1 1 now\n");
      const breakers = Array.from({ length: 6 }, () =>
        runProcess("bash", words, { env: lsf().environment({ BSWEEP_ASK_SECONDS: "5" }) }),
      );
      for (const { exitStatus, stderr } of await Promise.all(breakers)) {
        expect([0, 6]).toContain(exitStatus);
        if (exitStatus === 6) expect(stderr).toMatch(/^error: .*\bsubmit|lock/);
        expect(stderr).not.toMatch(/mv:|No such file|cannot stat/);
      }
    }
    expect(await lsf().jobs()).toHaveLength(4);
  });

  test("a lock that was broken stops its owner before it asks for anything more", async () => {
    const round = await makeSubmittableRound(lsf());
    await lsf().inject({ kind: "slow", command: "bsub", match: "a00", seconds: 3 });
    const script = join(round.folder, "submit.sh");
    const first = spawn("bash", [script], { env: lsf().environment(), stdio: "ignore" });
    const ended = once(first, "exit");
    await until(() => existsSync(join(round.folder, "submitted", "array-00.intent")));
    writeFileSync(join(round.folder, "submit.lock", "owner"), "elsewhere 1 1 now\n");
    expect(await ended).toEqual([6, null]);
    expect(await lsf().jobs()).toHaveLength(1);
    // The lock is the other's, and stays.
    expect(readFileSync(join(round.folder, "submit.lock", "owner"), "utf8")).toContain("elsewhere");
  });
});

describe("an array that was asked for, without an answer", () => {
  const lsf = useLsf({ mode: "hold" });

  test.each(["silent", "answer-lost", "garbage", "killed-after"] as const)(
    "%s: its job is found by its name",
    async (kind) => {
      const round = await makeSubmittableRound(lsf());
      await lsf().inject({ kind, command: "bsub", match: "a02", text: "Nothing to see here" });
      const first = round.submit([], SOON);
      expect(first.status).toBe(4);
      expect(first.stderr).toContain("holds no job id");
      const second = round.submit([], SOON);
      expect(second.stderr).toBe("");
      expect(second.stdout).toContain("array-02: found as job 1002");
      expect(round.readRecord("array-02.job")).toBe("1002");
      expect(await lsf().jobs()).toHaveLength(4);
    },
  );

  test("killed before the job was there: LSF knows none, and it is asked for again", async () => {
    const round = await makeSubmittableRound(lsf());
    await lsf().inject({ kind: "killed-before", command: "bsub", match: "a02" });
    expect(round.submit([], SOON).status).toBe(4);
    const second = round.submit([], SOON);
    expect(second.status).toBe(0);
    expect(second.stdout).toContain("the scheduler knows no job of that name: there is none");
    expect(await lsf().jobs()).toHaveLength(4);
  });

  test("LSF does not answer, or may have forgotten: a person has to say", async () => {
    const round = await makeSubmittableRound(lsf());
    const submitted = join(round.folder, "submitted");
    mkdirSync(submitted);
    writeFileSync(join(submitted, "array-00.intent"), "x\n");
    await lsf().inject({ kind: "garbage", command: "bjobs", text: "?" });
    const asked = round.submit([], SOON);
    expect(asked.status).toBe(6);
    expect(asked.stderr).toContain("array-00 may or may not have been submitted");
    expect(asked.stderr).toContain("bhist -a -J s-r001-a00-0a1b2c3d");
    expect(await lsf().jobs()).toEqual([]);
    expect(round.submit(["--resubmit", "array-00", "--job", "array-02=77"], SOON).status).toBe(0);
    expect(round.readRecord("array-02.job")).toBe("77");
    expect(await lsf().jobs()).toHaveLength(3);
  });

  test("what is no array is refused", async () => {
    const round = await makeSubmittableRound(lsf());
    for (const args of [
      ["--resubmit", "../x"],
      ["--job", "array-01=$(id)"],
      ["--resubmit"],
      ["--x"],
    ])
      expect(round.submit(args)).toMatchObject({ status: 2 });
  });
});
