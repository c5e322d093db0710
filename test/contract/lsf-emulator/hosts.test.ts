import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTestFolder } from "../../support/folder.ts";
import type { Lsf } from "../../support/lsf/lsf.ts";
import { eventually, makeLsf } from "../../support/lsf/suite.ts";

async function submit(lsf: Lsf, options: readonly string[], script: string): Promise<number> {
  const { stdout, stderr } = await lsf.run("bsub", ["-q", "general", ...options], {
    stdin: `#!/bin/bash\n${script}\n`,
  });
  const id = /Job <(\d+)>/.exec(stdout)?.[1];
  if (id === undefined) throw new Error(stderr);
  return Number(id);
}

const state = async (lsf: Lsf, id: number) => (await lsf.element(id)).state;
const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

test.each([
  [["-n", "6"], ["exec-1"], "exec-1 6"],
  [["-n", "12"], ["exec-1", "exec-2"], "exec-1 8 exec-2 4"],
  [["-n", "4", "-R", "span[ptile=2]"], ["exec-1", "exec-2"], "exec-1 2 exec-2 2"],
  [["-n", "4", "-R", "span[hosts=1]", "-m", "exec-2"], ["exec-2"], "exec-2 4"],
])("%j gets %j", async (options, hosts, slots) => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const id = await submit(
    lsf,
    options,
    `echo "$LSB_MCPU_HOSTS" > ${folder}/hosts; sort -u $LSB_DJOB_HOSTFILE >> ${folder}/hosts`,
  );
  await lsf.untilEnded();
  expect((await lsf.element(id)).hosts).toEqual(hosts);
  expect(read(join(folder, "hosts"))).toBe(`${slots}\n${hosts.join("\n")}\n`);
});

test("a job that no host can hold pends", async () => {
  const lsf = await makeLsf();
  const id = await submit(lsf, ["-n", "9", "-R", "span[hosts=1]"], "true");
  await eventually(async () => (await lsf.element(id)).pendingReason).toBe(
    "Job's resource requirements not satisfied",
  );
});

test("GPUs are given to as many jobs as there are", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const gpu = ["-gpu", "num=2:gmodel=TeslaV100_SXM2_32GB", "-R", "gpuhost"];
  const first = await submit(lsf, gpu, `echo "$CUDA_VISIBLE_DEVICES" > ${folder}/gpus; sleep 60`);
  await eventually(() => read(join(folder, "gpus"))).toBe("0,1\n");
  const second = await submit(lsf, gpu, "true");
  await eventually(async () => (await lsf.element(second)).pendingReason).toBe(
    "Not enough GPUs on the hosts",
  );
  expect((await lsf.element(first)).hosts).toEqual(["exec-1"]);
});

test("blaunch: one task a slot, or on the named hosts, with its output and status", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  await submit(
    lsf,
    ["-n", "4", "-R", "span[ptile=2]"],
    `cd ${folder}
     blaunch sh -c 'echo $BSWEEP_EMULATED_HOST $HOSTNAME' | sort > all
     blaunch exec-2 sh -c 'echo $HOSTNAME; echo bad >&2; exit 3' > one 2> errors; echo $? >> one
     blaunch -z "exec-1 exec-2" sh -c 'echo $HOSTNAME' | sort > both
     blaunch -z "exec-9" true 2> refused; echo $? >> refused`,
  );
  await lsf.untilEnded();
  const file = (name: string) => read(join(folder, name));
  expect(file("all")).toBe("exec-1 exec-1\nexec-1 exec-1\nexec-2 exec-2\nexec-2 exec-2\n");
  expect(file("one")).toBe("exec-2\n3\n");
  expect(file("errors")).toBe("bad\n");
  expect(file("both")).toBe("exec-1\nexec-2\n");
  expect(file("refused")).toMatch(/exec-9.*\n255\n$/);
});

test("a host that dies takes its tasks along, and the job on the other goes on", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const id = await submit(
    lsf,
    ["-n", "2", "-R", "span[ptile=1]"],
    `blaunch exec-2 sh -c 'touch ${folder}/started; exec sleep 300'; echo $? > ${folder}/status`,
  );
  await eventually(() => existsSync(join(folder, "started"))).toBe(true);
  await lsf.killHost("exec-2");
  await lsf.untilEnded();
  expect(await state(lsf, id)).toBe("DONE");
  expect(read(join(folder, "status"))).toBe("137\n");
});

