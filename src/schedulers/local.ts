import type { SchedulerDialect } from "./dialect.ts";

/** No scheduler: `bsweep local` starts the elements itself and gives them LSF's variable. */
export const localDialect: SchedulerDialect = {
  name: "local",
  directivePrefix: "",
  arrayIndexVariable: "LSB_JOBINDEX",
  scriptExtension: ".sh",
  directives: () => [],
};
