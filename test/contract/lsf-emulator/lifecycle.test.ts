import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTestFolder } from "../../support/folder.ts";
import type { Lsf } from "../../support/lsf/lsf.ts";
import { eventually, makeLsf } from "../../support/lsf/suite.ts";

async function submit(lsf: Lsf, options: readonly string[], command: string): Promise<number> {
  const script = `#!/bin/bash\n${command}\n`;
  const run = await lsf.run("bsub", ["-q", "general", ...options], { stdin: script });
  const id = /Job <(\d+)>/.exec(run.stdout)?.[1];
  if (id === undefined) throw new Error(run.stderr);
  return Number(id);
}

const states = async (lsf: Lsf, id: number): Promise<string[]> => {
  const job = (await lsf.jobs()).find((known) => known.id === id);
  return job?.elements.map(({ state }) => state) ?? [];
};

const inState = (lsf: Lsf, state: string) =>
  lsf.until((jobs) => jobs.some(({ elements }) => elements.some((one) => one.state === state)));

test("elements run with LSF's environment, the submitter's, and its folder", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const script = `#!/bin/bash\nenv -0 > "env.$LSB_JOBINDEX"; pwd > "pwd.$LSB_JOBINDEX"\n`;
  await lsf.run("bsub", ["-q", "general", "-J", "a[3,5-9:2]%4", "-n", "2"], {
    stdin: script,
    cwd: folder,
    env: { MINE: "it's mine", LINES_OF: "one\ntwo", LSB_SUB_HOST: "elsewhere", PWD: folder },
  });
  await lsf.untilEnded();
  expect(readFileSync(join(folder, "pwd.7"), "utf8")).toBe(`${folder}\n`);
  const variables = Object.fromEntries(
    readFileSync(join(folder, "env.7"), "utf8")
      .split("\0")
      .map((line) => /^([^=]*)=(.*)$/s.exec(line)?.slice(1) ?? ["", ""]),
  ) as Record<string, string>;
  expect(variables).toMatchObject({
    LSB_JOBID: "1000",
    LSB_JOBINDEX: "7",
    LSB_JOBINDEX_STEP: "2",
    LSB_JOBINDEX_END: "9",
    LSB_JOBNAME: "a[3,5-9:2]%4",
    LSB_QUEUE: "general",
    LSB_HOSTS: "exec-1 exec-1",
    LSB_MCPU_HOSTS: "exec-1 2",
    LSB_DJOB_NUMPROC: "2",
    LS_SUBCWD: folder,
    MINE: "it's mine",
  });
  expect(variables).not.toHaveProperty("LINES_OF");
  expect(variables["LSB_SUB_HOST"]).not.toBe("elsewhere");
});

test("-env chooses what comes along", async () => {
  const lsf = await makeLsf({ mode: "hold" });
  const env = { A: "1", B: "2", C: "3" };
  await lsf.run("bsub", ["-env", "all, ~A, B='x,y'", "true"], { env });
  await lsf.run("bsub", ["-env", "C, D=4", "true"], { env });
  await lsf.run("bsub", ["-env", "none", "true"], { env });
  const [some, few, none] = (await lsf.jobs()).map(({ environment }) => environment);
  expect(some).toMatchObject({ B: "x,y", C: "3" });
  expect(some).not.toHaveProperty("A");
  expect(few).toEqual({ C: "3", D: "4" });
  expect(none).toEqual({});
});

test("output and the report come into the -oo file when the element has ended", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const file = join(folder, "1000.2.log");
  writeFileSync(file, "old");
  await submit(
    lsf,
    ["-J", "logs[1-2]", "-oo", join(folder, "%J.%I.log")],
    `echo "hello $LSB_JOBINDEX"; echo bad >&2; until test -e ${folder}/go; do sleep 0.05; done; exit "$LSB_JOBINDEX"`,
  );
  await inState(lsf, "RUN");
  await eventually(() => lsf.run("bpeek", ["1000[2]"])).toMatchObject({
    status: 0,
    stdout: "<< output from stdout >>\nhello 2\nbad\n",
  });
  expect(readFileSync(file, "utf8")).toBe("old");
  writeFileSync(join(folder, "go"), "");
  await lsf.untilEnded();
  const report = readFileSync(file, "utf8");
  expect(report).toContain("Subject: Job 1000[2]: <logs[1-2]> in cluster <emulated-lsf> Exited\n");
  expect(report).toContain("Exited with exit code 2.\n");
  expect(report).toContain("The output (if any) follows:\n\nhello 2\nbad\n");
  expect(report).not.toContain("old");
  expect(await lsf.mails()).toEqual([]);
});

