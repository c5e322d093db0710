import type { SchedulerDialect } from "./dialect.ts";

/** No scheduler: `bsweep local` starts the elements itself and gives them LSF's variables. */
export const localDialect: SchedulerDialect = {
  name: "local",
  directivePrefix: "",
  arrayIndexVariable: "LSB_JOBINDEX",
  jobIdVariable: "LSB_JOBID",
  scriptExtension: ".sh",
  directives: () => [],
  notifyOptions: () => [],
};
