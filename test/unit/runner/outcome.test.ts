import { join } from "node:path";
import { expect, test } from "vitest";
import type { TrainerReport } from "../../../src/core/trial.ts";
import { Warnings } from "../../../src/formats/warnings.ts";
import { judge } from "../../../src/runner/outcome.ts";
import type { TrainerRun } from "../../../src/runner/trainer-run.ts";
import { makeTestFolder } from "../../support/folder.ts";

const RUN: TrainerRun = {
  ...{ exitStatus: 1, signal: null, startFailure: undefined, stopped: undefined, seconds: 9 },
  ...{ outOfMemoryKill: false, stderrTail: "", peakMemoryMiB: 900, cpuSeconds: 1 },
  ...{ history: [], quietSeconds: 0 },
};
const TORCH =
  "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 11.17 GiB total capacity)";
const TENSORFLOW =
  "OOM when allocating tensor with shape[64,64] on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc";
const CUDA_IS_ABSENT = "Could not find cuda drivers on your machine, GPU will not be used.";

/** What an ending is called, with 1,000 MiB for the trial. */
async function judgeEnding(run: Partial<TrainerRun>): Promise<string> {
  const judgeHoldout = (report: TrainerReport) => ({ report, explain: () => undefined });
  const limits = { memoryMiB: 1000, marginSeconds: 10, judgeHoldout, isReckoned: () => false };
  const objective = { metric: "v", direction: "maximize" } as const;
  const reportFile = join(makeTestFolder(), "none.json");
  const outcome = await judge(
    { ...RUN, ...run },
    reportFile,
    { objective, ...limits },
    new Warnings(),
  );
  if (outcome.state !== "failed") throw new Error("it has not failed");
  return `${outcome.failure.kind}: ${outcome.failure.message}`;
}

test.each<[string, Partial<TrainerRun>, string]>([
  [
    "held too much",
    { stopped: "memory" },
    "out-of-memory: the trainer held more than the 1000MB it may",
  ],
  [
    "says so, and held most of it",
    { stderrTail: "MemoryError" },
    "out-of-memory: the trainer ran out of memory (exit status 1)",
  ],
  [
    "says so, and nobody measured",
    { stderrTail: "std::bad_alloc", peakMemoryMiB: null },
    "out-of-memory: the trainer ran out of memory (exit status 1)",
  ],
  [
    "only speaks of it",
    { stderrTail: "ValueError: no MemoryError was raised", peakMemoryMiB: 60 },
    "error: the trainer ended with exit status 1",
  ],
  [
    "a GPU's, by PyTorch",
    { stderrTail: TORCH },
    "error: the trainer ran out of the GPU's memory (exit status 1)",
  ],
  [
    "a GPU's, by TensorFlow",
    { stderrTail: TENSORFLOW },
    "error: the trainer ran out of the GPU's memory (exit status 1)",
  ],
  [
    "the host's, though it looked for a GPU",
    { stderrTail: `${CUDA_IS_ABSENT}\nMemoryError` },
    "out-of-memory: the trainer ran out of memory (exit status 1)",
  ],
  [
    "killed by the kernel",
    { exitStatus: null, signal: "SIGKILL", outOfMemoryKill: true },
    "out-of-memory: the kernel ended the trainer: out of memory",
  ],
  [
    "behind a shell",
    { exitStatus: 137, outOfMemoryKill: true },
    "out-of-memory: the kernel ended the trainer: out of memory",
  ],
  [
    "a sibling was killed, and it failed by itself",
    { outOfMemoryKill: true, peakMemoryMiB: 60 },
    "error: the trainer ended with exit status 1",
  ],
  [
    "a worker of its was killed",
    { outOfMemoryKill: true },
    "out-of-memory: the kernel ended the trainer: out of memory",
  ],
  [
    "somebody killed what a shell ran",
    { exitStatus: 137 },
    "signal: the trainer was ended by SIGKILL",
  ],
])("memory: %s", async (_, run, expected) => {
  expect(await judgeEnding(run)).toBe(expected);
});