test("with LSB_STDOUT_DIRECT output is there at once, and the report below it", async () => {
  const lsf = await makeLsf({ variants: { stdoutDirect: true } });
  const folder = makeTestFolder();
  const file = join(folder, "log");
  await submit(lsf, ["-oo", file], `echo hello; until test -e ${folder}/go; do sleep 0.05; done`);
  await eventually(() => existsSync(file) && readFileSync(file, "utf8")).toBe("hello\n");
  writeFileSync(join(folder, "go"), "");
  await lsf.untilEnded();
  const report = readFileSync(file, "utf8");
  expect(report).toMatch(/^hello\n\n-{60}\nSender: /);
  expect(report).toContain("Successfully completed.\n");
  expect(report).toContain("The output (if any) is above this job summary.\n");
});

test("no folder for the log, no log", async () => {
  const lsf = await makeLsf();
  const file = join(makeTestFolder(), "missing", "log");
  await submit(lsf, ["-oo", file], "echo lost");
  const [job] = await lsf.untilEnded();
  expect(job?.elements[0]?.state).toBe("DONE");
  expect(existsSync(file)).toBe(false);
});

test("mail: without -o, with -N, with -Ne, and none with LSB_JOB_REPORT_MAIL=N", async () => {
  const lsf = await makeLsf();
  const log = join(makeTestFolder(), "log");
  const subjects = async (options: readonly string[], command: string, env = {}) => {
    const before = (await lsf.mails()).length;
    await lsf.run("bsub", ["-q", "general", ...options], { stdin: command, env });
    await lsf.untilEnded();
    return (await lsf.mails())
      .slice(before)
      .map(({ to, subject }) => `${to} ${subject.split(" ").at(-1) ?? ""}`);
  };
  const user = "me";
  expect(await subjects(["-u", "me@lab"], "true")).toEqual(["me@lab Done"]);
  expect(await subjects([], "true", { LSB_JOB_REPORT_MAIL: "N" })).toEqual([]);
  expect(await subjects(["-o", log], "true")).toEqual([]);
  expect(await subjects(["-N", "-u", "me@lab"], "true", { LSB_JOB_REPORT_MAIL: "N" })).toEqual([
    "me@lab Done",
  ]);
  expect(await subjects(["-Ne", "-o", log, "-u", user], "true")).toEqual([]);
  expect(await subjects(["-Ne", "-o", log, "-u", user], "exit 3")).toEqual([`${user} Exited`]);
});

test("%K, the job group's limit with its children, and slots hold together", async () => {
  const lsf = await makeLsf({ hosts: [host("h1", 3), host("h2", 2)], clockScale: 20 });
  const folder = makeTestFolder();
  await lsf.run("bgadd", ["-L", "4", "/g"]);
  await lsf.run("bgadd", ["-L", "3", "/g/child"]);
  const wait = `until test -e ${folder}/go; do sleep 0.05; done`;
  await submit(lsf, ["-J", "a[1-6]%2", "-g", "/g"], wait);
  await submit(lsf, ["-J", "b[1-6]", "-g", "/g/child"], wait);
  await submit(lsf, ["-J", "c[1-6]"], wait);
  const running = async () =>
    (await lsf.jobs()).map(
      ({ elements }) => elements.filter(({ state }) => state === "RUN").length,
    );
  await eventually(running).toEqual([2, 2, 1]);
  // The child's own limit comes in when its parent has room.
  await lsf.run("bkill", ["1000"]);
  await eventually(running).toEqual([0, 3, 2]);
  writeFileSync(join(folder, "go"), "");
  const [, b, c] = await lsf.untilEnded();
  expect([b, c].flatMap((job) => job?.elements).every((one) => one?.state === "DONE")).toBe(true);
});

