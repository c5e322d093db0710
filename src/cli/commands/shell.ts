import { dropAbsent } from "../../core/objects.ts";
import { defineCommand } from "../command.ts";
import { duration, flag, memory, number, text } from "../options.ts";
import { print as printText } from "../output.ts";

/** `bsweep shell`: an interactive job in the study's image. */
export const shellCommand = defineCommand({
  command: "shell [study]",
  describe: "Open a shell on the cluster, in the study's image with its workspace",
  options: {
    study: text("Study file"),
    site: text("A site, where no study is named"),
    image: text("Container image", { defaultDescription: "the study's" }),
    "user-group": text("User group or account", { defaultDescription: "the study's" }),
    queue: text("Queue or partition", { defaultDescription: "the site's interactiveQueue" }),
    cpus: number("CPUs", { defaultDescription: "the study's, or 1" }),
    memory: memory("Memory", { defaultDescription: "the study's, or 4GB" }),
    walltime: duration("Longest time", { defaultDescription: "the queue's" }),
    gpus: number("GPUs; 0 for none", { least: 0, defaultDescription: "the study's" }),
    print: flag("Print the exact command, run nothing"),
  },
  takesWords: true,
  examples: [
    ["$0 shell study.yaml -- bsweep doctor study.yaml", "Run one command there"],
    [
      "$0 shell --site compute1 --user-group compute-LAB --image IMAGE --workspace FOLDER --print",
      "What to type on a login node without Node",
    ],
  ],
  run: async (options, { layout, words }) => {
    const { planShell } = await import("../../app/session/shell.ts");
    const { formatSession, runSession, sessionCommand } = await import("../session.ts");
    const { study: studyFile, site, image, queue, userGroup, cpus, gpus } = options;
    const { memory: memoryMiB, walltime: walltimeSeconds } = options;
    const planned = planShell({
      layout,
      placement: dropAbsent({ image, queue, userGroup }),
      ...dropAbsent({ studyFile, site, cpus, gpus, memoryMiB, walltimeSeconds }),
      ...sessionCommand(words),
    });
    if (options.print) printText(formatSession(planned));
    else process.exitCode = await runSession(planned, words === undefined);
  },
});
