import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeTestFolder } from "../../support/folder.ts";
import type { Lsf } from "../../support/lsf/lsf.ts";
import { eventually, makeLsf } from "../../support/lsf/suite.ts";

async function submit(lsf: Lsf, options: readonly string[], script = "true\n"): Promise<string> {
  const { stdout, stderr } = await lsf.run("bsub", ["-q", "general", ...options], {
    stdin: `#!/bin/bash\n${script}`,
  });
  const id = /Job <(\d+)>/.exec(stdout)?.[1];
  if (id === undefined) throw new Error(stderr);
  return id;
}

const listStates = async (lsf: Lsf): Promise<string[]> =>
  (await lsf.jobs()).flatMap(({ elements }) => elements.map(({ state }) => state));
const running = (lsf: Lsf) => eventually(() => listStates(lsf)).toEqual(["RUN"]);

describe("bkill", () => {
  test("ends pending elements at once, and tells each of several ids", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    const id = await submit(lsf, ["-J", "a[1-4]"]);
    expect(await lsf.run("bkill", [`${id}[2-3]`])).toEqual({
      status: 0,
      stdout: `Job <${id}[2]> is being terminated\nJob <${id}[3]> is being terminated\n`,
      stderr: "",
    });
    expect(await listStates(lsf)).toEqual(["PEND", "EXIT", "EXIT", "PEND"]);
    expect(await lsf.run("bkill", [`${id}[2]`, "77", `${id}[4]`])).toEqual({
      status: 255,
      stdout: `Job <${id}[4]> is being terminated\n`,
      stderr: `Job <${id}[2]>: Job has already finished\nJob <77>: No matching job found\n`,
    });
    expect(await lsf.run("bkill", [id])).toMatchObject({
      stdout: `Job <${id}> is being terminated\n`,
    });
    expect(await lsf.element(Number(id), 4)).toMatchObject({ state: "EXIT", reason: "TERM_OWNER" });
  });

  test.each([
    ["abc", "abc: Illegal job ID."],
    ["99999999999", "99999999999: Job ID out of valid range."],
    ["1000[x]", "1000[x]: Bad job array index list."],
    ["1000[5-2]", "5-2: Job Array index invalid range."],
    ["1000[0]", "0: Job Array index out of valid range."],
    ["1000[1-4:0]", "1-4:0: Job Array index step out of valid range."],
  ])("of %s: %s", async (id, text) => {
    const lsf = await makeLsf({ mode: "hold" });
    await submit(lsf, ["-J", "a[1-4]"]);
    expect(await lsf.run("bkill", [id])).toEqual({ status: 255, stdout: "", stderr: `${text}\n` });
  });

  test("with 0 takes what the group holds, one line a job, and no subgroup", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    const id = await submit(lsf, ["-J", "a[1-2]", "-g", "/g"]);
    await submit(lsf, ["-g", "/g/below"]);
    await submit(lsf, []);
    const { status, stdout } = await lsf.run("bkill", ["-g", "/g", "0"]);
    expect(status).toBe(0);
    expect(stdout.split("\n").sort()).toEqual([
      "",
      `Job <${id}[1]> is being terminated`,
      `Job <${id}[2]> is being terminated`,
    ]);
    expect(await listStates(lsf)).toEqual(["EXIT", "EXIT", "PEND", "PEND"]);
  });

  test("without an id ends the last submitted job, even with -g", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    await submit(lsf, ["-g", "/g"]);
    await submit(lsf, ["-g", "/g"]);
    await lsf.run("bkill", ["-g", "/g"]);
    expect(await listStates(lsf)).toEqual(["PEND", "EXIT"]);
  });

  test("tells of a whole array in one line, or in one for each element", async () => {
    const lsf = await makeLsf({ mode: "hold", variants: { arrayActionLines: "each" } });
    const id = await submit(lsf, ["-J", "a[1-2]"]);
    expect((await lsf.run("bkill", [id])).stdout).toBe(
      `Job <${id}[1]> is being terminated\nJob <${id}[2]> is being terminated\n`,
    );
  });

  test("sends INT, TERM and KILL, JOB_TERMINATE_INTERVAL apart", async () => {
    const lsf = await makeLsf({ clockScale: 20 });
    const folder = makeTestFolder();
    const heard = join(folder, "heard");
    const id = await submit(
      lsf,
      [],
      `trap "echo INT >> ${heard}" INT; trap "echo TERM >> ${heard}" TERM; touch ${folder}/ready; while :; do sleep 0.05; done`,
    );
    await eventually(() => readIfThere(join(folder, "ready"))).toBe("");
    await lsf.run("bkill", [id]);
    await lsf.untilEnded();
    expect(readFileSync(heard, "utf8")).toBe("INT\nTERM\n");
    expect(await lsf.element(Number(id))).toMatchObject({ exitCode: 137, reason: "TERM_OWNER" });
  });

  test("a plain job ends with 130; -s sends one signal; -r ends it at once", async () => {
    const lsf = await makeLsf();
    const first = await submit(lsf, [], "exec sleep 60\n");
    await running(lsf);
    await lsf.run("bkill", [first]);
    await lsf.untilEnded();
    expect(await lsf.element(Number(first))).toMatchObject({ state: "EXIT", exitCode: 130 });
    const second = await submit(lsf, [], "exec sleep 60\n");
    await eventually(() => listStates(lsf)).toEqual(["EXIT", "RUN"]);
    expect((await lsf.run("bkill", ["-s", "SIGUSR1", second])).stdout).toBe(
      `Job <${second}> is being signaled\n`,
    );
    await lsf.untilEnded();
    expect(await lsf.element(Number(second))).toMatchObject({ exitCode: 138, reason: null });
    const third = await submit(lsf, [], "trap '' INT TERM; while :; do sleep 0.1; done\n");
    await eventually(() => listStates(lsf)).toEqual(["EXIT", "EXIT", "RUN"]);
    await lsf.run("bkill", ["-r", third]);
    await lsf.untilEnded();
    expect(await lsf.element(Number(third))).toMatchObject({ exitCode: 137 });
    expect(await lsf.run("bkill", ["-s", "NOSUCH", third])).toMatchObject({
      ...{ status: 255, stderr: "NOSUCH: Illegal signal value\n" },
    });
  });

  test("what an element has started ends with it", async () => {
    const lsf = await makeLsf();
    const folder = makeTestFolder();
    const id = await submit(lsf, [], `sleep 300 & echo $! > ${folder}/child; wait`);
    await eventually(() => readIfThere(join(folder, "child"))).toMatch(/\d+\n/);
    await lsf.run("bkill", [id]);
    await lsf.untilEnded();
    const child = Number(readFileSync(join(folder, "child"), "utf8"));
    await eventually(() => isAlive(child)).toBe(false);
  });
});

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function isAlive(id: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("bstop and bresume", () => {
  test("hold pending elements, and let them go", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    const id = await submit(lsf, ["-J", "a[1-3]"]);
    expect((await lsf.run("bstop", [`${id}[1,3]`])).stdout).toBe(
      `Job <${id}[1]> is being stopped\nJob <${id}[3]> is being stopped\n`,
    );
    expect(await listStates(lsf)).toEqual(["PSUSP", "PEND", "PSUSP"]);
    expect((await lsf.run("bresume", [id])).stdout).toBe(`Job <${id}> is being resumed\n`);
    expect(await listStates(lsf)).toEqual(["PEND", "PEND", "PEND"]);
  });

  test("stop a running element, which goes on later", async () => {
    const lsf = await makeLsf();
    const folder = makeTestFolder();
    const count = () => (readIfThere(join(folder, "count")) ?? "").length;
    const id = await submit(
      lsf,
      [],
      `until test -e ${folder}/go; do printf x >> ${folder}/count; sleep 0.02; done`,
    );
    await eventually(count).toBeGreaterThan(0);
    await lsf.run("bstop", [id]);
    expect(await listStates(lsf)).toEqual(["USUSP"]);
    const stopped = count();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(count()).toBe(stopped);
    expect(await lsf.run("bstop", [id])).toMatchObject({ status: 255 });
    await lsf.run("bresume", [id]);
    await eventually(count).toBeGreaterThan(stopped);
    writeFileSync(join(folder, "go"), "");
    await lsf.untilEnded();
    expect(await lsf.element(Number(id))).toMatchObject({ state: "DONE" });
  });

  test("-H submits a held job", async () => {
    const lsf = await makeLsf();
    const id = await submit(lsf, ["-H"]);
    expect(await listStates(lsf)).toEqual(["PSUSP"]);
    await lsf.run("bresume", [id]);
    await lsf.untilEnded();
  });

  test("a stopped element is killed all the same", async () => {
    const lsf = await makeLsf();
    const id = await submit(lsf, [], "exec sleep 60\n");
    await running(lsf);
    await lsf.run("bstop", [id]);
    await lsf.run("bkill", [id]);
    await lsf.untilEnded();
    expect(await lsf.element(Number(id))).toMatchObject({ exitCode: 130 });
  });
});