const host = (name: string, slots: number, memoryMiB = 65_536) => ({
  name,
  slots,
  memoryMiB,
  model: "m",
  gpus: [],
});

test("pending elements say what they wait for", async () => {
  const lsf = await makeLsf({ hosts: [host("h1", 3, 10_000)] });
  await lsf.run("bgadd", ["-L", "0", "/zero"]);
  const long = "sleep 60";
  const first = await submit(lsf, ["-J", "a[1-2]%1"], long);
  await inState(lsf, "RUN");
  await submit(lsf, ["-g", "/zero"], "true");
  await submit(lsf, ["-R", "rusage[mem=8GB]"], "true");
  await submit(lsf, ["-R", "select[model==other]"], "true");
  await submit(lsf, ["-gpu", "num=1"], "true");
  await submit(lsf, ["-n", "3"], "true");
  await submit(lsf, ["-w", `done(${first})`], "true");
  await submit(lsf, ["-H"], "true");
  const reasons = [
    "Job array has reached its running element limit",
    "The specified job group has reached its job limit",
    "Job's requirements for reserving resource (mem) not satisfied",
    "There are no suitable hosts for the job",
    "There are no suitable hosts for the job",
    "Job's resource requirements not satisfied",
    "Job dependency condition not satisfied",
  ];
  await eventually(async () => {
    const { stdout } = await lsf.run("bjobs", ["-p", "-noheader", "-o", "pend_reason:"]);
    return stdout.split("\n").filter((line) => line !== "").length;
  }).toBe(7);
  const { stdout } = await lsf.run("bjobs", ["-p"]);
  for (const reason of reasons) expect(stdout).toContain(` ${reason};\n`);
});

test("the default group of jobs without -g has a limit of 5", async () => {
  const lsf = await makeLsf();
  await submit(lsf, ["-J", "a[1-8]"], "sleep 60");
  await lsf.until(([job]) => job?.elements.filter(({ state }) => state === "RUN").length === 5);
  const [group] = (await lsf.groups()).filter(({ name }) => name.endsWith("/default"));
  expect(group?.limit).toBe(5);
});

test("over its memory an element is killed: TERM_MEMLIMIT, 137", async () => {
  const lsf = await makeLsf();
  const hungry = `exec node -e 'const held = []; setInterval(() => held.push(Buffer.alloc(4e7, 1)), 20)'`;
  const id = await submit(lsf, ["-M", "200MB", "-R", "rusage[mem=300MB]"], hungry);
  await lsf.untilEnded();
  expect(await lsf.element(id)).toMatchObject({
    state: "EXIT",
    exitCode: 137,
    reason: "TERM_MEMLIMIT",
  });
  const { stdout } = await lsf.run("bjobs", ["-a", "-noheader", "-o", "exit_reason"]);
  expect(stdout.trim()).toBe("TERM_MEMLIMIT: job killed after reaching LSF memory usage limit");
});

test("without -M, what is reserved is the limit", async () => {
  const lsf = await makeLsf();
  const hungry = `exec node -e 'const held = []; setInterval(() => held.push(Buffer.alloc(4e7, 1)), 20)'`;
  const id = await submit(lsf, ["-R", "rusage[mem=200MB]"], hungry);
  await lsf.untilEnded();
  expect(await lsf.element(id)).toMatchObject({ exitCode: 137, reason: "TERM_MEMLIMIT" });
});

