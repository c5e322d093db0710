import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import {
  type ModelRequest,
  parseModelAnswer,
  type ReadImage,
} from "../../formats/trainer-request.ts";
import { runProcess } from "../../process/exec.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import { builtProgram } from "../../workspace/package.ts";

/**
 * Has the program that holds TensorFlow do a task.
 * @param folder for scratch files, removed by the caller
 * @param signal ends the program when it aborts
 * @returns what was read of image files, if any were
 * @throws BsweepError as the program tells it; RUNTIME_MISSING when it ends without an answer
 */
export async function runModelProgram(
  task: ModelRequest["task"],
  { threads, signal }: { readonly threads: number; readonly signal: AbortSignal },
  folder: string,
): Promise<readonly ReadImage[]> {
  const answerFile = join(folder, "answer.json");
  const request: ModelRequest = {
    ...{ schemaVersion: 1, task, threads, answerFile },
    scratchFolder: join(folder, "scratch"),
  };
  const requestFile = join(folder, "request.json");
  writeFileAtomic(requestFile, JSON.stringify(request));
  const program = builtProgram("trainer/model-main.js");
  const run = await runProcess(process.execPath, [program, requestFile], { signal });
  signal.throwIfAborted();
  if (!existsSync(answerFile)) {
    throw new BsweepError("RUNTIME_MISSING", `TensorFlow's program failed: ${run.failure}`, {
      hint: `bsweep runtime status tells more; it said last:\n${run.stderr.slice(-1000)}`,
    });
  }
  const answer = parseModelAnswer(readFileSync(answerFile, "utf8"), answerFile);
  if (answer.ok) return answer.files;
  const { code, message, issues, hint } = answer.error;
  throw new BsweepError(code, message, { issues, ...(hint === null ? {} : { hint }) });
}
