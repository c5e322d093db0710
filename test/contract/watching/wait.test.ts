import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import { waitForStudy } from "../../../src/app/watch.ts";
import { watchStudy } from "../../../src/app/watch.ts";
import { runBsweep, until } from "../../support/bsweep-process.ts";
import { makeLocalStudy } from "../../support/local-study.ts";
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

  /** Watches a study in this process, where a minute need not pass. */
  function watchHere({ round: { layout, studyFile } }: WatchedStudy) {
    vi.stubEnv("PATH", lsf().environment()["PATH"]);
    onTestFinished(() => void vi.unstubAllEnvs());
    const study = parseStudyFile(readFileSync(studyFile, "utf8"), studyFile);
    return { study, layout, seconds: 0.001, signal: never };
  }

  test("after a minute LSF is asked again", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    let passed = 0;
    const effects = { ...recordEffects(), now: () => new Date(passed * 1000) };
    const looks: [asked: number, waiting: number, missing: number][] = [];
    for await (const { status, askedAt } of watchStudy(watchHere(study), effects)) {
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

  test("a look that fails is told, and is no end; the first one is", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    const effects = { ...recordEffects(), now: () => new Date(0) };
    const { workspace } = study.round.layout;
    const database = study.round.layout.database("s");
    let looks = 0;
    for await (const { status } of watchStudy(watchHere(study), effects)) {
      expect(status.counts.waiting).toBe(6);
      looks += 1;
      if (looks === 2) break;
      renameSync(workspace, `${workspace}.away`);
      setTimeout(() => renameSync(`${workspace}.away`, workspace), 300);
    }
    expect(effects.lines.length).toBeGreaterThan(0);
    expect(new Set(effects.lines)).toEqual(new Set([`there is no workspace ${workspace}`]));
    rmSync(study.round.layout.round("s", 1), { recursive: true });
    rmSync(database);
    await expect(watchStudy(watchHere(study), effects).next()).rejects.toThrow();
  });

  test("a look without its database shows what the files say, and tells it once", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    const effects = { ...recordEffects(), now: () => new Date(0) };
    mkdirSync(study.round.layout.database("s"), { recursive: true });
    let looks = 0;
    for await (const { status } of watchStudy(watchHere(study), effects)) {
      expect(status.counts.waiting).toBe(6);
      looks += 1;
      if (looks === 3) break;
    }
    expect(effects.lines).toEqual([expect.stringContaining("study.sqlite cannot be opened")]);
  });

  test("a later look without its database collects what is new, and knows the rest", async () => {
    const { layout, studyFile, resultFolder } = await makeLocalStudy(["good", "good"]);
    const argv = ["local", studyFile, `--workspace=${layout.workspace}`];
    await runBsweep([...argv, "--trials=1", "--workers=1"]);
    rmSync(layout.database("s"));
    mkdirSync(layout.database("s"));
    const study = parseStudyFile(readFileSync(studyFile, "utf8"), studyFile);
    const looks: number[] = [];
    const effects = recordEffects();
    for await (const { status } of watchStudy(
      { study, layout, seconds: 0, signal: never },
      effects,
    )) {
      looks.push(status.counts.complete);
      if (looks.length === 2) break;
      // What was collected needs its file no more.
      const collected = readdirSync(resultFolder);
      expect((await runBsweep(argv)).exitStatus).toBe(0);
      for (const name of collected) rmSync(join(resultFolder, name));
    }
    expect(looks).toEqual([1, 2]);
  });

  test("what a later wave is to submit is waited for, a quarter of an hour", async () => {
    const study = await make();
    study.round.submit(["--no-canary"]);
    // As if there had been room for one array only, and LSF has forgotten it by now.
    for (const array of ["array-02", "array-03"])
      for (const ending of ["job", "intent"])
        rmSync(join(study.round.folder, "submitted", `${array}.${ending}`), { force: true });
    await lsf().forget(1000);
    let passed = 0;
    const effects = { ...recordEffects(), now: () => new Date((passed += 60) * 1000) };
    const wait = { ...watchHere(study), timeoutSeconds: 1e6, onChange: () => undefined };
    const { end, status } = (await waitForStudy(wait, effects)) ?? {};
    expect(end).toBe("not submitted");
    expect(status?.counts).toMatchObject({ "not submitted": 4, missing: 2 });
    expect(passed).toBeGreaterThan(15 * 60);
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
    await until(() => waiting.errors().includes("6 waiting"));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(isTold).toBe(false);
    waiting.kill("SIGINT");
    expect(await waiting.end).toMatchObject({ exitStatus: 130, signal: null });
  });

  test("a time that is none", async () => {
    const study = await make();
    expect((await study.run("wait", "--timeout", "soon")).exitStatus).toBe(2);
  });
});
