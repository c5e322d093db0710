import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { GrowingLog } from "../../../src/app/logs/growing-log.ts";
import { until } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { spawnSync } from "../../support/programs.ts";
import { GOOD, makeSubmittableRound, type RoundOptions } from "../../support/submitted-round.ts";
import { WatchedStudy } from "../../support/watched-study.ts";

const PATIENCE = { timeout: 120_000 };

describe("logs", PATIENCE, () => {
  const lsf = useLsf({});
  const make = async (options: RoundOptions) => {
    const study = new WatchedStudy(lsf(), await makeSubmittableRound(lsf(), options));
    study.round.submit(["--no-canary"]);
    return study;
  };

  test("--follow passes on what a trial prints while it runs, and ends with its result", async () => {
    const deed = `echo begins; until [ -e go ]; do sleep 0.1; done; printf 'no line end'; ${GOOD}`;
    const study = await make({ trials: [deed, GOOD] });
    const following = study.start("logs", "1", "--follow");
    await until(() => following.output().includes("\nbegins\n"));
    expect(following.output()).not.toContain("complete");
    writeFileSync(join(study.round.layout.workspace, "go"), "");
    const { exitStatus, stdout, stderr } = await following.end;
    expect(exitStatus).toBe(0);
    expect(stdout).toMatch(/^== job 1000, element 1, on /);
    expect(stdout).toContain("no line endtrial 1: complete, score 1");
    expect(stderr).toMatch(
      /== trial 1 \([0-9a-f]{16}\), attempt 1: jobs\/s\/round-001\/logs\/array-01\/1\.log/,
    );
    // The same, once more, by the beginning of its id.
    const id = /trial 1 \(([0-9a-f]{8})/.exec(stdout)?.[1] ?? "";
    expect((await study.run("logs", id)).stdout).toBe(stdout);
  });

  test("a trial among others of its element: its own lines alone", async () => {
    const trials = ["echo first", "echo second", "echo third"].map((deed) => `${deed}; ${GOOD}`);
    const study = await make({ trials, resources: "trialsPerElement: 3" });
    await study.run("wait", "--interval", "1");
    const { stdout } = await study.run("logs", "2");
    expect(stdout).toContain("second");
    expect(stdout).not.toMatch(/first|third/);
  });

  test("a trial that came to nothing: LSF's words too; a terminal is not rewritten", async () => {
    const hostile = `printf '\\033]0;title\\007\\033[2Jred\\r50%%\\r100%%\\n\\xff\\xfe\\tend\\n'; exit 3`;
    const study = await make({ trials: [hostile, GOOD] });
    await lsf().untilEnded();
    const { stdout, stderr } = await study.run("logs", "1");
    expect(stdout).toContain("\\u001b]0;title\\u0007\\u001b[2Jred\n50%\n100%\n\ufffd\ufffd\tend\n");
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(stderr).toContain("== the scheduler's: jobs/s/round-001/logs/array-01/1000.1.out");
    expect(stdout).toContain("Resource usage summary:");
  });

  test("a pipe where a log was is refused, not waited for", async () => {
    const study = await make({ trials: [GOOD, GOOD] });
    await lsf().untilEnded();
    const log = join(study.round.folder, "logs", "array-01", "1.log");
    rmSync(log);
    spawnSync("mkfifo", [log]);
    const { exitStatus, stderr } = await study.run("logs", "1");
    expect(stderr).toContain(`cannot read ${log}: it is no plain file`);
    expect(exitStatus).toBe(5);
  });

  test("a trial whose round cannot be used any more is told of as that", async () => {
    const study = await make({ trials: [GOOD] });
    await lsf().untilEnded();
    await study.run("collect");
    const file = join(study.round.folder, "round.json");
    writeFileSync(file, "{");
    const { exitStatus, stderr } = await study.run("logs", "1");
    expect(stderr).toContain(`error [INVALID_MANIFEST] ${file} is no valid round file`);
    expect(exitStatus).toBe(3);
  });

  test("what has not started, and what does not exist", async () => {
    const study = new WatchedStudy(lsf(), await makeSubmittableRound(lsf()));
    expect(await study.run("logs", "1")).toMatchObject({
      ...{ exitStatus: 0, stdout: "" },
      stderr: "trial 1, attempt 1 has printed nothing: it is not submitted\n",
    });
    const unknown = await study.run("logs", "7");
    expect(unknown.exitStatus).toBe(2);
    expect(unknown.stderr).toContain(
      'found trial "7", expected a number from 1 to 6, or the beginning of an id',
    );
    const wrong = await study.run("logs", "1", "--attempt", "2");
    expect(wrong).toMatchObject({ exitStatus: 2 });
    expect(wrong.stderr).toContain("--attempt: found 2, expected one of: 1");
  });
});

describe("a log that grows", () => {
  const makeLog = (): string => join(makeTestFolder(), "logs", "1.log");
  const write = (path: string, text: string | Buffer): void => {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, text);
  };

  test("lines come once, whole characters only, and the rest at the end", () => {
    const path = makeLog();
    const log = new GrowingLog(path);
    expect([...log.read()]).toEqual([]);
    write(path, "one\r\ntw");
    expect([...log.read()]).toEqual(["one"]);
    write(path, Buffer.from([0x6f, 0x0a, 0xc3]));
    expect([...log.read()]).toEqual(["two"]);
    write(path, Buffer.from([0xa9, 0x0d]));
    expect([...log.read()]).toEqual([]);
    write(path, "\nlast");
    expect([...log.read()]).toEqual(["é"]);
    expect([...log.rest()]).toEqual(["last"]);
    expect([...log.rest()]).toEqual([]);
  });

  test("a log without line ends comes in pieces, and nothing of it is lost", () => {
    const path = makeLog();
    write(path, "x".repeat(1_000_000));
    const log = new GrowingLog(path);
    const pieces = [...log.read(), ...log.rest()];
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toHaveLength(1_000_000);
  });
});
