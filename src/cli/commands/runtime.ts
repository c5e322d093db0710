import { BsweepError } from "../../core/errors.ts";
import { defineCommand, defineGroup } from "../command.ts";
import { flag, maybe, text } from "../options.ts";
import { print, printJson } from "../output.ts";

const installCommand = defineCommand({
  command: "install",
  describe: "Put TensorFlow's native library under tfjs-node and prove that it computes",
  options: {
    from: text("A TensorFlow you have: a folder with its libraries and include/, or a wheel", {
      defaultDescription: "$BSWEEP_LIBTENSORFLOW, else downloaded",
    }),
    gpu: maybe("TensorFlow for NVIDIA's GPUs, with CUDA's libraries (3.4 GB); --no-gpu: for CPUs", {
      defaultDescription: "what works already, else for CPUs",
    }),
  },
  examples: [
    ["$0 runtime install", "Download TensorFlow once and build the binding"],
    ["$0 runtime install --from /opt/libtensorflow", "Without a download"],
  ],
  run: async ({ from, gpu }, { effects }) => {
    const { installRuntime } = await import("../../trainer/runtime/install.ts");
    const build = gpu === undefined ? undefined : gpu ? "gpu" : "cpu";
    const installed = await installRuntime({ from, build }, effects);
    const name = `TensorFlow ${installed.tensorflow}${installed.build === "gpu" ? " for GPUs" : ""}`;
    print(`${name} ${installed.changed ? "is installed and works" : "works already"}.`);
  },
});

const statusCommand = defineCommand({
  command: "status",
  describe: "Whether TensorFlow computes here, on what CPU, and if not, why",
  options: { json: flag("Print the status as JSON") },
  run: async ({ json }) => {
    const { formatRuntimeStatus, readRuntimeStatus } =
      await import("../../trainer/runtime/status.ts");
    const status = await readRuntimeStatus();
    if (json) printJson(status);
    else print(formatRuntimeStatus(status));
    if (!status.works) {
      throw new BsweepError("RUNTIME_MISSING", "TensorFlow does not work here", {
        hint: status.closed?.remedy ?? "bsweep runtime install",
      });
    }
  },
});

/** TensorFlow is needed to train with the built-in network, and for nothing else. */
export const runtimeCommand = defineGroup(
  "runtime",
  "Install TensorFlow's native library, or tell whether it works",
  [installCommand, statusCommand],
);
