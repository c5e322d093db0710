import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  describeOpenElements,
  type OpenAttempt,
} from "../../../../src/app/cluster/open-elements.ts";
import type { SchedulerAnswer } from "../../../../src/app/cluster/query.ts";
import type { ElementStatus } from "../../../../src/core/element-status.ts";
import { makeTestFolder } from "../../../support/folder.ts";

const CANCELLED: ElementStatus = {
  ...{ job: "1", index: 0, jobName: "s", state: "exited", cause: "killed", exitCode: null },
  ...{ reason: "CANCELLED", host: "", runSeconds: 0, maxMemoryMiB: null, started: false },
  finishedAt: new Date(),
};

// As Slurm 22.05 answered after `scancel --state=PENDING`: `1|N/A|CANCELLED|...` beside `1|1|RUNNING|...`.
test("a record without an index is of the elements that are not told by themselves and have never started", async () => {
  const logFolder = makeTestFolder();
  mkdirSync(logFolder, { recursive: true });
  writeFileSync(join(logFolder, "2.log"), "== job 1\n");
  const array: OpenAttempt["array"] = {
    ...{ round: 1, array: 1, scheduler: "slurm", job: "1", submitter: null, inDoubt: false },
    ...{ jobName: "s", elements: 3, pool: false, jobGroup: "", resultGraceSeconds: 9, logFolder },
    ...{ manifest: "", resultFolder: "" },
    limits: { cpus: 1, memoryMiB: 1, walltimeSeconds: 1, checkpointSeconds: 1 },
  };
  const running = { ...CANCELLED, index: 1, state: "running", started: true, host: "n1" } as const;
  const answer: SchedulerAnswer = {
    statuses: new Map([
      [
        "1",
        new Map([
          [0, CANCELLED],
          [1, running],
        ]),
      ],
    ]),
    ...{ forgotten: new Set(), hidden: new Set(), failures: [] },
  };
  const attempts = [1, 2, 3].map((index): OpenAttempt => {
    const planned = { round: 1, array: 1, index, trialId: "a", number: index, attempt: 1 };
    return { planned, array };
  });
  const elements = await describeOpenElements(attempts, answer);
  // The second one has a log: it ran, and the record is not of it.
  expect(elements.map(({ element }) => element)).toEqual([running, "forgotten", CANCELLED]);
});
