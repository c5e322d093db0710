import { describe, expect, test } from "vitest";
import type { ElementStatus } from "../../../src/core/element-status.ts";
import { slurmStatus } from "../../../src/schedulers/slurm/status.ts";
import { parseSlurmSeconds, parseSlurmTime } from "../../../src/schedulers/slurm/facts.ts";
import type { Argv, StatusQuery } from "../../../src/schedulers/status.ts";
import { readAnswer } from "../../support/slurm/answers.ts";

const { query, history } = slurmStatus;
const NAME = "all-r001-a01-0badcafe";

/** What a real Slurm answered to the very command that the query makes. */
function recorded(asked: StatusQuery | null, jobs: readonly string[]) {
  if (asked === null) throw new Error("Slurm has a history");
  const answer = readAnswer("status", commandLine(asked.argv(jobs)));
  return asked.parse({ ...answer, exitStatus: answer.status }, jobs, new Date());
}

function commandLine(argv: Argv): string {
  return argv.map((word) => (word.includes("|") ? `'${word}'` : word)).join(" ");
}

function inShort(elements: readonly ElementStatus[]) {
  return Object.fromEntries(
    elements.map(({ job, index, state, cause, reason }) => [
      `${job}.${index}`,
      [state, ...(cause === null ? [] : [cause]), ...(reason === "" ? [] : [reason])].join(" | "),
    ]),
  );
}

const parse = (stdout: string, exitStatus = 0, stderr = "") =>
  query.parse({ stdout, stderr, exitStatus }, ["8"], new Date());

describe("squeue", () => {
  test("tells every state of a real array, and what it does not know", () => {
    const { elements, unknownJobs } = recorded(query, ["8", "9", "10", "11", "424242"]);
    expect(inShort(elements)).toEqual({
      "8.1": "done",
      "8.2": "exited | other | FAILED: NonZeroExitCode",
      "8.3": "exited | other | FAILED: JobLaunchFailure",
      "8.4": "exited | out-of-memory | OUT_OF_MEMORY: OutOfMemory",
      "8.5": "held | job requeued in held state",
      "8.6": "exited | killed | CANCELLED",
      "8.7": "suspended",
      "8.8": "running",
      "8.9": "running",
      "9.0": "done",
      "10.0": "held | c|JobHeldUser",
      "11.1": "pending | Dependency",
      "11.2": "pending | Dependency",
    });
    expect(unknownJobs).toEqual(["424242"]);
    expect(elements.find(({ index }) => index === 6)).toEqual({
      ...{ job: "8", index: 6, jobName: NAME, state: "exited", cause: "killed", exitCode: null },
      ...{ reason: "CANCELLED", host: "n36117", runSeconds: 6, maxMemoryMiB: null },
      started: true,
      finishedAt: new Date("2026-11-27T07:02:50"),
    });
  });

  test("elements that it has forgotten are not there; a limit of time is told", () => {
    const { elements, unknownJobs } = recorded(query, ["8", "9"]);
    expect(inShort(elements)).toEqual({
      "8.5": "held | job requeued in held state",
      "8.7": "suspended",
      "8.8": "exited | timeout | TIMEOUT: TimeLimit",
      "8.9": "running",
    });
    expect(unknownJobs).toEqual(["9"]);
  });

  test("a single job that it does not know is refused, which is an answer", () => {
    expect(recorded(query, ["424242"])).toEqual({ elements: [], unknownJobs: ["424242"] });
  });

  test.each([
    [
      "no controller",
      "",
      1,
      "slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
    ],
    ["another layout", "8_1 general all root R 0:10 1 n1", 0, ""],
    ["half a line", `8|1|RUNNING|0:10`, 0, ""],
  ])("an answer that cannot be read is quoted: %s", (_, stdout, exitStatus, stderr) => {
    expect(() => parse(stdout, exitStatus, stderr)).toThrow(
      expect.objectContaining({
        code: "SCHEDULER_OUTPUT",
        message: expect.stringContaining(stdout || stderr) as string,
      }),
    );
  });

  test("what ended before it came to a node never started", () => {
    const { elements } = parse(`8|1|CANCELLED|0:00|2026-11-27T07:02:50||${NAME}|Dependency`);
    expect(elements).toMatchObject([{ state: "exited", cause: "killed", started: false }]);
    expect(parse(`8|1|PENDING|0:00|N/A||${NAME}|None`).elements).toMatchObject([{ started: true }]);
  });

  test("a state of a later Slurm is no end", () => {
    const { elements } = parse(`8|1|EXPLODED|0:10|N/A|n1|${NAME}|None`);
    expect(elements).toMatchObject([{ state: "unknown", cause: null }]);
  });

  test("nothing of the user's environment changes what it tells", () => {
    expect(slurmStatus.environment).toMatchObject({
      ...{ SQUEUE_USERS: undefined, SQUEUE_PARTITION: undefined },
      SLURM_TIME_FORMAT: "standard",
    });
  });
});

