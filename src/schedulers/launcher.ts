import type { ContainerRuntime, Launcher, Pool } from "../core/placement.ts";
import { type ContainerRequest, pyxisOptions } from "./container.ts";
import type { Scheduler } from "./scheduler.ts";
import { unusable } from "./values.ts";

/** What starts the tasks of a parallel job. */
interface LaunchRequest extends ContainerRequest {
  readonly scheduler: Pick<Scheduler, "name" | "launchers" | "element">;
  readonly runtime: ContainerRuntime;
  readonly pool: Pool;
}

/** @throws BsweepError INVALID_STUDY for a launcher that the scheduler or the container does not have */
export function chooseLauncher({ scheduler, runtime, pool }: LaunchRequest): Launcher {
  const known = scheduler.launchers;
  if (known.length === 0) {
    const expected = `nothing: there are no parallel jobs on ${scheduler.name}`;
    throw unusable("cluster.pool", `${pool.slots} slots`, expected);
  }
  const launcher = pool.launcher ?? known[0];
  if (launcher === undefined || !known.includes(launcher)) {
    throw unusable(
      "cluster.pool.launcher",
      launcher ?? "",
      `${known.join(" or ")} on ${scheduler.name}`,
    );
  }
  if (launcher === "mpirun" && runtime === "pyxis") {
    throw unusable("cluster.pool.launcher", launcher, "srun, which alone starts pyxis' containers");
  }
  return launcher;
}

/**
 * Words before a program that start it on each slot of the job; none where the job file calls the launcher for
 * each task (blaunch). A task that ends, however it ends, spares the others. Sources: srun(1); mpirun(1) of Open
 * MPI 4.1.
 */
export function launchWords(request: LaunchRequest): readonly string[] {
  const { pool, cpus, runtime } = request;
  switch (chooseLauncher(request)) {
    case "blaunch":
      return [];
    case "srun":
      return [
        "srun",
        `--ntasks=${pool.slots}`,
        // Not taken over from the job since Slurm 22.05.
        `--cpus-per-task=${cpus}`,
        ...["--no-kill", "--kill-on-bad-exit=0", "--wait=0"],
        ...(runtime === "pyxis" ? pyxisOptions(request) : []),
      ];
    case "mpirun":
      return [
        ...["mpirun", "-np", String(pool.slots), "--map-by", "slot", "--bind-to", "none"],
        ...["-x", "BSWEEP_POOL", "-x", "BSWEEP_JOB_STARTED"],
        ...["-x", request.scheduler.element.jobIdVariables.at(-1) ?? ""],
      ];
  }
}
