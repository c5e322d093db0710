import type { CommandModule } from "yargs";
import { BsweepError } from "../../core/errors.ts";
import type { Command, GlobalOptions } from "../command.ts";
import { createEffects, print, printJson } from "../output.ts";

interface InstallOptions {
  from: string | undefined;
  gpu: boolean | undefined;
}

interface StatusOptions {
  json: boolean;
}

const installCommand: Command<InstallOptions> = {
  command: "install",
  describe: "Put TensorFlow's native library under tfjs-node and prove that it computes",
  builder: (yargs) =>
    yargs
      .option("from", {
        type: "string",
        describe: "A TensorFlow you have: a folder with its libraries and include/, or a wheel",
        defaultDescription: "$BSWEEP_LIBTENSORFLOW, else downloaded",
      })
      .option("gpu", {
        type: "boolean",
        describe:
          "TensorFlow for NVIDIA's GPUs, with CUDA's libraries (3.4 GB); --no-gpu: for CPUs",
        defaultDescription: "what works already, else for CPUs",
      })
      .example("$0 runtime install", "Download TensorFlow once and build the binding")
      .example("$0 runtime install --from /opt/libtensorflow", "Without a download"),
  handler: async ({ from, gpu }) => {
    const { installRuntime } = await import("../../trainer/runtime/install.ts");
    const build = gpu === undefined ? undefined : gpu ? "gpu" : "cpu";
    const installed = await installRuntime({ from, build }, createEffects());
    const name = `TensorFlow ${installed.tensorflow}${installed.build === "gpu" ? " for GPUs" : ""}`;
    print(`${name} ${installed.changed ? "is installed and works" : "works already"}.`);
  },
};

const statusCommand: Command<StatusOptions> = {
  command: "status",
  describe: "Whether TensorFlow computes here, on what CPU, and if not, why",
  builder: (yargs) =>
    yargs.option("json", { type: "boolean", default: false, describe: "Print the status as JSON" }),
  handler: async ({ json }) => {
    const { readRuntimeStatus } = await import("../../trainer/runtime/status.ts");
    const { formatRuntimeStatus } = await import("../../trainer/runtime/status.ts");
    const status = await readRuntimeStatus();
    if (json) printJson(status);
    else print(formatRuntimeStatus(status));
    if (!status.works) {
      throw new BsweepError("RUNTIME_MISSING", "TensorFlow does not work here", {
        hint: "bsweep runtime install",
      });
    }
  },
};

/** TensorFlow is needed to train with the built-in network, and for nothing else. */
export const runtimeCommand: CommandModule<GlobalOptions, GlobalOptions> = {
  command: "runtime <command>",
  describe: "Install TensorFlow's native library, or tell whether it works",
  builder: (yargs) =>
    yargs
      .command(installCommand)
      .command(statusCommand)
      .demandCommand(1, "Which one: install or status?"),
  handler: () => undefined,
};
