import { runProcess, type ProcessResult } from "../../process/exec.ts";
import { builtProgram } from "../../workspace/package.ts";
import { readGpus, type Gpus } from "./gpus.ts";
import type { Build } from "./pinned-wheels.ts";
import { tail } from "./tool.ts";

interface Working {
  readonly works: true;
  readonly tensorflow: string;
  readonly build: Build;
}

interface Failed {
  readonly works: false;
  readonly reason: string;
}

/** Whether TensorFlow computes on this machine, as seen by running it, and on what. */
export type Proof = (Working & { readonly gpus: Gpus }) | Failed;

/** What the child says; the GPUs' names stand among TensorFlow's notes on stderr. */
export type PrintedProof = (Working & { readonly onGpu: boolean }) | Failed;

/** Loads TensorFlow in a child process and multiplies two matrices with it. Takes about 0.7 s. */
export async function proveRuntime(): Promise<Proof> {
  const program = builtProgram("trainer/runtime/proof-program.js");
  return readProof(await runProcess(process.execPath, [program], { timeoutSeconds: 120 }));
}

/** What the end of the proof's process says. */
export function readProof(run: ProcessResult): Proof {
  if (run.succeeded) {
    const printed = JSON.parse(run.stdout) as PrintedProof;
    if (!printed.works) return printed;
    const { onGpu, ...found } = printed;
    return { ...found, gpus: readGpus(found.build, onGpu, run.stderr) };
  }
  const reason = run.failure.includes("SIGILL")
    ? "this CPU lacks instructions that TensorFlow was built for (SIGILL); use a machine with AVX"
    : `${run.failure}${tail(run.stderr, 5)}`;
  return { works: false, reason };
}