test("an element whose host dies starts again elsewhere with -r, and is UNKWN without", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const wait = `until test -e ${folder}/go; do sleep 0.05; done`;
  const again = await submit(lsf, ["-r"], `echo "$LSB_RESTART" >> ${folder}/starts; ${wait}`);
  const lost = await submit(lsf, ["-m", "exec-1"], "sleep 300");
  await eventually(() => read(join(folder, "starts"))).toBe("\n");
  await eventually(() => state(lsf, lost)).toBe("RUN");
  const process = (await lsf.element(lost)).processId;
  await lsf.killHost("exec-1");
  expect(await state(lsf, lost)).toBe("UNKWN");
  await eventually(() => read(join(folder, "starts"))).toBe("\nY\n");
  expect(await lsf.element(again)).toMatchObject({ hosts: ["exec-2"], starts: 2 });
  await eventually(() => existsSync(`/proc/${process ?? 0}`)).toBe(false);
  writeFileSync(join(folder, "go"), "");
  await lsf.returnHost("exec-1");
  await lsf.untilEnded();
  expect(await lsf.element(again)).toMatchObject({ state: "DONE" });
  expect(await lsf.element(lost)).toMatchObject({ state: "EXIT" });
});

test("on a host that nobody reaches elements are UNKWN, go on, and their end shows later", async () => {
  const lsf = await makeLsf();
  const folder = makeTestFolder();
  const wait = `until test -e ${folder}/go; do sleep 0.05; done`;
  const ends = await submit(
    lsf,
    ["-m", "exec-1"],
    `touch ${folder}/started; ${wait}; touch ${folder}/over; exit 4`,
  );
  const lives = await submit(lsf, ["-m", "exec-1"], "sleep 300");
  await eventually(() => existsSync(join(folder, "started"))).toBe(true);
  await eventually(() => state(lsf, lives)).toBe("RUN");
  await lsf.loseHost("exec-1");
  writeFileSync(join(folder, "go"), "");
  await eventually(() => existsSync(join(folder, "over"))).toBe(true);
  expect([await state(lsf, ends), await state(lsf, lives)]).toEqual(["UNKWN", "UNKWN"]);
  await lsf.run("bkill", [String(lives)]);
  expect(await state(lsf, lives)).toBe("ZOMBI");
  await lsf.returnHost("exec-1");
  await lsf.untilEnded();
  expect(await lsf.element(ends)).toMatchObject({ state: "EXIT", exitCode: 4 });
  expect(await lsf.element(lives)).toMatchObject({ state: "EXIT", exitCode: 137 });
});

test("bsub -K waits for the job and ends with its code; 126 for one that never started", async () => {
  const lsf = await makeLsf();
  const run = await lsf.run("bsub", ["-q", "general", "-K"], { stdin: "exit 7\n" });
  expect(run.status).toBe(7);
  expect(run.stderr).toBe("<<Waiting for dispatch ...>>\n<<Job is finished>>\n");
  const waiting = lsf.run("bsub", ["-q", "closed general", "-K", "-n", "99", "true"]);
  await eventually(async () => (await lsf.jobs()).length).toBe(2);
  await lsf.run("bkill", ["1001"]);
  expect((await waiting).status).toBe(126);
});

test("bsub -I runs in its own terminal, with its input; killing it ends the job", async () => {
  const lsf = await makeLsf();
  const run = await lsf.run("bsub", ["-I", "cat; echo $LSB_JOBID; exit 5"], { stdin: "typed\n" });
  expect(run.status).toBe(5);
  expect(run.stdout).toContain("typed\n1000\n");
  expect(run.stderr).toBe("<<Waiting for dispatch ...>>\n<<Starting on exec-1>>\n");
  const running = lsf.run("bsub", ["-I", "exec sleep 300"]);
  await eventually(
    async () => (await lsf.jobs()).at(-1)?.elements[0]?.processId ?? null,
  ).not.toBeNull();
  await lsf.run("bkill", ["1001"]);
  expect((await running).status).toBe(130);
});