test("at its run limit an element gets SIGUSR2 (140); one that goes on is killed after the grace", async () => {
  const lsf = await makeLsf({ clockScale: 100 });
  const plain = await submit(lsf, ["-W", "1"], "exec sleep 600");
  const deaf = await submit(lsf, ["-W", "1"], `trap "" USR2 INT TERM; while :; do sleep 0.1; done`);
  const saver = await submit(lsf, ["-W", "1"], `trap "exit 75" USR2; while :; do sleep 0.1; done`);
  await lsf.untilEnded();
  expect(await lsf.element(plain)).toMatchObject({ exitCode: 140, reason: "TERM_RUNLIMIT" });
  expect(await lsf.element(deaf)).toMatchObject({ exitCode: 137, reason: "TERM_RUNLIMIT" });
  expect(await lsf.element(saver)).toMatchObject({ exitCode: 75, reason: "TERM_RUNLIMIT" });
});

test("-Q puts an element back under its id, without its output; other codes end it", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const log = join(folder, "log");
  const id = await submit(
    lsf,
    ["-Q", "75", "-o", log],
    `echo "$LSB_RESTART" >> ${folder}/starts; echo "start $(wc -l < ${folder}/starts)"; test "$(wc -l < ${folder}/starts)" -ge 3 || exit 75`,
  );
  await lsf.untilEnded();
  expect(await lsf.element(id)).toMatchObject({ state: "DONE", starts: 3 });
  expect(readFileSync(join(folder, "starts"), "utf8")).toBe("\nY\nY\n");
  const report = readFileSync(log, "utf8");
  expect(report).toContain("\nstart 3\n");
  expect(report).not.toContain("\nstart 1\n");
});

test("finished jobs are forgotten after CLEAN_PERIOD, and bhist still knows them", async () => {
  const lsf = await makeLsf({ mode: "hold", cleanPeriodSeconds: 100 });
  const id = await submit(lsf, ["-J", "gone[1-2]"], "true");
  await lsf.force(id, 1, { state: "DONE" });
  await lsf.advance(101);
  expect(await states(lsf, id)).toEqual(["DONE", "PEND"]);
  await lsf.force(id, 2, { state: "EXIT", exitCode: 3 });
  await lsf.advance(99);
  expect(await states(lsf, id)).toEqual(["DONE", "EXIT"]);
  await lsf.advance(2);
  expect(await lsf.jobs()).toEqual([]);
  expect(await lsf.run("bjobs", ["-a", String(id)])).toMatchObject({
    status: 255,
    stderr: `Job <${id}> is not found\n`,
  });
  const { status, stdout } = await lsf.run("bhist", ["-a", "-l", "-J", "gone"]);
  expect(status).toBe(0);
  expect(stdout).toContain("Exited with exit code 3.");
});

test("or one by one, where that is how it is", async () => {
  const lsf = await makeLsf({
    mode: "hold",
    cleanPeriodSeconds: 100,
    variants: { forgets: "element" },
  });
  const id = await submit(lsf, ["-J", "gone[1-2]"], "true");
  await lsf.force(id, 1, { state: "DONE" });
  await lsf.advance(101);
  const { stdout } = await lsf.run("bjobs", ["-a", "-noheader", "-o", "jobindex"]);
  expect(stdout).toBe("2\n");
});

test("a job without its shell ends with 127", async () => {
  const lsf = await makeLsf();
  const run = await lsf.run("bsub", ["-q", "general"], { stdin: "#!/no/such/shell\ntrue\n" });
  expect(run.status).toBe(0);
  const [job] = await lsf.untilEnded();
  expect(job?.elements[0]).toMatchObject({ state: "EXIT", exitCode: 127 });
});

test("scheduled by user priority, then in order", async () => {
  const lsf = await makeLsf({ hosts: [host("h1", 1)] });
  const folder = makeTestFolder();
  await submit(lsf, [], `until test -e ${folder}/go; do sleep 0.05; done`);
  await inState(lsf, "RUN");
  for (const [name, priority] of [
    ["low", "10"],
    ["first", "60"],
    ["second", "60"],
  ] as const) {
    await submit(lsf, ["-sp", priority], `echo ${name} >> ${folder}/order`);
  }
  writeFileSync(join(folder, "go"), "");
  await lsf.untilEnded();
  expect(readFileSync(join(folder, "order"), "utf8")).toBe("first\nsecond\nlow\n");
});
