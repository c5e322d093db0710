import { describe, expect, test } from "vitest";
import type { Lsf, LsfOptions } from "../../support/lsf/lsf.ts";
import { makeLsf } from "../../support/lsf/suite.ts";

const FORMAT = "jobid jobindex stat exit_code exit_reason";
const USER = "user1";

/** An array of four (done, failed, running, pending) and a single job, in LSF's memory. */
async function prepare(options: LsfOptions = {}): Promise<Lsf> {
  const lsf = await makeLsf({ mode: "hold", user: USER, ...options });
  const base = ["-q", "general", "-G", "compute-lab"];
  await lsf.run("bsub", [...base, "-g", "/g", "-J", "array-name[1-4]%2", "true"]);
  await lsf.run("bsub", [...base, "-n", "3", "-J", "single", "sleep 10"]);
  const id = options.firstJobId ?? 1000;
  await lsf.force(id, 1, { state: "DONE" });
  await lsf.force(id, 2, { state: "EXIT", exitCode: 137, reason: "TERM_MEMLIMIT" });
  await lsf.force(id, 3, { state: "RUN", host: "exec-1" });
  return lsf;
}

const lines = (text: string): string[] => text.trimEnd().split("\n");

describe("bjobs", () => {
  test("-json: strings, JOBS a number, elements in no order, and a record for what is missing", async () => {
    const lsf = await prepare();
    const { status, stdout, stderr } = await lsf.run("bjobs", [
      "-a",
      "-json",
      "-o",
      FORMAT,
      "1000",
      "77",
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const answer = JSON.parse(stdout) as { COMMAND: string; JOBS: number; RECORDS: unknown[] };
    expect(answer).toMatchObject({ COMMAND: "bjobs", JOBS: 5 });
    expect(answer.RECORDS).toContainEqual({
      JOBID: "1000",
      JOBINDEX: "2",
      STAT: "EXIT",
      EXIT_CODE: "137",
      EXIT_REASON: "TERM_MEMLIMIT: job killed after reaching LSF memory usage limit",
    });
    expect(answer.RECORDS).toContainEqual({
      JOBID: "1000",
      JOBINDEX: "1",
      STAT: "DONE",
      EXIT_CODE: "",
      EXIT_REASON: "",
    });
    expect(answer.RECORDS.at(-1)).toEqual({ JOBID: "77", ERROR: "Job <77> is not found" });
    expect(
      stdout.startsWith(
        `{\n  "COMMAND":"bjobs",\n  "JOBS":5,\n  "RECORDS":[\n    {\n      "JOBID":"1000",\n`,
      ),
    ).toBe(true);
    const indices = answer.RECORDS.slice(0, 4).map(
      (record) => (record as { JOBINDEX: string }).JOBINDEX,
    );
    expect(indices).not.toEqual(["1", "2", "3", "4"]);
  });

  test("JOBINDEX is 0 off arrays", async () => {
    const lsf = await prepare();
    const { stdout } = await lsf.run("bjobs", ["-noheader", "-o", "jobindex slots", "1001"]);
    expect(stdout).toBe("0 3\n");
  });

  test("missingJobInJson=line, emptyJson=document, bjobsUnknownStatus=0", async () => {
    const lsf = await prepare({
      variants: { missingJobInJson: "line", emptyJson: "document", bjobsUnknownStatus: 0 },
    });
    const { status, stdout, stderr } = await lsf.run("bjobs", ["-json", "-o", "jobid", "77"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "Job <77> is not found\n" });
    expect(JSON.parse(stdout)).toEqual({ COMMAND: "bjobs", JOBS: 0, RECORDS: [] });
  });

  test.each([
    [["77"], "Job <77> is not found"],
    [["1000[9]"], "Job <1000[9]> is not found"],
    [["-J", "nosuch"], "Job <nosuch> is not found"],
    [["-d", "-J", "single"], "Job <single> is not found"],
    [["-q", "nosuch"], "nosuch: No such queue"],
    [["-u", "nosuch"], "nosuch: Unknown user"],
    [["-A", "77"], "Job array <77> is not found"],
    [["-A", "1000[1]"], "Job <1000[1]> is not a job array"],
    [["-s"], "No suspended job found"],
    [["x"], "x: Illegal job ID."],
    [["-nosuch"], "bjobs: illegal option -- nosuch"],
  ])("%j: %s, on stderr, 255", async (args, text) => {
    const lsf = await prepare();
    expect(await lsf.run("bjobs", args)).toEqual({ status: 255, stdout: "", stderr: `${text}\n` });
  });

  test("says that there is nothing, with either status", async () => {
    for (const status of [255, 0] as const) {
      const lsf = await makeLsf({ mode: "hold", variants: { bjobsUnknownStatus: status } });
      const nothing = async (...args: string[]) => lsf.run("bjobs", args);
      expect(await nothing()).toEqual({ status, stdout: "", stderr: "No unfinished job found\n" });
      expect(await nothing("-a")).toMatchObject({ status, stderr: "No job found\n" });
      expect(await nothing("-r")).toMatchObject({ status, stderr: "No running job found\n" });
      expect(await nothing("-p")).toMatchObject({ status, stderr: "No pending job found\n" });
    }
  });

  test("an unknown field is refused with 99", async () => {
    const lsf = await prepare();
    expect(await lsf.run("bjobs", ["-o", "jobid nosuch"])).toEqual({
      status: 99,
      stdout: "",
      stderr: "<nosuch> in the format string is not a valid field name.\n",
    });
  });

  test("its table cuts what is too long, keeps a name's tail, and leaves EXEC_HOST empty", async () => {
    const lsf = await prepare({ firstJobId: 123_456_789 });
    const { stdout } = await lsf.run("bjobs", []);
    const [title, ...rows] = lines(stdout);
    expect(title).toBe(
      "JOBID   USER    STAT  QUEUE      FROM_HOST   EXEC_HOST   JOB_NAME   SUBMIT_TIME",
    );
    expect(rows.map((row) => row.slice(0, 67))).toContain(
      "3456789 user1   RUN   general    login-1     exec-1      *y-name[3]",
    );
    expect(rows.map((row) => row.slice(0, 67))).toContain(
      "3456789 user1   PEND  general    login-1                 *y-name[4]",
    );
  });

  test("jobIdWidth=10 and jobIdColumn=id[index]", async () => {
    const wide = await prepare({ firstJobId: 123_456_789, variants: { jobIdWidth: 10 } });
    expect((await wide.run("bjobs", [])).stdout).toContain("\n123456789  user1 ");
    const indexed = await prepare({ variants: { jobIdColumn: "id[index]" } });
    expect((await indexed.run("bjobs", [])).stdout).toContain("\n1000[3] user1 ");
  });

  test("finishedById: a finished element named without -a", async () => {
    const row = await prepare();
    expect((await row.run("bjobs", ["-noheader", "-o", "stat", "1000[1]"])).stdout).toBe("DONE\n");
    const none = await prepare({ variants: { finishedById: "none" } });
    expect(await none.run("bjobs", ["1000[1]"])).toMatchObject({
      status: 255,
      stdout: "",
      stderr: "No unfinished job found\n",
    });
  });

  test("-A counts an array's states, -w with its whole specification", async () => {
    const lsf = await prepare();
    const [title, row] = lines((await lsf.run("bjobs", ["-A"])).stdout);
    expect(title).toBe("JOBID    ARRAY_SPEC  OWNER   NJOBS PEND DONE  RUN EXIT SSUSP USUSP PSUSP");
    expect(row?.trim().split(/\s+/)).toEqual([
      "1000",
      "array-na",
      USER,
      "4",
      "1",
      "1",
      "1",
      "1",
      "0",
      "0",
      "0",
    ]);
    expect((await lsf.run("bjobs", ["-A", "-w"])).stdout).toContain("array-name[1-4]%2");
  });

  test("-J takes a wildcard, and an index list", async () => {
    const lsf = await prepare();
    const indices = async (name: string) =>
      lines(
        (await lsf.run("bjobs", ["-a", "-noheader", "-o", "jobindex", "-J", name])).stdout,
      ).sort();
    expect(await indices("arr*")).toEqual(["1", "2", "3", "4"]);
    expect(await indices("array-name[2-3]")).toEqual(["2", "3"]);
  });

  test("-o: widths, a delimiter, `-` for nothing", async () => {
    const lsf = await prepare();
    const args = ["-a", "-o", "jobid:5 exec_host:-10 job_name:6 delimiter='^'", "1000[3]"];
    expect((await lsf.run("bjobs", args)).stdout).toBe(
      "JOBID^EXEC_HOST^JOB_NAME\n1000^exec-1^array-name[3]\n",
    );
    const padded = await lsf.run("bjobs", [
      "-noheader",
      "-o",
      "JOBID:6 exit_code:-4 name:6",
      "1000[3]",
    ]);
    expect(padded.stdout).toBe("1000      - *me[3]\n");
  });

  test("-l wraps its lines inside words, after 79 characters", async () => {
    const lsf = await prepare();
    const { stdout } = await lsf.run("bjobs", ["-l", "1001"]);
    expect(lines(stdout).every((line) => line.length <= 79)).toBe(true);
    expect(stdout.replaceAll(`\n${" ".repeat(21)}`, "")).toContain(
      "Job Name <single>, User <user1>",
    );
    const unformatted = await lsf.run("bjobs", ["-UF", "1001"]);
    expect(unformatted.stdout).toContain("Job Name <single>, User <user1>");
  });

  test("busyLines come before the answer, on stderr", async () => {
    const lsf = await prepare({ variants: { busyLines: true } });
    expect((await lsf.run("bjobs", ["1001"])).stderr).toBe(
      "LSF is processing your request. Please wait ...\n",
    );
  });
});

describe("job groups", () => {
  test("bgadd, bgmod, bgdel: texts and refusals", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    const refused = async (command: "bgadd" | "bgmod" | "bgdel", ...args: string[]) => {
      const { status, stderr } = await lsf.run(command, args);
      return `${status ?? ""} ${stderr.trimEnd()}`;
    };
    expect(await lsf.run("bgadd", ["-L", "10", "/a/b"])).toEqual({
      status: 0,
      stdout: "Job group </a/b> was added.\n",
      stderr: "",
    });
    expect(await refused("bgadd", "/a/b")).toBe("255 /a/b: Group exists");
    expect(await refused("bgadd", "a")).toBe("255 a: Bad or empty job group name");
    expect(await refused("bgadd", "-L", "11", "/a/b/c")).toBe(
      "255 /a/b/c: Job group limit must be less or equal to the limit of the parent group",
    );
    expect((await lsf.run("bgmod", ["-L", "5", "/a/b"])).stdout).toBe(
      "Job group /a/b is modified.\n",
    );
    await lsf.run("bgadd", ["-L", "5", "/a/b/c"]);
    expect(await refused("bgmod", "-L", "4", "/a/b")).toBe(
      "255 /a/b: Cannot set job group limit because there is at least one child group that has higher limit, or has no limit at all",
    );
    expect(await refused("bgmod", "-L", "4", "/x")).toBe("255 /x: Job group does not exist");
    await lsf.run("bsub", ["-g", "/a/b/c", "true"]);
    expect(await refused("bgdel", "/a")).toBe("255 /a: Job group contains jobs");
    expect(await lsf.groups()).toEqual([
      { name: "/a", limit: null },
      { name: "/a/b", limit: 5 },
      { name: "/a/b/c", limit: 5 },
      // The refused bgdel has left everything.
    ]);
  });

  test("bjgroup by level, and -s as a tree with its counts", async () => {
    const lsf = await makeLsf({ mode: "hold", user: USER });
    await lsf.run("bgadd", ["-L", "10", "/a/b"]);
    await lsf.run("bgadd", ["/x"]);
    await lsf.run("bsub", ["-g", "/a/b", "-J", "n[1-3]", "true"]);
    await lsf.force(1000, 1, { state: "RUN" });
    const names = async (...args: string[]) =>
      lines((await lsf.run("bjgroup", args)).stdout)
        .slice(1)
        .map((line) => line.split(" ")[0]);
    expect(await names()).toEqual(["/a", "/x", "/a/b"]);
    expect(await names("-s")).toEqual(["/a", "/a/b", "/x"]);
    expect(await names("-s", "/a")).toEqual(["/a", "/a/b"]);
    expect(await names("-s", "/a/")).toEqual(["/a"]);
    const { stdout } = await lsf.run("bjgroup", ["-s", "/a/b"]);
    expect(stdout).toBe(
      `GROUP_NAME         NJOBS   PEND    RUN    SSUSP  USUSP  FINISH  SLA   JLIMIT  OWNER\n/a/b               3       2       1      0      0      0       ()       1/10  user1\n`,
    );
    expect(await lsf.run("bjgroup", ["-s", "/nosuch"])).toMatchObject({ status: 255 });
  });
});

describe("queues, hosts, parameters, history", () => {
  test("bqueues", async () => {
    const lsf = await prepare();
    const { stdout } = await lsf.run("bqueues", ["general"]);
    expect(stdout).toBe(
      "QUEUE_NAME      PRIO STATUS          MAX JL/U JL/P JL/H NJOBS  PEND   RUN  SUSP\ngeneral          10  Open:Active       -    -    -    -     5     4     1     0\n",
    );
    expect((await lsf.run("bqueues", [])).stdout).toContain("general-interac  10");
    expect((await lsf.run("bqueues", ["-w"])).stdout).toContain("general-interactive  10");
    expect(await lsf.run("bqueues", ["nosuch"])).toEqual({
      status: 255,
      stdout: "",
      stderr: "nosuch: No such queue\n",
    });
  });

  test("bhosts", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    expect(lines((await lsf.run("bhosts", ["exec-1"])).stdout)).toEqual([
      "HOST_NAME          STATUS       JL/U    MAX  NJOBS    RUN  SSUSP  USUSP    RSV",
      "exec-1             ok              -      8      0      0      0      0      0",
    ]);
    await lsf.loseHost("exec-1");
    await lsf.killHost("exec-2");
    const { stdout } = await lsf.run("bhosts", []);
    expect(stdout).toMatch(/^exec-1 +unreach /m);
    expect(stdout).toMatch(/^exec-2 +unavail /m);
    expect((await lsf.run("bhosts", ["-gpu", "-w", "general"])).stdout).toContain(
      "TeslaV100_SXM2_32GB",
    );
    expect(await lsf.run("bhosts", ["nosuch"])).toMatchObject({ status: 255 });
  });

  test("bparams -a, badmin showconf, lsid", async () => {
    const lsf = await makeLsf({ mode: "hold", maxArraySize: 10 });
    const { stdout } = await lsf.run("bparams", ["-a"]);
    expect(stdout).toMatch(/^ {4}MAX_JOB_ARRAY_SIZE = 10$/m);
    expect((await lsf.run("badmin", ["showconf", "mbd"])).stdout).toContain(
      "MAX_JOB_ARRAY_SIZE = 10\n",
    );
    expect((await lsf.run("lsid", [])).stdout).toContain("My cluster name is emulated-lsf\n");
    const tooLarge = await lsf.run("bsub", ["-J", "a[1-11]", "true"]);
    expect(tooLarge.status).toBe(255);
    expect(tooLarge.stderr).toContain("Job array index too large. Job not submitted.");
  });

  test("bhist: own unfinished jobs, -a with the others, -l in full", async () => {
    const lsf = await prepare();
    expect(lines((await lsf.run("bhist", [])).stdout)).toHaveLength(2 + 3);
    expect(lines((await lsf.run("bhist", ["-a", "-J", "array-name"])).stdout)).toHaveLength(2 + 4);
    const { stdout } = await lsf.run("bhist", ["-l", "1000[2]"]);
    expect(stdout.replaceAll(`\n${" ".repeat(21)}`, "")).toContain(
      "Completed <exit>; TERM_MEMLIMIT: job killed after reaching LSF memory usage limit.",
    );
    expect(await lsf.run("bhist", ["-a", "-J", "nosuch"])).toEqual({
      status: 255,
      stdout: "",
      stderr: "No matching job found\n",
    });
  });

  test("bpeek refuses what is no single running element; blaunch runs in jobs only", async () => {
    const lsf = await prepare();
    const refusal = async (...args: string[]) => {
      const { status, stderr } = await lsf.run("bpeek", args);
      expect(status).toBe(255);
      return stderr;
    };
    expect(await refusal("1000")).toBe("bpeek: Cannot operate on job array\n");
    expect(await refusal("1000[1-2]")).toBe(
      "1000[1-2]: Illegal job array index. One element only.\n",
    );
    expect(await refusal("1000[4]")).toBe("Job <1000[4]> : Not yet started.\n");
    expect(await refusal("1000[1]")).toBe("Job <1000[1]> : Already finished.\n");
    expect(await lsf.run("blaunch", ["true"])).toEqual({
      status: 255,
      stdout: "",
      stderr: "Cannot run outside LSF\n",
    });
  });
});
