import { expect, test } from "vitest";
import { unfoldRanges } from "../../../src/core/ranges.ts";
import { schedulerOf } from "../../../src/schedulers/index.ts";
import { findSilence } from "../../../src/schedulers/silence.ts";
import { readAnswer } from "../../support/slurm/answers.ts";

const slurm = schedulerOf({ scheduler: "slurm" });
const lsf = schedulerOf({ scheduler: "lsf" });

test.each([
  "squeue -h -r -t all",
  "scancel 1",
  "sbatch -o /dev/null job.sh",
  "scontrol update JobId=1 ArrayTaskThrottle=2",
])("a real Slurm whose controller is down does not answer: %s", (command) => {
  expect(findSilence(slurm, readAnswer("no-controller", command))).toBeDefined();
});

test.each([
  [slurm, "slurm_load_jobs error: Socket timed out on send/recv operation", true],
  [slurm, "slurm_load_jobs error: Invalid job id specified", false],
  [slurm, "scancel: error: Kill job error on job id 2: Access/permission denied", false],
  [lsf, "LSF is down. Please wait ...", true],
  [lsf, "batch system daemon not responding ... still trying", true],
  [lsf, "Job <11>: User permission denied", false],
])("%#: %s", (scheduler, stderr, isSilent) => {
  expect(findSilence(scheduler, { stdout: "", stderr }) !== undefined).toBe(isSilent);
});

test("what it said cannot rewrite a terminal", () => {
  const stderr = "x\nSocket timed out \u001b[2J\n";
  expect(findSilence(slurm, { stdout: "", stderr })).toBe("Socket timed out \\u001b[2J");
});

test("LSF's report loses the job file that it quotes, and nothing else", () => {
  const rule = "-".repeat(60);
  const report = [
    "Subject: Job 1",
    "Your job looked like:",
    "",
    rule,
    "#!/bin/bash",
    rule,
    "",
    "Exited.",
  ];
  const kept = ["Subject: Job 1", "", "Exited."];
  expect(lsf.withoutJobFile([...report, ...report])).toEqual([...kept, ...kept]);
  const own = ["epoch 1", rule, "epoch 2", rule];
  expect(lsf.withoutJobFile(own)).toEqual(own);
  expect(slurm.withoutJobFile(report)).toEqual(report);
});

test.each([
  ["3,5-7%2", [3, 5, 6, 7]],
  ["1-9:4", [1, 5, 9]],
  ["0-2,2", [1, 2]],
  ["x,4-,-3,7", [7]],
  ["8-12", [8, 9, 10]],
  ["1-9:0", [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ["", []],
])("numbers that %j means, up to 10", (text, numbers) => {
  expect(unfoldRanges(text, 10)).toEqual(numbers);
});
