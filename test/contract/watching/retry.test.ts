import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RetryReport } from "../../../src/app/retry.ts";
import { parseManifestLine } from "../../../src/formats/manifest.ts";
import { parseRoundFile } from "../../../src/formats/round-file.ts";
import { manifestName, ROUND_FILE } from "../../../src/workspace/layout.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { GOOD, makeSubmittableRound, type RoundOptions } from "../../support/submitted-round.ts";
import { WatchedStudy } from "../../support/watched-study.ts";

const PATIENCE = { timeout: 180_000 };

/** Fails in its own way the first time, and is good the next time. */
const once = (name: string, deed: string): string =>
  `if [ -e ${name} ]; then ${GOOD}; else touch ${name}; ${deed}; fi`;

describe("retry of elements that ran", PATIENCE, () => {
  // LSF tells ends to the minute, so this much later an element's grace is over.
  const lsf = useLsf({ clockAheadSeconds: -61 });

  test("what failed or was lost is tried again with what it lacked, until all is complete", async () => {
    const trials = [
      GOOD,
      once("failing", "exit 3"),
      once("slow", "sleep 300"),
      once("greedy", `python3 -c "x = bytearray(400 << 20); import time; time.sleep(60)"`),
      // Nobody is left to write a result.
      once("killed", "kill -9 $PPID; sleep 1"),
    ];
    const site = "resultGraceSeconds: 1";
    const options: RoundOptions = {
      ...{ trials, site, maxArraySize: 9, memory: "200MB", walltime: "12s" },
    };
    const study = new WatchedStudy(lsf(), await makeSubmittableRound(lsf(), options));
    expect(study.round.submit(["--no-canary"]).status).toBe(0);
    // `wait` asks LSF once a minute.
    await lsf().untilEnded();
    expect((await study.run("wait", "--interval", "1")).exitStatus).toBe(11);
    const { counts, failures } = await study.status();
    expect(counts).toMatchObject({ complete: 1, failed: 3, lost: 1, running: 0 });
    expect(failures.map(({ kind, example }) => [kind, example.number]).sort()).toEqual([
      ["error", 2],
      ["lost", 5],
      ["out-of-memory", 4],
      ["timeout", 3],
    ]);
    const lost = failures.find(({ kind }) => kind === "lost");
    expect(lost?.example.message).toMatch(
      /^ended with exit status 137 on exec-\d, and left no result/,
    );

    const dry = await study.ask<RetryReport>("retry", "--dry-run");
    const rounds = dry.rounds.map((each) => [each.trials, each.memoryMiB, each.walltimeSeconds]);
    expect(rounds).toEqual([
      [[2, 5], 200, 12],
      [[3], 200, 24],
      [[4], 400, 12],
    ]);
    expect(existsSync(study.round.layout.round("s", 2))).toBe(false);

    const written = await study.run("retry");
    expect(written.stdout).toContain("Round 2 (retry): 2 trials with 200MB and 12s an element");
    expect(written.stdout).toMatch(/next: bsweep submit /);
    expect(await study.counts()).toEqual({ complete: 1, "not submitted": 4 });
    // Planned once: neither a second retry nor a generate plans them again.
    expect((await study.ask<RetryReport>("retry")).rounds).toEqual([]);
    expect((await study.run("generate")).stdout).toContain("Nothing new");

    const submitted = await study.run("submit");
    expect(submitted).toMatchObject({ exitStatus: 0 });
    expect((await study.run("wait", "--interval", "1")).exitStatus).toBe(0);
    const after = await study.status();
    expect(after).toMatchObject({ trials: 5, counts: { complete: 5 }, next: "report" });
    // One trial had shown that the cluster can run them: no canary.
    expect(after.arrays.map(({ array }) => array)).toEqual([1, 1, 1, 1]);
    expect(after.arrays.map(({ trials, retried }) => [trials, retried])).toEqual([
      [1, 4],
      [2, 0],
      [1, 0],
      [1, 0],
    ]);
    const report = JSON.parse((await study.run("report", "--format", "json")).stdout) as object;
    expect(report).toMatchObject({ counts: { planned: 5, complete: 5, failed: 0, waiting: 0 } });
  });

  test("while nothing ever completed, the first one goes alone again", async () => {
    const trials = [once("broken", "exit 3"), "exit 4", GOOD];
    const study = new WatchedStudy(
      lsf(),
      await makeSubmittableRound(lsf(), { trials, site: "resultGraceSeconds: 1", maxArraySize: 9 }),
    );
    expect(study.round.submit().status).toBe(0);
    await lsf().untilEnded();
    const [round] = (await study.ask<RetryReport>("retry", "--assume-lost")).rounds;
    expect(round?.written).toMatchObject({ canary: true });
    expect((await study.run("submit")).stdout).toContain("array-00: job");
  });

  test("more than the study allows is not asked for; an absolute amount is", async () => {
    const study = new WatchedStudy(
      lsf(),
      await makeSubmittableRound(lsf(), {
        trials: ["sleep 300", GOOD],
        walltime: "8s, maxWalltime: 8s",
      }),
    );
    study.round.submit(["--no-canary"]);
    expect((await study.run("wait", "--interval", "1")).exitStatus).toBe(10);
    const { rounds, leftOut } = await study.ask<RetryReport>("retry");
    expect(rounds).toEqual([]);
    expect(leftOut).toEqual([
      { trials: [1], reason: expect.stringContaining("raise resources.maxWalltime") as string },
    ]);
    const raised = await study.ask<RetryReport>("retry", "--walltime", "1m");
    expect(raised.rounds).toMatchObject([{ trials: [1], walltimeSeconds: 60 }]);
    const folder = study.round.layout.round("s", 2);
    const round = parseRoundFile(readFileSync(join(folder, ROUND_FILE), "utf8"), "");
    expect(round).toMatchObject({ kind: "retry", trials: 1, limits: { walltimeSeconds: 60 } });
    const line = readFileSync(join(folder, manifestName(1)), "utf8").trimEnd();
    expect(parseManifestLine(line, "", 1).trials).toMatchObject([{ number: 1, attempt: 2 }]);
  });
});

