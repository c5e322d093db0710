import { runProcess, type ProcessResult } from "../../process/exec.ts";
import { builtProgram } from "../../workspace/package.ts";
import { tail } from "./tool.ts";

/** Whether TensorFlow computes on this machine, as seen by running it. */
export type Proof =
  | { readonly works: true; readonly tensorflow: string }
  | { readonly works: false; readonly reason: string };

const TIMEOUT_SECONDS = 120;

/** Loads TensorFlow in a child process and multiplies two matrices with it. Takes about 0.6 s. */
export async function proveRuntime(): Promise<Proof> {
  const program = builtProgram("trainer/runtime/proof-program.js");
  return readProof(
    await runProcess(process.execPath, [program], { timeoutSeconds: TIMEOUT_SECONDS }),
  );
}

/** What the end of the proof's process says. */
export function readProof(run: ProcessResult): Proof {
  if (run.succeeded) return JSON.parse(run.stdout) as Proof;
  const reason = run.failure.includes("SIGILL")
    ? "this CPU lacks instructions that TensorFlow was built for (SIGILL); use a machine with AVX"
    : `${run.failure}${tail(run.stderr, 5)}`;
  return { works: false, reason };
}
