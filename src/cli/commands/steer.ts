import { defineCommand, openStudy } from "../command.ts";
import { flag, number, STEERING, STUDY } from "../options.ts";

/** `bsweep throttle STUDY K`: how many elements run at once, from now on. */
export const throttleCommand = defineCommand({
  command: "throttle <study> <limit>",
  describe: "Change how many elements run at once, of what is submitted and of what will be",
  options: {
    study: STUDY,
    limit: number("Most elements at once; what runs goes on", {
      demandOption: true,
      // Refused by the use case, which says what to do instead.
      least: -Infinity,
      whole: false,
    }),
    ...STEERING,
  },
  examples: [["$0 throttle study.yaml 10", "At most ten at once"]],
  run: async ({ study: studyFile, limit, ...output }, { layout, effects }) => {
    const { throttle } = await import("../../app/steer/pace.ts");
    const { tellSteering } = await import("../steering.ts");
    const study = await openStudy(studyFile);
    const options = { study, layout, limit, printOnly: output.print };
    tellSteering(await throttle(options, effects), output);
  },
});

/** `bsweep pause STUDY`: nothing new starts. */
export const pauseCommand = defineCommand({
  command: "pause <study>",
  describe: "Let nothing more start or be submitted; what runs goes on to its end",
  options: {
    study: STUDY,
    running: flag("Also stop what runs, in memory (LSF only)"),
    ...STEERING,
  },
  run: async ({ study: studyFile, running, ...output }, { layout, effects }) => {
    const { pause } = await import("../../app/steer/pace.ts");
    const { tellSteering } = await import("../steering.ts");
    const study = await openStudy(studyFile);
    const options = { study, layout, running, printOnly: output.print };
    tellSteering(await pause(options, effects), output);
  },
});

/** `bsweep resume STUDY`: what a pause held may go on. */
export const resumeCommand = defineCommand({
  command: "resume <study>",
  describe: "Undo bsweep pause: what is held may start, what is stopped goes on",
  options: { study: STUDY, ...STEERING },
  run: async ({ study: studyFile, ...output }, { layout, effects }) => {
    const { resume } = await import("../../app/steer/pace.ts");
    const { tellSteering } = await import("../steering.ts");
    const study = await openStudy(studyFile);
    tellSteering(await resume({ study, layout, printOnly: output.print }, effects), output);
  },
});