describe("sacct", () => {
  test("tells how elements ended that squeue has forgotten, and nothing of others", () => {
    const { elements } = recorded(history, ["8", "9", "1"]);
    expect(inShort(elements.filter(({ job }) => job !== "1"))).toEqual({
      "8.1": "done",
      "8.2": "exited | other | FAILED",
      "8.3": "exited | other | FAILED",
      "8.4": "exited | out-of-memory | OUT_OF_MEMORY",
      "8.6": "exited | killed | CANCELLED by 0",
      "8.8": "exited | timeout | TIMEOUT",
      "8.9": "exited | timeout | TIMEOUT",
      "9.0": "done",
    });
    const codes = elements.filter(({ job }) => job === "8").map(({ exitCode }) => exitCode);
    expect(codes).toEqual([0, 5, 137, 253, 0, 0, 0]);
  });

  const read = (stdout: string) =>
    history?.parse({ stdout, stderr: "", exitStatus: 0 }, ["717"], new Date()).elements ?? [];

  test("an array that waits stands in one line, which is passed over", () => {
    const line = `717_[3-9%2]|PENDING|0:0|00:00:00|Unknown|None assigned|${NAME}`;
    expect(read(line)).toEqual([]);
  });

  test("elements that were cancelled before they started stand in one line, each of which is told", () => {
    const line = `717_[3,25-27:2,100%50]|CANCELLED by 1002|0:0|00:00:00|2026-11-27T07:02:50|None assigned|${NAME}`;
    const elements = read(line);
    expect(elements.map(({ index }) => index)).toEqual([3, 25, 27, 100]);
    expect(elements[3]).toMatchObject({
      ...{ job: "717", jobName: NAME, state: "exited", cause: "killed", started: false, host: "" },
      reason: "CANCELLED by 1002",
    });
    // As many as an array may have, whatever is written there.
    expect(read(line.replace("100%50", "2-999999999"))).toHaveLength(999);
  });

  test("an answer that cannot be read is told", () => {
    const read = (stdout: string, exitStatus: number) => () =>
      history?.parse(
        { stdout, stderr: "Slurm accounting storage is disabled", exitStatus },
        ["8"],
        new Date(),
      );
    expect(read("", 1)).toThrow(/accounting storage is disabled/);
    expect(read("8_1 COMPLETED", 0)).toThrow(/cannot be read: found "8_1 COMPLETED"/);
  });
});

describe("values of Slurm", () => {
  test.each([
    ["0:06", 6],
    ["1:02:03", 3723],
    ["2-01:00:00", 176400],
    ["INVALID", null],
    ["", null],
  ])("elapsed %j", (text, seconds) => {
    expect(parseSlurmSeconds(text)).toBe(seconds);
  });

  test.each(["N/A", "Unknown", "27 Nov 07:02"])("no time: %j", (text) => {
    expect(parseSlurmTime(text)).toBeNull();
  });
});