describe("retry and hosts", PATIENCE, () => {
  const machine = { slots: 1, memoryMiB: 8192, model: "Intel_Xeon_Gold6242CPU280GHz", gpus: [] };
  const lsf = useLsf({ hosts: ["good", "bad"].map((name) => ({ ...machine, name })) });

  test("a host on which everything fails is avoided, while others complete", async () => {
    const trials = Array.from({ length: 8 }, () => `[ "$LSB_HOSTS" = bad ] && exit 7; ${GOOD}`);
    const round = await makeSubmittableRound(lsf(), { trials, maxArraySize: 9 });
    const study = new WatchedStudy(lsf(), round);
    round.submit(["--no-canary"]);
    expect((await study.run("wait", "--interval", "1")).exitStatus).toBe(10);
    const { excludedHosts, rounds } = await study.ask<RetryReport>("retry");
    const failed = (await study.status()).counts["not submitted"];
    expect(failed).toBeGreaterThanOrEqual(3);
    expect(excludedHosts).toEqual([{ host: "bad", faults: failed }]);
    expect(rounds[0]?.trials).toHaveLength(failed);

    await study.run("submit");
    expect((await study.run("wait", "--interval", "1")).exitStatus).toBe(0);
    const jobs = await lsf().jobs();
    expect(jobs.at(-1)?.options["-R"]).toContain("hname!='bad'");
  });
});

describe("retry of what may be alive", PATIENCE, () => {
  const lsf = useLsf({ mode: "hold" });

  test("only what LSF does not know is tried again; UNKWN needs a word", async () => {
    const round = await makeSubmittableRound(lsf(), { maxArraySize: 3 });
    const study = new WatchedStudy(lsf(), round);
    round.submit(["--no-canary"]);
    await lsf().forget(1001);
    await lsf().force(1000, 1, { state: "RUN", host: "exec-1" });
    await lsf().force(1000, 2, { state: "UNKWN", host: "exec-1" });
    const { rounds, leftOut } = await study.ask<RetryReport>("retry", "--dry-run");
    expect(rounds).toMatchObject([{ trials: [4, 5, 6], states: { missing: 3 } }]);
    expect(leftOut.map(({ trials, reason }) => [trials, reason.split(",")[0]])).toEqual([
      [[2], "may be alive"],
      [[1], "still running"],
      [[3], "still waiting"],
    ]);
    const assumed = await study.ask<RetryReport>("retry", "--dry-run", "--assume-lost");
    expect(assumed.rounds).toMatchObject([
      { trials: [2, 4, 5, 6], states: { "unknown, taken as lost": 1, missing: 3 } },
    ]);
    const named = await study.ask<RetryReport>("retry", "--dry-run", "--state", "timeout");
    expect(named.rounds).toEqual([]);
  });

  test("a scheduler that cannot be asked: nothing is taken as lost", async () => {
    const round = await makeSubmittableRound(lsf());
    const study = new WatchedStudy(lsf(), round);
    round.submit(["--no-canary"]);
    lsf().hideCommand("bjobs");
    const { stdout } = await study.run("retry");
    expect(stdout).toContain("Nothing to try again");
    expect(stdout).toContain("6 trials: may be alive, the scheduler told nothing of it");
  });

  test("an array that may have been submitted is submit's to find out", async () => {
    const round = await makeSubmittableRound(lsf());
    const study = new WatchedStudy(lsf(), round);
    round.submit(["--no-canary"]);
    rmSync(join(round.folder, "submitted", "array-02.job"));
    expect(await study.counts()).toEqual({ unknown: 2, waiting: 4 });
    const { rounds, leftOut } = await study.ask<RetryReport>("retry", "--assume-lost");
    expect(rounds).toEqual([]);
    expect(leftOut.find(({ reason }) => reason.includes("bsweep submit"))?.trials).toEqual([3, 4]);
  });

  test("trials that the study would plan otherwise by now are left out", async () => {
    const round = await makeSubmittableRound(lsf());
    const study = new WatchedStudy(lsf(), round);
    round.submit(["--no-canary"]);
    for (const id of [1000, 1001, 1002]) await lsf().forget(id);
    const text = readFileSync(round.studyFile, "utf8");
    writeFileSync(round.studyFile, text.replace("trainer: {", "trainer: { version: 2,"));
    const { rounds, leftOut } = await study.ask<RetryReport>("retry");
    expect(rounds).toEqual([]);
    expect(leftOut).toMatchObject([{ trials: [1, 2, 3, 4, 5, 6] }]);
  });
});
