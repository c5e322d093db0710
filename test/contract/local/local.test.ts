import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LocalSummary } from "../../../src/app/local.ts";
import { runBsweep, startBsweep, until, type ProcessEnd } from "../../support/bsweep-process.ts";
import { listTree } from "../../support/folder.ts";
import {
  makeLocalStudy,
  setBehaviours,
  studyText,
  type LocalStudy,
} from "../../support/local-study.ts";
import { livingTrainers, notedTrainers, readResults } from "../../support/rounds.ts";

const argv = ({ studyFile, layout }: LocalStudy, ...more: string[]): string[] => [
  ...["local", studyFile, `--workspace=${layout.workspace}`, "--json", ...more],
];

function runLocal(study: LocalStudy, ...more: string[]): Promise<ProcessEnd> {
  return runBsweep(argv(study, ...more));
}

const summaryOf = ({ stdout }: ProcessEnd): LocalSummary => JSON.parse(stdout) as LocalSummary;

const manifestOf = ({ roundFolder }: LocalStudy): string =>
  join(roundFolder, "array-01.trials.jsonl");

function countFiles({ resultFolder }: LocalStudy): number {
  try {
    return readdirSync(resultFolder).length;
  } catch {
    return 0;
  }
}

test("runs every trial through the job scripts, and a second run has nothing to do", async () => {
  const study = await makeLocalStudy(["good", "exit-3", "good"]);
  const end = await runLocal(study, "--workers=2");
  expect(end).toMatchObject({ exitStatus: 0 });
  expect(summaryOf(end)).toMatchObject({
    ...{ done: 3, failed: 1, left: 0, workers: 2 },
    best: { number: 1, objective: 0.5, replicates: 2 },
  });
  expect(end.stderr).toContain("trials: 3/3, 1 failed, best");
  expect(readResults(study.resultFolder).size).toBe(3);
  expect(readdirSync(join(study.roundFolder, "logs/array-01"))).toEqual(
    [1, 2, 3].map((index) => `${index}.log`),
  );
  expect(readFileSync(join(study.roundFolder, "logs/array-01/2.log"), "utf8")).toContain(
    "Traceback: the third layer is missing",
  );
  const again = await runLocal(study);
  expect(summaryOf(again)).toMatchObject({ skipped: 3, done: 0, left: 0 });
  expect(notedTrainers(study.pidFile)).toHaveLength(3);
});

