import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { eventually, makeLsf } from "../../support/lsf/suite.ts";

const BSUB = ["-q", "general", "-G", "compute-lab", "-J", "mine", "true"];
const ANSWER = "Job <1000> is submitted to queue <general>.\n";

test("a command that is missing from PATH, until it is back", async () => {
  const lsf = await makeLsf({ mode: "hold" });
  lsf.hideCommand("bsub");
  await expect(lsf.run("bsub", BSUB)).rejects.toThrow("ENOENT");
  lsf.showCommand("bsub");
  expect(await lsf.run("bsub", BSUB)).toMatchObject({ status: 0, stdout: ANSWER });
});

test.each([
  ["refused", 0, { status: 255, stderr: "Request aborted by esub. Job not submitted.\n" }],
  ["killed-before", 0, { status: null, stdout: "" }],
  ["killed-after", 1, { status: null, stdout: "" }],
  [
    "answer-lost",
    1,
    { status: 255, stdout: "", stderr: "Cannot connect to LSF. Please wait ...\n" },
  ],
  ["busy", 1, { status: 0, stdout: ANSWER }],
  ["slow", 1, { status: 0, stdout: ANSWER }],
] as const)("%s: %d jobs", async (kind, jobs, expected) => {
  const lsf = await makeLsf({ mode: "hold" });
  await lsf.inject({ kind, command: "bsub", seconds: 0.2 });
  expect(await lsf.run("bsub", BSUB)).toMatchObject(expected);
  expect(await lsf.jobs()).toHaveLength(jobs);
  expect(await lsf.run("bsub", BSUB)).toMatchObject({ status: 0 });
});

test("garbage: the job is there, and no answer that names it", async () => {
  const lsf = await makeLsf({ mode: "hold" });
  await lsf.inject({ kind: "garbage", command: "bsub" });
  const run = await lsf.run("bsub", BSUB);
  expect(run.status).toBe(0);
  expect(run.stdout).not.toContain("1000");
  expect(await lsf.jobs()).toHaveLength(1);
});

test("silent: the job is there, and bsub hangs until it is killed", async () => {
  const lsf = await makeLsf({ mode: "hold" });
  await lsf.inject({ kind: "silent", command: "bsub" });
  const child = spawn("bsub", BSUB, { env: lsf.environment(), cwd: tmpdir(), stdio: "ignore" });
  await eventually(async () => (await lsf.jobs()).length).toBe(1);
  expect(child.exitCode).toBeNull();
  child.kill("SIGKILL");
});

test("down: commands wait and say so, and go on when mbatchd is back", async () => {
  const lsf = await makeLsf({ mode: "hold" });
  await lsf.inject({ kind: "down" });
  const child = spawn("bsub", BSUB, { env: lsf.environment(), cwd: tmpdir() });
  const answer = Promise.all([text(child.stdout), text(child.stderr)]);
  await eventually(async () => (await lsf.calls()).length).toBe(1);
  expect(await lsf.jobs()).toEqual([]);
  await lsf.clearFaults();
  const [stdout, stderr] = await answer;
  expect(stdout).toBe(ANSWER);
  expect(stderr).toMatch(/^(?:LSF is down\. Please wait \.\.\.\n)+$/);
});

test("hits the Nth call, as often as told, and only what matches", async () => {
  const lsf = await makeLsf({ mode: "hold" });
  await lsf.inject({
    kind: "refused",
    command: "bsub",
    match: "mine",
    call: 2,
    times: 2,
    text: "no",
  });
  const statuses: (number | null)[] = [];
  for (const name of ["mine", "other", "mine", "other", "mine", "mine"]) {
    statuses.push((await lsf.run("bsub", ["-J", name, "true"])).status);
  }
  expect(statuses).toEqual([0, 0, 255, 0, 255, 0]);
  expect((await lsf.calls()).map(({ command, status }) => [command, status])).toEqual(
    statuses.map((status) => ["bsub", status]),
  );
});

test("a job that LSF has forgotten", async () => {
  const lsf = await makeLsf({ mode: "hold" });
  await lsf.run("bsub", BSUB);
  await lsf.forget(1000);
  expect(await lsf.run("bjobs", ["-a", "1000"])).toMatchObject({
    ...{ status: 255, stderr: "Job <1000> is not found\n" },
  });
});

test.each([
  ["taken", 2],
  ["refused", 1],
] as const)("MAX_PEND_JOBS, and a crossing array is %s", async (crossingThreshold, expected) => {
  const lsf = await makeLsf({ mode: "hold", maxPendingJobs: 3, variants: { crossingThreshold } });
  const submit = (tries: Readonly<Record<string, string>>) =>
    lsf.run("bsub", ["-q", "general", "-J", "a[1-2]", "true"], { env: tries });
  expect(await submit({ LSB_NTRIES: "1" })).toMatchObject({ status: 0 });
  await submit({ LSB_NTRIES: "1" });
  expect(await lsf.jobs()).toHaveLength(expected);
  const refused = await submit({ LSB_NTRIES: "1" });
  expect(refused.status).toBe(255);
  expect(refused.stderr).toContain("Pending job threshold reached.");
});

test("without LSB_NTRIES bsub asks again for ever, and comes in when there is room", async () => {
  const lsf = await makeLsf({ mode: "hold", maxPendingJobs: 1, clockScale: 100 });
  await lsf.run("bsub", BSUB);
  const child = spawn("bsub", BSUB, { env: lsf.environment({}), cwd: tmpdir() });
  const answer = Promise.all([text(child.stdout), text(child.stderr)]);
  await eventually(async () => (await lsf.calls()).length).toBe(2);
  await lsf.force(1000, 0, { state: "DONE" });
  const [stdout, stderr] = await answer;
  expect(stdout).toContain("Job <1001> is submitted to queue <general>.");
  expect(stderr).toMatch(/^(?:Pending job threshold reached\. Retrying in 60 seconds\.\.\.\n)+$/);
});
