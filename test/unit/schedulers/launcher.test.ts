import { expect, test } from "vitest";
import type { ContainerRuntime, Pool } from "../../../src/core/placement.ts";
import type { JobRequest, Scheduler } from "../../../src/schedulers/scheduler.ts";
import { chooseLauncher, launchWords } from "../../../src/schedulers/launcher.ts";
import { local } from "../../../src/schedulers/local/index.ts";
import { lsf } from "../../../src/schedulers/lsf/index.ts";
import { slurm } from "../../../src/schedulers/slurm/index.ts";

const pool: Pool = { slots: 8, slotsPerHost: 2, walltimeSeconds: 7200 };
const launch = (
  scheduler: Scheduler,
  runtime: ContainerRuntime = "none",
  launcher?: Pool["launcher"],
) => ({
  ...{
    scheduler,
    runtime,
    image: "img",
    mounts: ["/s"],
    workspace: "/s/w",
    cpus: 3,
    hasGpu: false,
  },
  pool: launcher === undefined ? pool : { ...pool, launcher },
});

test("each scheduler has its own launcher, and Open MPI's", () => {
  expect(chooseLauncher(launch(lsf))).toBe("blaunch");
  expect(chooseLauncher(launch(slurm))).toBe("srun");
  expect(chooseLauncher(launch(lsf, "docker", "mpirun"))).toBe("mpirun");
  expect(() => chooseLauncher(launch(lsf, "none", "srun"))).toThrow(
    'cluster.pool.launcher: found "srun", expected blaunch or mpirun on lsf',
  );
  expect(() => chooseLauncher(launch(slurm, "pyxis", "mpirun"))).toThrow("srun, which alone");
  expect(() => chooseLauncher(launch(local))).toThrow("there are no parallel jobs on local");
});

test("srun keeps its other tasks whatever happens to one", () => {
  expect(launchWords(launch(slurm, "pyxis"))).toEqual([
    ...["srun", "--ntasks=8", "--cpus-per-task=3", "--no-kill", "--kill-on-bad-exit=0", "--wait=0"],
    ...["--container-image=img", "--container-mounts=/s:/s", "--container-workdir=/s/w"],
  ]);
  expect(launchWords(launch(lsf))).toEqual([]);
});

const request: JobRequest = {
  ...{ jobName: "j", elements: 90, concurrencyLimit: 5, jobGroup: "/me/s", isDocker: false, pool },
  ...{ cpus: 3, memoryMiB: 1000, walltimeSeconds: 600, logFolder: "/s/w/logs" },
  gpu: { count: 2, shared: false },
};

test("a parallel job asks LSF by hosts, Slurm by tasks", () => {
  const ofLsf = lsf.jobFile.directives(request);
  expect(ofLsf).toEqual(
    expect.arrayContaining(["-J j", "-n 24", "-M 2000MB", "-W 2:00", '-gpu "num=4"']),
  );
  expect(ofLsf).toContain('-R "gpuhost rusage[mem=2000MB] span[ptile=6] affinity[core(1)]"');
  const ofSlurm = slurm.jobFile.directives(request);
  for (const option of ["--ntasks=8", "--ntasks-per-node=2", "--cpus-per-task=3", "--no-kill"])
    expect(ofSlurm).toContain(option);
  expect(ofSlurm).toContain("--mem-per-cpu=334M");
  expect(ofSlurm).toContain("--gpus-per-task=2");
  expect(ofSlurm.filter((line) => line.startsWith("--array"))).toEqual([]);
});

test("blaunch may hand a name to another shell: only a plain one is let through", () => {
  const logFolder = "/s/$(id)/logs";
  expect(() => lsf.jobFile.directives({ ...request, logFolder })).toThrow(
    "hands the job file's name",
  );
});
