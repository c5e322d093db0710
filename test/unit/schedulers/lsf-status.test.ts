import { describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import { lsfStatus } from "../../../src/schedulers/lsf/status.ts";
import { parseLsfMemory, parseLsfTime } from "../../../src/schedulers/lsf/values.ts";

const NOW = new Date(2026, 10, 27, 12, 0, 0);
const NAME = "digits-r001-a01-0badcafe";

type Fields = Readonly<Record<string, string>>;

/** The layout of IBM's own output: two blanks, values as strings, JOBS a number. */
function document(...records: readonly Fields[]): string {
  const document = { COMMAND: "bjobs", JOBS: records.length, RECORDS: records };
  return JSON.stringify(document, null, 2);
}

function element(index: number, fields: Fields): Fields {
  return {
    ...{ JOBID: "123", JOBINDEX: String(index), JOB_NAME: `${NAME}[${index}]`, STAT: "RUN" },
    ...{ EXIT_CODE: "", EXIT_REASON: "", PEND_REASON: "", EXEC_HOST: "", RUN_TIME: "" },
    ...{ MAX_MEM: "", FINISH_TIME: "" },
    ...fields,
  };
}

const parse = (stdout: string, stderr = "", jobs = ["123"]) =>
  lsfStatus.query.parse({ stdout, stderr, exitStatus: 255 }, jobs, NOW);

const one = (fields: Fields) => parse(document(element(1, fields))).elements[0];

describe("bjobs", () => {
  test("is asked once for all jobs, for named fields as JSON", () => {
    expect(lsfStatus.query.argv(["123", "124"])).toEqual([
      ...["bjobs", "-a", "-json", "-o"],
      "jobid jobindex job_name stat exit_code exit_reason pend_reason exec_host run_time max_mem finish_time",
      ...["123", "124"],
    ]);
  });

  test.each([
    ["PEND", "pending"],
    ["WAIT", "pending"],
    ["PROV", "pending"],
    ["PSUSP", "held"],
    ["RUN", "running"],
    ["USUSP", "suspended"],
    ["SSUSP", "suspended"],
    ["DONE", "done"],
    ["EXIT", "exited"],
    ["UNKWN", "unknown"],
    ["ZOMBI", "unknown"],
    ["A-LATER-ONE", "unknown"],
  ])("%s is %s", (stat, state) => {
    expect(one({ STAT: stat })).toMatchObject({ state });
  });

  test.each([
    ["TERM_MEMLIMIT: job killed after reaching LSF memory usage limit.", "137", "out-of-memory"],
    ["TERM_RUNLIMIT: job killed after reaching LSF run time limit.", "140", "timeout"],
    ["TERM_OWNER: job killed by owner.", "130", "killed"],
    ["TERM_PREEMPT: job killed after preemption.", "143", "host"],
    ["", "140", "timeout"],
    ["", "137", "other"],
    ["", "1", "other"],
  ])("reason %j with status %s is %s", (reason, code, cause) => {
    expect(one({ STAT: "EXIT", EXIT_CODE: code, EXIT_REASON: reason })).toMatchObject({
      ...{ state: "exited", cause, exitCode: Number(code), reason },
    });
  });

  test("values are read with their units", () => {
    const ended = one({
      ...{ STAT: "DONE", RUN_TIME: "16038 second(s)", MAX_MEM: "1.5 Gbytes" },
      ...{ EXEC_HOST: "9*node3:2*node4", FINISH_TIME: "Nov 27 11:46 L" },
    });
    expect(ended).toEqual({
      ...{ job: "123", index: 1, jobName: NAME, state: "done", cause: null, exitCode: null },
      ...{ started: true, reason: "", host: "node3", runSeconds: 16038, maxMemoryMiB: 1536 },
      finishedAt: new Date(2026, 10, 27, 11, 46, 59),
    });
  });

  test("why elements wait can be counted: numbers of hosts are left out", () => {
    const reason =
      "Job's requirements for reserving resource (mem) not satisfied: 12 hosts; Load information unavailable: 1 host;";
    expect(one({ STAT: "PEND", PEND_REASON: reason })).toMatchObject({
      reason:
        "Job's requirements for reserving resource (mem) not satisfied; Load information unavailable",
      host: "",
      runSeconds: null,
      finishedAt: null,
    });
  });

  test("lines before the JSON, on either stream, are passed over", () => {
    const noise = "Cannot connect to LSF. Please wait ...\n";
    const { elements } = parse(noise + document(element(7, {})), noise);
    expect(elements).toMatchObject([{ index: 7, state: "running" }]);
  });

  test.each([
    ["a record", document({ JOBID: "999", ERROR: "Job <999> is not found" }, element(1, {})), ""],
    ["stderr", document(element(1, {})), "Job <999> is not found\n"],
  ])("a job that is not found is told by %s", (_, stdout, stderr) => {
    const answer = parse(stdout, stderr, ["123", "999"]);
    expect(answer.unknownJobs).toEqual(["999"]);
    expect(answer.elements).toHaveLength(1);
  });

  test("no JSON at all when nothing is found", () => {
    expect(parse("", "Job <123> is not found\n")).toEqual({ elements: [], unknownJobs: ["123"] });
  });

  test("jobs that nobody asked for are left out", () => {
    expect(parse(document(element(1, { JOBID: "124" }), element(2, {}))).elements).toHaveLength(1);
  });

  test("a job that is neither told of nor not found is not said to be unknown", () => {
    const answer = parse(document(element(1, {})), "", ["123", "999"]);
    expect(answer.unknownJobs).toEqual([]);
  });

  test.each([
    ["nothing", ""],
    ["a word", "LSF is down. Please wait ..."],
    ["half an answer", document(element(1, {})).slice(0, 90)],
    ["another document", '{\n  "ECODE": 5\n}'],
    ["records that are none", '{ "RECORDS": ["123"] }'],
    ["a record without a state", document({ JOBID: "123", JOBINDEX: "1" })],
    ["an index that is no number", document(element(1, { JOBINDEX: "1;rm" }))],
  ])("an answer that cannot be read is quoted whole: %s", (_, stdout) => {
    const error = catchError(() => parse(stdout));
    expect(error.code).toBe("SCHEDULER_OUTPUT");
    expect(error.message).toContain(stdout);
  });

  test("what it says cannot rewrite a terminal", () => {
    expect(catchError(() => parse("\u001b[2J\u202eno")).message).toContain("\\u001b[2J\\u202eno");
  });
});

function catchError(run: () => unknown): BsweepError {
  try {
    run();
  } catch (error) {
    if (error instanceof BsweepError) return error;
    throw error;
  }
  throw new Error("it was read");
}

describe("values of LSF", () => {
  test.each([
    ["2 Mbytes", 2],
    ["1.5 Gbytes", 1536],
    ["512 Kbytes", 0.5],
    ["1 Tbytes", 1048576],
    ["-", null],
    ["many", null],
  ])("memory %j", (text, mebibytes) => {
    expect(parseLsfMemory(text)).toBe(mebibytes);
  });

  test.each([
    ["Nov 27 11:46 L", new Date(2026, 10, 27, 11, 46, 59)],
    ["Nov 27 11:46:02", new Date(2026, 10, 27, 11, 46, 2)],
    ["Mar  3 16:46 2024", new Date(2024, 2, 3, 16, 46, 59)],
    ["Sat Jul 21 2007 12:51:43", new Date(2007, 6, 21, 12, 51, 43)],
    ["Foo 27 11:46", null],
    ["-", null],
  ])("time %j", (text, time) => {
    expect(parseLsfTime(text, NOW)).toEqual(time);
  });

  test("a time without year is the nearest one", () => {
    const newYear = new Date(2027, 0, 1, 0, 5);
    expect(parseLsfTime("Dec 31 23:58", newYear)).toEqual(new Date(2026, 11, 31, 23, 58, 59));
    expect(parseLsfTime("Jan  1 00:03", new Date(2026, 11, 31))).toEqual(
      new Date(2027, 0, 1, 0, 3, 59),
    );
  });
});
