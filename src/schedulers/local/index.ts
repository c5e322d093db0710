import { lsfElement } from "../lsf/element.ts";
import type { Scheduler } from "../scheduler.ts";

/** No scheduler: `bsweep local` starts the elements itself, as if LSF did. */
export const local: Scheduler = {
  name: "local",
  title: "this machine",
  submits: false,
  hasJobGroups: false,
  refinesGpus: true,
  containers: ["none", "pyxis", "apptainer", "charliecloud"],
  launchers: [],
  silence: [],
  withoutJobFile: (lines) => lines,
  jobFile: {
    directivePrefix: "",
    scriptExtension: ".sh",
    directives: () => [],
    notifyOptions: () => [],
  },
  element: lsfElement,
  status: null,
  runLimit: null,
  steering: null,
  session: null,
  doctor: { commands: [], questions: () => [], inside: () => [] },
};
