import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import { watchStudy } from "../../../src/app/watch.ts";
import { never, recordEffects } from "../../support/prepare.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { makeSubmittableRound } from "../../support/submitted-round.ts";
import { WatchedStudy } from "../../support/watched-study.ts";

/** How it ends after elements have run stands in retry.test.ts. */
describe("wait", { timeout: 60_000 }, () => {
  const lsf = useLsf({ mode: "hold" });
  const make = async () => new WatchedStudy(lsf(), await makeSubmittableRound(lsf()));

  test("nothing submitted is told at once", async () => {
    const study = await make();
    const { exitStatus, stdout } = await study.run("wait");
    expect(exitStatus).toBe(13);
    expect(stdout).toMatch(/some trials are not submitted\n\nnext: bsweep submit /);
  });

  test("a time that is over, with one question to LSF", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    const before = await study.questions();
    const { exitStatus, stdout, stderr } = await study.run(
      ...(["wait", "--timeout", "4s", "--interval", "1", "--json"] as const),
    );
    expect(exitStatus).toBe(12);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { waiting: 6 }, next: "watch" });
    // Nothing changed: one line.
    expect(stderr).toBe("6 waiting of 6 trials\n");
    expect((await study.questions()) - before).toBe(1);
  });

  test("after a minute LSF is asked again", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    vi.stubEnv("PATH", lsf().environment()["PATH"]);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { layout, studyFile } = study.round;
    const text = readFileSync(studyFile, "utf8");
    let passed = 0;
    const effects = { ...recordEffects(), now: () => new Date(passed * 1000) };
    const looks: [asked: number, waiting: number, missing: number][] = [];
    for await (const { status, askedAt } of watchStudy(
      { study: parseStudyFile(text, studyFile), layout, seconds: 0.001, signal: never },
      effects,
    )) {
      looks.push([askedAt.getTime() / 1000, status.counts.waiting, status.counts.missing]);
      if (looks.length === 1) for (const id of [1000, 1001, 1002]) await lsf().forget(id);
      passed += 30;
      if (looks.length === 4) break;
    }
    expect(looks).toEqual([
      [0, 6, 0],
      [0, 6, 0],
      [60, 0, 6],
      [60, 0, 6],
    ]);
    expect(await study.questions()).toBe(2);
  });

  test("elements that are gone are lost trials; an unknown one is waited for", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    for (const id of [1000, 1001, 1002]) await lsf().forget(id);
    expect((await study.run("wait", "--interval", "1")).exitStatus).toBe(11);
    lsf().hideCommand("bjobs");
    const { exitStatus } = await study.run("wait", "--timeout", "2s", "--interval", "1");
    expect(exitStatus).toBe(12);
  });

  test("Ctrl-C", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    const waiting = study.start("wait", "--interval", "1", "--json");
    let isTold = false;
    void waiting.end.then(() => (isTold = true));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(isTold).toBe(false);
    waiting.kill("SIGINT");
    expect(await waiting.end).toMatchObject({ exitStatus: 130, signal: null });
  });

  test("a time that is none", async () => {
    const study = await make();
    expect((await study.run("wait", "--timeout", "soon")).exitStatus).toBe(2);
  });
});
