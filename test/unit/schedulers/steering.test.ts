import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldRanges } from "../../../src/core/ranges.ts";
import { lsfSteering } from "../../../src/schedulers/lsf/index.ts";
import { slurmSteering } from "../../../src/schedulers/slurm/index.ts";
import { jobExpressions } from "../../../src/schedulers/steering.ts";

const answer = (exitStatus: number, stderr: string, stdout = "") => ({
  exitStatus,
  stdout,
  stderr,
});

/** The indices that `ID[1-3,7]` means. */
function unfold(expression: string): number[] {
  const list = /^\d+_?\[(.*)\]$/.exec(expression)?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, place) => first + place);
  });
}

describe("elements as schedulers address them", () => {
  test("neighbours are folded, whatever their order", () => {
    expect(foldRanges([9, 2, 1, 3, 5, 2])).toEqual(["1-3", "5", "9"]);
    expect(foldRanges([])).toEqual([]);
    expect(jobExpressions({ jobId: "12", indices: [4, 3, 1000] }, "[")).toEqual(["12[3-4,1000]"]);
    expect(jobExpressions({ jobId: "12", indices: null }, "[")).toEqual(["12"]);
  });

  test("each stays below 255 characters, and all together mean the same elements", () => {
    const ids = fc.integer({ min: 1, max: 2 ** 31 - 1 }).map(String);
    const elements = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { maxLength: 700 });
    fc.assert(
      fc.property(
        ids,
        elements,
        fc.constantFrom("[" as const, "_[" as const),
        (jobId, indices, open) => {
          const expressions = jobExpressions({ jobId, indices }, open);
          for (const each of expressions) expect(each.length).toBeLessThan(255);
          expect(expressions.flatMap(unfold)).toEqual([...indices].sort((a, b) => a - b));
        },
      ),
    );
    const odd = Array.from({ length: 500 }, (_, place) => 2 * place + 1);
    expect(jobExpressions({ jobId: "1234567", indices: odd }, "[").length).toBeGreaterThan(7);
  });
});

describe("LSF", () => {
  test("its commands, as program and arguments", () => {
    expect(lsfSteering.limitGroup("/u/bsweep/s", 7)).toEqual([["bgmod", "-L", "7", "/u/bsweep/s"]]);
    expect(lsfSteering.limitArray("1000", 7)).toEqual([["bmod", "-J", "%7", "1000"]]);
    const part = { jobId: "1000", indices: [2, 3, 9] };
    expect(lsfSteering.hold(part)).toEqual([["bstop", "1000[2-3,9]"]]);
    expect(lsfSteering.suspend(part)).toEqual([["bstop", "1000[2-3,9]"]]);
    expect(lsfSteering.resume(part)).toEqual([["bresume", "1000[2-3,9]"]]);
    expect(lsfSteering.cancelWaiting(part)).toEqual([["bkill", "1000[2-3,9]"]]);
    expect(lsfSteering.cancel({ jobId: "1000", indices: null })).toEqual([["bkill", "1000"]]);
  });

  test.each([
    ["done", answer(0, "", "Job <11> is being terminated\n")],
    ["done", answer(0, "LSF is down. Please wait ...\n", "Job <11> is being stopped\n")],
    ["ended", answer(255, "Job <11>: Job has already finished\n")],
    [
      "ended",
      answer(255, "Cannot connect to LSF. Please wait ...\nJob <11>: No matching job found\n"),
    ],
    [
      "done",
      answer(255, "Job <11[2]>: Job has already finished\n", "Job <11[1]> is being terminated\n"),
    ],
    // LSBE_OP_RETRY: as bkill of a whole array is answered.
    ["accepted", answer(255, "Job <11>: Operation is in progress\n")],
    [
      "accepted",
      answer(255, "Job <11[1]>: Job has already finished\nJob <11[2]>: Operation is in progress\n"),
    ],
    [
      "refused",
      answer(255, "Job <11>: Operation is in progress\nJob <12>: User permission denied\n"),
    ],
    ["refused", answer(255, "Job <11>: User permission denied\n")],
    [
      "refused",
      answer(255, "Job <11[2]>: Job has already finished\nJob <11[3]>: User permission denied\n"),
    ],
    ["refused", answer(255, "")],
  ])("%s", (outcome, output) => {
    expect(lsfSteering.readAnswer(output)).toBe(outcome);
  });
});

describe("Slurm", () => {
  test("its commands, as program and arguments", () => {
    expect(slurmSteering.limitGroup("", 7)).toEqual([]);
    expect(slurmSteering.limitArray("12", 7)).toEqual([
      ["scontrol", "update", "JobId=12", "ArrayTaskThrottle=7"],
    ]);
    const part = { jobId: "12", indices: [2, 3, 9] };
    expect(slurmSteering.hold(part)).toEqual([["scontrol", "hold", "12"]]);
    expect(slurmSteering.suspend(part)).toEqual([]);
    expect(slurmSteering.resume(part)).toEqual([["scontrol", "release", "12"]]);
    expect(slurmSteering.cancel(part)).toEqual([["scancel", "12_[2-3,9]"]]);
    expect(slurmSteering.cancelWaiting(part)).toEqual([["scancel", "--state=PENDING", "12"]]);
  });

  // As Slurm 22.05 answered.
  test.each([
    ["done", answer(0, "")],
    ["done", answer(1, "1_1-2: Job has already finished\n1_3-19: No error\n")],
    ["ended", answer(1, "1_1-19: Job has already finished\n")],
    [
      "ended",
      answer(
        1,
        "Invalid job id specified for job 9999\nslurm_suspend error: Invalid job id specified\n",
      ),
    ],
    ["ended", answer(1, "scancel: error: Kill job error on job id 2: Invalid job id specified\n")],
    ["refused", answer(1, "1_1-2: Job has already finished\n1_3-19: Access/permission denied\n")],
    [
      "refused",
      answer(1, "scontrol: error: Unable to contact slurm controller (connect failure)\n"),
    ],
    [
      "refused",
      answer(0, "scancel: error: Kill job error on job id 2: Access/permission denied\n"),
    ],
    ["refused", answer(1, "")],
  ])("%s", (outcome, output) => {
    expect(slurmSteering.readAnswer(output)).toBe(outcome);
  });
});
