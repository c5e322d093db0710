import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ClaimFolder } from "../../../src/rounds/claims.ts";
import { runBsweep, startBsweep, until } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { isAlive } from "../../support/rounds.ts";

/** Notes when a trial begins and ends, and takes a while. */
const NOTING = `
echo "begin $1" >> notes
sleep "$2"
echo "end $1" >> notes
printf '{"metrics":{"v":%s}}' "$1" > "$BSWEEP_RESULT"`;

/** The first two trials go on until a file `go` is there. */
const HELD_NOTING = NOTING.replace(
  'sleep "$2"',
  'while [ "$1" -le 2 ] && [ ! -e go ]; do sleep 0.1; done',
);

/** A workspace with a study whose trials run a shell script with two words: the trial's value, and seconds. */
function makeStudy(script: string, trials: number, more = "") {
  const workspace = makeTestFolder();
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(join(workspace, "train.sh"), script);
  const values = Array.from({ length: trials }, (_, place) => place + 1).join(", ");
  writeFileSync(
    studyFile,
    `
study: two
objective: { metric: v, direction: maximize }
trainer: { command: [sh, train.sh, "{{x}}", "1"] }
space: { x: [${values}] }
resources: { cpus: 1, memory: 500MB, walltime: 10m }
cluster: { site: local }
${more}`,
  );
  const argv = (command: string, ...words: string[]): string[] => [
    ...[command, studyFile, `--workspace=${workspace}`, ...words],
  ];
  const lines = (name = "notes"): string[] => {
    const file = join(workspace, name);
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const results = join(workspace, "results/two/round-001/array-01");
  const count = (): number => readdirSync(results).filter((name) => name.endsWith(".json")).length;
  return { workspace, studyFile, argv, lines, count };
}

/** Each trial began once, and ended. */
function expectOnce(lines: readonly string[], trials: number): void {
  const expected = Array.from({ length: trials }, (_, place) => [
    `begin ${place + 1}`,
    `end ${place + 1}`,
  ]);
  expect([...lines].sort()).toEqual(expected.flat().sort());
}

describe("a trial runs once at a time", () => {
  test("two locals share the work, and each tells what it waits for", async () => {
    const study = makeStudy(HELD_NOTING, 6);
    const first = startBsweep(study.argv("local", "--workers=2"));
    await until(() => study.lines().length === 2);
    const second = startBsweep(study.argv("local", "--workers=2"));
    // What nobody runs comes first.
    const waits = /trial [12] is waited for: \S+, process \d+ runs it already/;
    await until(() => waits.test(second.errors()));
    writeFileSync(join(study.workspace, "go"), "");
    const ends = [await first.end, await second.end];
    expect(ends.map(({ exitStatus }) => exitStatus)).toEqual([0, 0]);
    expectOnce(study.lines(), 6);
    expect(study.count()).toBe(6);
  });

  test("elements of a local that was killed are waited for by the next one", async () => {
    const study = makeStudy(NOTING, 2);
    const killed = startBsweep(study.argv("local", "--workers=2"));
    await until(() => study.lines().length === 2);
    killed.kill("SIGKILL");
    expect(await killed.end).toMatchObject({ signal: "SIGKILL" });
    const next = await runBsweep(study.argv("local", "--workers=2"));
    expect(next).toMatchObject({ exitStatus: 0 });
    expectOnce(study.lines(), 2);
    expect(study.count()).toBe(2);
  });

  test("who held a trial on another machine and shows no sign of life counts as dead in time", async () => {
    const study = makeStudy(NOTING, 1);
    expect(await runBsweep(study.argv("generate"))).toMatchObject({ exitStatus: 0 });
    const manifest = join(study.workspace, "jobs/two/round-001/array-01.trials.jsonl");
    const { trials } = JSON.parse(readFileSync(manifest, "utf8")) as {
      trials: { trialId: string }[];
    };
    const folder = join(study.workspace, "results/two/claims", trials[0]?.trialId ?? "");
    mkdirSync(folder, { recursive: true });
    new ClaimFolder(folder, "node17, process 5, job 3 [other-boot 1 5 77]").claim(1);
    const started = performance.now();
    const end = await runBsweep(study.argv("local"), { env: { BSWEEP_PATIENCE_SECONDS: "3" } });
    expect(end).toMatchObject({ exitStatus: 0 });
    expect(performance.now() - started).toBeGreaterThan(3000);
    const log = readFileSync(
      join(study.workspace, "jobs/two/round-001/logs/array-01/1.log"),
      "utf8",
    );
    expect(log).toContain("is being run by node17, process 5, job 3; waiting for it");
    expectOnce(study.lines(), 1);
    expect(existsSync(folder)).toBe(false);
  });

  test("what was submitted is left to the scheduler, unless it is asked for", async () => {
    const study = makeStudy(NOTING, 2);
    const text = readFileSync(study.studyFile, "utf8");
    writeFileSync(study.studyFile, text.replace("site: local", "site: slurm"));
    expect(await runBsweep(study.argv("generate"))).toMatchObject({ exitStatus: 0 });
    const submitted = join(study.workspace, "jobs/two/round-001/submitted");
    mkdirSync(submitted, { recursive: true });
    writeFileSync(join(submitted, "array-01.job"), "4711\n");
    const end = await runBsweep(study.argv("local"));
    expect(end).toMatchObject({ exitStatus: 0 });
    expect(end.stdout).toContain(
      "nothing to run here\nleft to the scheduler, which has been asked for them: 2 trials (--submitted runs them here)",
    );
    expect(study.lines()).toEqual([]);
    expect(await runBsweep(study.argv("local", "--submitted"))).toMatchObject({ exitStatus: 0 });
    expectOnce(study.lines(), 2);
  });
});

/** Leaves the number of a process that is in a session of its own, and runs on. */
const LEAVING = `setsid sh -c 'echo $$ > stray; exec sleep 60' &
echo $$ > trainer
sleep 60`;

describe("what a trainer started ends", () => {
  const pids = ({ lines }: ReturnType<typeof makeStudy>): number[] =>
    ["stray", "trainer"].flatMap((name) => lines(name).map(Number));

  test("when its runner is killed, whatever it called", async () => {
    const study = makeStudy(LEAVING, 1);
    const local = startBsweep(study.argv("local"));
    await until(() => pids(study).length === 2);
    const [trainer = ""] = study.lines("trainer");
    const status = readFileSync(`/proc/${trainer}/status`, "utf8");
    const runner = Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
    expect(runner).toBeGreaterThan(1);
    process.kill(runner, "SIGKILL");
    await until(() => pids(study).every((each) => !isAlive(each)));
    expect(await local.end).toMatchObject({ exitStatus: 5 });
  });

  test("at the end of its time", async () => {
    const study = makeStudy(LEAVING, 1);
    const text = readFileSync(study.studyFile, "utf8");
    writeFileSync(study.studyFile, text.replace("10m", "10s"));
    const end = await runBsweep(study.argv("local"));
    expect(end).toMatchObject({ exitStatus: 0 });
    expect(end.stdout).toContain("1 failed");
    expect(pids(study).filter(isAlive)).toEqual([]);
  });
});
