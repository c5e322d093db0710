import { hostname } from "node:os";
import { beforeEach, expect, test, vi } from "vitest";
import { hostName, schedulerJobId, tellingVariables } from "../../../src/runner/where.ts";
import { SCHEDULERS } from "../../../src/schedulers/index.ts";

beforeEach(() => {
  for (const { element } of SCHEDULERS)
    for (const name of [...element.jobIdVariables, ...element.tellingVariables, "LSB_HOSTS"])
      vi.stubEnv(name, undefined);
  return () => vi.unstubAllEnvs();
});

const set = (variables: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
};

test("outside every scheduler there is no job, and this machine has its own name", () => {
  expect([schedulerJobId(), hostName()]).toEqual(["", hostname()]);
});

test("on LSF, a job on one host has that name; one on several has the machine's", () => {
  set({ LSB_JOBID: "71", LSB_HOSTS: " exec-7 exec-7 " });
  expect([schedulerJobId(), hostName()]).toEqual(["71", "exec-7"]);
  set({ LSB_HOSTS: "exec-7 exec-8" });
  expect(hostName()).toBe(hostname());
  set({ LSB_HOSTS: "  " });
  expect(hostName()).toBe(hostname());
});

test("on Slurm, an element counts under its array's id, a parallel job under its own", () => {
  set({ SLURM_JOB_ID: "82", SLURMD_NODENAME: "n1" });
  expect([schedulerJobId(), hostName()]).toEqual(["82", "n1"]);
  set({ SLURM_ARRAY_JOB_ID: "80" });
  expect(schedulerJobId()).toBe("80");
});

test("each variable that tells where an element runs is named once", () => {
  const names = tellingVariables();
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(["LSB_JOBINDEX", "SLURM_PROCID"]));
});
