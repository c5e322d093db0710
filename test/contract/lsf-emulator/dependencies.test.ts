import { describe, expect, test } from "vitest";
import type { Lsf } from "../../support/lsf/lsf.ts";
import { eventually, makeLsf, makeSuiteLsf } from "../../support/lsf/suite.ts";

async function submit(lsf: Lsf, options: readonly string[], command = "true"): Promise<number> {
  const { stdout, stderr } = await lsf.run("bsub", ["-q", "general", ...options], {
    stdin: `${command}\n`,
  });
  const id = /Job <(\d+)>/.exec(stdout)?.[1];
  if (id === undefined) throw new Error(stderr);
  return Number(id);
}

const stateOf = async (lsf: Lsf, id: number, index = 0) => (await lsf.element(id, index)).state;

/** Finished jobs to depend on: 1000 done, 1001 failed with 3, 1002[1-4]: done, done, failed, pending. */
async function prepare(lsf: Lsf): Promise<void> {
  await submit(lsf, ["-J", "good"]);
  await submit(lsf, ["-J", "bad"], "exit 3");
  await submit(
    lsf,
    ["-J", "mixed[1-4]"],
    `test "$LSB_JOBINDEX" = 3 && exit 5; test "$LSB_JOBINDEX" != 4 || sleep 60`,
  );
  await lsf.until((jobs) => {
    const states = jobs.flatMap(({ elements }) => elements.map(({ state }) => state));
    return states.join() === "DONE,EXIT,DONE,DONE,EXIT,RUN";
  });
}

describe("a dependency", () => {
  let prepared: Promise<void> | undefined;
  const suite = makeSuiteLsf();
  const ready = async (): Promise<Lsf> => {
    const lsf = suite();
    prepared ??= prepare(lsf);
    await prepared;
    return lsf;
  };

  test.each([
    "1000",
    "good",
    `"good"`,
    "goo*",
    "done(1000)",
    "ended(1001)",
    "exit(1001)",
    "exit(1001, 3)",
    "exit(1001, > 2)",
    "exit(1001, != 4)",
    "done(1000) && ended(1001)",
    "done(1001) || done(1000)",
    "!done(1001)",
    "(done(1001) || ended(1001)) && good",
    "done(1002[1])",
    "done(mixed[2])",
    "started(1002[4])",
    "numdone(1002, 2)",
    "numdone(1002, >= 1) && numexit(1002, == 1)",
    "numended(1002, 3)",
    "numrun(1002, 1)",
    "post_done(1000)",
  ])("%s is true", async (condition) => {
    const lsf = await ready();
    const id = await submit(lsf, ["-w", condition]);
    await eventually(() => stateOf(lsf, id)).toBe("DONE");
  });

  test.each([
    ["ended(1002)", "Job dependency condition not satisfied"],
    ["numdone(1002, *)", "Job dependency condition not satisfied"],
    ["numdone(1002, 4)", "Job dependency condition not satisfied"],
    ["done(1000) && ended(1002[4])", "Job dependency condition not satisfied"],
    ["done(1001)", "Dependency condition invalid or never satisfied"],
    ["exit(1000)", "Dependency condition invalid or never satisfied"],
    ["exit(1001, 4)", "Dependency condition invalid or never satisfied"],
    ["done(1002)", "Dependency condition invalid or never satisfied"],
  ])("%s is not: %s", async (condition, reason) => {
    const lsf = await ready();
    const id = await submit(lsf, ["-w", condition]);
    await eventually(async () => (await lsf.element(id)).pendingReason).toBe(reason);
    expect(await stateOf(lsf, id)).toBe("PEND");
    await lsf.run("bkill", [String(id)]);
  });

  test("that can never come true ends the job with -ti only", async () => {
    const lsf = await ready();
    const id = await submit(lsf, ["-J", "orphans[1-2]", "-w", "done(1001)", "-ti"]);
    await eventually(() => stateOf(lsf, id, 1)).toBe("EXIT");
    await eventually(() => stateOf(lsf, id, 2)).toBe("EXIT");
    expect((await lsf.element(id, 1)).starts).toBe(0);
  });

  test("pairs the elements of arrays of the same size", async () => {
    const lsf = await ready();
    const id = await submit(lsf, ["-J", "next[1-4]", "-w", "done(mixed[*])"]);
    await lsf.until((jobs) => {
      const job = jobs.find((known) => known.id === id);
      return job?.elements.map(({ state }) => state).join() === "DONE,DONE,PEND,PEND";
    });
    const refused = await lsf.run("bsub", ["-J", "next[1-5]", "-w", "done(mixed[*])", "true"]);
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain(
      "Dependent job arrays must be the same size. Job not submitted.",
    );
  });

  test.each([
    ["done(", "Dependency condition syntax error"],
    ["done(1000", "Dependency condition syntax error"],
    ["done(1000) done(1001)", "Dependency condition syntax error"],
    ["finished(1000)", "Dependency condition syntax error"],
    ["done(1000) & done(1001)", "Dependency condition syntax error"],
    ["numdone(1002)", "Dependency condition syntax error"],
    ["exit(1001, x)", "Dependency condition syntax error"],
    ["numended(good, *)", "Job array does not exist"],
    ["done(4711)", "4711: No matching job found"],
    ["done(1002[9])", "1002[9]: No matching job found"],
    ["nobody*", "nobody*: No matching job found"],
  ])("%s is refused: %s", async (condition, text) => {
    const lsf = await ready();
    const { status, stderr } = await lsf.run("bsub", ["-w", condition, "true"]);
    expect(status).toBe(255);
    expect(stderr).toContain(`${text}. Job not submitted.`);
  });
});

test("on a job that LSF has forgotten refuses the submission, while earlier ones go on", async () => {
  const lsf = await makeLsf({ mode: "hold", cleanPeriodSeconds: 60 });
  const first = await submit(lsf, []);
  const waiting = await submit(lsf, ["-w", `done(${first})`]);
  await lsf.force(first, 0, { state: "DONE" });
  await lsf.advance(61);
  const { status, stderr } = await lsf.run("bsub", ["-w", `done(${first})`, "true"]);
  expect(status).toBe(255);
  expect(stderr).toContain(`${first}: No matching job found. Job not submitted.`);
  await eventually(async () => (await lsf.element(waiting)).pendingReason).toBe(
    "New job is waiting for scheduling",
  );
});