describe("brequeue", () => {
  test("takes running elements, and with -e, -d, -a others, under their ids", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    const id = await submit(lsf, ["-J", "a[1-3]"]);
    await lsf.force(Number(id), 1, { state: "DONE" });
    await lsf.force(Number(id), 2, { state: "EXIT", exitCode: 3 });
    expect(await lsf.run("brequeue", [id])).toMatchObject({ status: 255 });
    expect((await lsf.run("brequeue", ["-e", id])).stdout).toBe(`Job <${id}> is being requeued \n`);
    expect(await listStates(lsf)).toEqual(["DONE", "PEND", "PEND"]);
    await lsf.run("brequeue", ["-d", "-H", `${id}[1]`]);
    expect(await listStates(lsf)).toEqual(["PSUSP", "PEND", "PEND"]);
  });

  test("a running element starts again", async () => {
    const lsf = await makeLsf();
    const folder = makeTestFolder();
    const id = await submit(lsf, [], `test -e ${folder}/go || sleep 60`);
    await running(lsf);
    writeFileSync(join(folder, "go"), "");
    await lsf.run("brequeue", [id]);
    await lsf.untilEnded();
    expect(await lsf.element(Number(id))).toMatchObject({ state: "DONE", starts: 2 });
  });
});

describe("bmod", () => {
  test("sets an array's running limit while it runs", async () => {
    const lsf = await makeLsf();
    const id = await submit(lsf, ["-J", "a[1-6]%1", "-g", "/g"], "exec sleep 60\n");
    const count = async () => (await listStates(lsf)).filter((state) => state === "RUN").length;
    await eventually(count).toBe(1);
    expect(await lsf.run("bmod", ["-J", "%3", id])).toEqual({
      status: 0,
      stdout: `Parameters of job <${id}> are being changed\n`,
      stderr: "",
    });
    await eventually(count).toBe(3);
    expect(await lsf.run("bmod", ["-J", "other", id])).toMatchObject({
      status: 255,
      stderr: `Job <${id}>: Change job name is not allowed for job array\n`,
    });
  });

  test("changes pending jobs as bsub would set them", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    const id = await submit(lsf, ["-W", "10", "-sp", "5"]);
    await lsf.run("bmod", ["-sp", "99", "-q", "lab", id]);
    await lsf.run("bmod", ["-Wn", id]);
    const [job] = await lsf.jobs();
    expect(job?.options).toEqual({ "-q": "lab", "-sp": "99" });
    expect(await lsf.run("bmod", ["-q", "nosuch", id])).toMatchObject({
      status: 255,
      stderr: "nosuch: No such queue. Job not modified.\n",
    });
  });

  test("of a running job takes only what may change then", async () => {
    const lsf = await makeLsf({ clockScale: 60 });
    const id = await submit(lsf, ["-W", "600"], "exec sleep 60\n");
    await running(lsf);
    const refused = await lsf.run("bmod", ["-q", "lab", id]);
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain(
      "Only the following parameters can be used to modify a running job: -c, -M, -W,",
    );
    await lsf.run("bmod", ["-W", "1", id]);
    await lsf.untilEnded();
    expect(await lsf.element(Number(id))).toMatchObject({ exitCode: 140, reason: "TERM_RUNLIMIT" });
  });

  test("refuses what it refuses of groups and elements", async () => {
    const lsf = await makeLsf({ mode: "hold" });
    const id = await submit(lsf, ["-J", "a[1-2]"]);
    const refusal = async (...args: string[]) => {
      const { status, stderr } = await lsf.run("bmod", args);
      expect(status).toBe(255);
      return stderr;
    };
    expect(await refusal("-g", "/g", `${id}[1]`)).toContain(
      "Cannot modify job group on element of job array",
    );
    expect(await refusal("-g", "/g", "-sp", "5", id)).toContain(
      "Cannot combine modify job group or service class option with others",
    );
    expect(await refusal("-sp", "5", "77")).toBe("Job <77>: No matching job found\n");
    await lsf.run("bmod", ["-g", "/moved", id]);
    expect((await lsf.jobs())[0]?.group).toBe("/moved");
  });
});