test("--trials takes so many; the next run takes the rest", async () => {
  const study = await makeLocalStudy(["good", "good", "good"]);
  const first = summaryOf(await runLocal(study, "--trials=2", "--workers=1"));
  expect(first).toMatchObject({ done: 2, left: 1, interrupted: false });
  const rest = summaryOf(await runLocal(study));
  expect(rest).toMatchObject({ skipped: 2, done: 1, left: 0 });
  expect(readResults(study.resultFolder).size).toBe(3);
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends every child and leaves nothing half-done; a second run goes on",
  async (signal) => {
    const study = await makeLocalStudy(["good", "sleep", "sleep", "good"]);
    const running = startBsweep(argv(study, "--workers=2"));
    await until(() => countFiles(study) === 1 && livingTrainers(study).length === 2);
    running.kill(signal);
    const end = await running.end;
    expect(end).toMatchObject({ exitStatus: null, signal });
    expect(summaryOf(end)).toMatchObject({ done: 1, left: 3, interrupted: true });
    expect(livingTrainers(study)).toEqual([]);
    expect(countFiles(study)).toBe(1);
    setBehaviours(manifestOf(study), [], study.pidFile);
    expect(summaryOf(await runLocal(study))).toMatchObject({ skipped: 1, done: 3, left: 0 });
    expect(countFiles(study)).toBe(4);
    expect(readResults(study.resultFolder).size).toBe(4);
  },
);

test("an interruption counts what an element of several trials had finished", async () => {
  const study = await makeLocalStudy(["good", "sleep"], { trialsPerElement: 2 });
  const running = startBsweep(argv(study));
  await until(() => livingTrainers(study).length === 1 && countFiles(study) === 1);
  running.kill("SIGINT");
  const end = await running.end;
  expect(end.signal).toBe("SIGINT");
  expect(summaryOf(end)).toMatchObject({ done: 1, left: 1, interrupted: true });
});

test("packed trials that found no time are run again at once", async () => {
  const study = await makeLocalStudy(["sleep", "sleep", "good"], {
    trialsPerElement: 3,
    limits: { walltimeSeconds: 6 },
  });
  const end = await runLocal(study);
  expect(summaryOf(end)).toMatchObject({ done: 3, failed: 2, left: 0 });
  expect(notedTrainers(study.pidFile)).toHaveLength(3);
});

test("a torn result is no result: the trial runs again", async () => {
  const study = await makeLocalStudy(["good"]);
  await runLocal(study);
  const [name = ""] = readdirSync(study.resultFolder);
  truncateSync(join(study.resultFolder, name), 100);
  expect(summaryOf(await runLocal(study))).toMatchObject({ skipped: 0, done: 1 });
  expect(countFiles(study)).toBe(2);
});

test("an element whose script fails ends the run at once and shows the end of its log", async () => {
  const study = await makeLocalStudy(["good", "good", "good"]);
  const script = join(study.roundFolder, "array-01.sh");
  writeFileSync(script, "#!/bin/bash\necho the licence server is down >&2\nexit 7\n");
  const end = await runLocal(study, "--workers=1");
  expect(end.exitStatus).toBe(5);
  expect(end.stderr).toContain(
    "error [WORKSPACE] element 1 of array-01.sh ended with exit status 7 and left no result",
  );
  expect(end.stderr).toMatch(/hint: .*array-01\/1\.log ends with:\n {2}the licence server is down/);
  expect(readdirSync(join(study.roundFolder, "logs/array-01"))).toEqual(["1.log"]);
});

test("an element that fails ends the others, and what they had stays to be run", async () => {
  const study = await makeLocalStudy(["sleep", "good"]);
  const script = join(study.roundFolder, "array-01.sh");
  const waits = `[[ $LSB_JOBINDEX == 2 ]] && { until [[ -s '${study.pidFile}' ]]; do sleep 0.05; done; exit 7; }\n`;
  const text = readFileSync(script, "utf8").replace("\n\n", `\n${waits}`);
  writeFileSync(script, text);
  const end = await runLocal(study, "--workers=2");
  expect(end.exitStatus).toBe(5);
  expect(end.stderr).toContain("element 2 of array-01.sh ended with exit status 7");
  expect(notedTrainers(study.pidFile)).toHaveLength(1);
  expect(livingTrainers(study)).toEqual([]);
});

test.each([0, 75])(
  "a script that runs nothing and ends with %i is an error, not a success",
  async (status) => {
    const study = await makeLocalStudy(["good"]);
    writeFileSync(join(study.roundFolder, "array-01.sh"), `exit ${status}\n`);
    const end = await runLocal(study);
    expect(end.exitStatus).toBe(5);
    expect(end.stderr).toContain("trial 1 left no result though its element ran");
  },
);

test("a workspace with blanks, quotes and $ in its name", async () => {
  const folder = `it's a "test" of $HOME & \`id\``;
  const study = await makeLocalStudy(["good", "good"], { folder });
  expect(summaryOf(await runLocal(study))).toMatchObject({ done: 2, failed: 0, left: 0 });
  expect(listTree(study.layout.workspace)).toContain("jobs/s/round-001/logs/array-01/2.log");
});

test("the job file made for compute1 runs here as it is", async () => {
  const cluster = "{ site: compute1, userGroup: compute-lab, image: registry/image@sha256:0 }";
  const study = await makeLocalStudy(["good", "exit-3"], { cluster });
  expect(readdirSync(study.roundFolder)).toContain("array-01.bsub");
  expect(summaryOf(await runLocal(study))).toMatchObject({ done: 2, failed: 1, left: 0 });
});

test("two runs at once corrupt nothing: the first valid result of a trial counts", async () => {
  const study = await makeLocalStudy(["good", "good", "exit-3", "good"]);
  const ends = await Promise.all([runLocal(study), runLocal(study)]);
  for (const end of ends) {
    expect(end.exitStatus).toBe(0);
    expect(summaryOf(end).left).toBe(0);
  }
  expect(listTree(study.resultFolder).filter((name) => name.includes(".tmp"))).toEqual([]);
  const again = summaryOf(await runLocal(study));
  expect(again).toMatchObject({ skipped: 4, done: 0, left: 0 });
});

test("a study that has grown gets its next round once the earlier ones are done", async () => {
  const study = await makeLocalStudy(["good"]);
  await runLocal(study);
  writeFileSync(study.studyFile, studyText(3));
  const running = startBsweep(argv(study));
  const manifest = join(study.layout.round("s", 2), "array-01.trials.jsonl");
  await until(() => existsSync(manifest));
  running.kill("SIGINT");
  const end = await running.end;
  expect(end.signal).toBe("SIGINT");
  expect(end.stderr).toContain("generated round 2");
  expect(readFileSync(manifest, "utf8").trim().split("\n")).toHaveLength(2);
});

test("what cannot be run is told, not called a bug", async () => {
  const study = await makeLocalStudy(["good"]);
  writeFileSync(join(study.layout.workspace, "jobs", "s", "round-001", "round.json"), "{");
  const end = await runLocal(study);
  expect(end.exitStatus).toBe(3);
  expect(end.stderr).toContain("round.json");
  const sound = await makeLocalStudy(["good"]);
  const noBash = await runBsweep(argv(sound), { shellSetup: "PATH=/nowhere" });
  expect(noBash.exitStatus).toBe(5);
  expect(noBash.stderr).toMatch(/cannot run .*array-01\.sh: spawn bash ENOENT/);
});
