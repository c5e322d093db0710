import type { Scheduler } from "../scheduler.ts";
import { slurmJobFile } from "./directives.ts";
import { slurmDoctor } from "./doctor.ts";
import { slurmElement } from "./element.ts";
import { slurmSession } from "./session.ts";
import { slurmStatus } from "./status.ts";
import { slurmSteering } from "./steering.ts";

/** Slurm 22.05 to 24.11. */
export const slurm: Scheduler = {
  name: "slurm",
  title: "Slurm",
  submits: true,
  hasJobGroups: false,
  refinesGpus: false,
  containers: ["pyxis", "apptainer", "charliecloud", "none"],
  launchers: ["srun", "mpirun"],
  jobFile: slurmJobFile,
  element: slurmElement,
  status: slurmStatus,
  steering: slurmSteering,
  session: slurmSession,
  doctor: slurmDoctor,
};
