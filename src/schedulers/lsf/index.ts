import type { Scheduler } from "../scheduler.ts";
import { lsfJobFile } from "./directives.ts";
import { lsfDoctor } from "./doctor.ts";
import { lsfElement } from "./element.ts";
import { lsfSession } from "./session.ts";
import { lsfStatus } from "./status.ts";
import { lsfSteering } from "./steering.ts";

/** IBM Spectrum LSF 10.1. */
export const lsf: Scheduler = {
  name: "lsf",
  title: "LSF",
  submits: true,
  hasJobGroups: true,
  refinesGpus: true,
  containers: ["docker", "apptainer", "charliecloud", "none"],
  launchers: ["blaunch", "mpirun"],
  jobFile: lsfJobFile,
  element: lsfElement,
  status: lsfStatus,
  steering: lsfSteering,
  session: lsfSession,
  doctor: lsfDoctor,
};
