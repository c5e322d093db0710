import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reportStudy } from "../../../src/app/report.ts";
import type { TrialResult } from "../../../src/core/trial.ts";
import { formatLedgerLines, formatRequestLines } from "../../../src/reports/ledger.ts";
import type { Ledger } from "../../../src/stats/ledger/ledger.ts";
import { recordEffects } from "../../support/prepare.ts";
import { makeTrial, retryOf, writeRound } from "../../support/results.ts";
import { WrittenStudy } from "../../support/written-study.ts";

const TRIALS = [1, 2, 3, 4, 5].map((number) => makeTrial(number, { filters: number }));

const startingAt = (time: string, seconds: number): Partial<TrialResult> => ({
  timing: { startedAt: `2026-01-02T${time}.000Z`, seconds },
});

async function ledgerOf({ study, layout }: WrittenStudy): Promise<Ledger> {
  return (await reportStudy({ study, layout, collect: true }, recordEffects())).ledger;
}

/** Three results; the fourth trial's element was killed after 600 s and tried again; the fifth has none. */
function makeStudy(): WrittenStudy {
  const study = new WrittenStudy(TRIALS);
  const { planned } = study;
  writeRound(planned, {
    limits: { cpus: 2, memoryMiB: 4096, walltimeSeconds: 1800, checkpointSeconds: null },
    cluster: {
      ...{ site: "own", scheduler: "lsf", jobGroup: "", concurrencyLimit: 10, image: "" },
      ...{ resultGraceSeconds: 60, pool: null, excludeHosts: [] },
      gpu: { count: 1, shared: false },
    },
  });
  const submitted = study.markSubmitted("100");
  utimesSync(submitted, new Date("2026-01-02T03:50:00Z"), new Date("2026-01-02T03:50:00Z"));
  study.leave(0, startingAt("04:00:00", 100), 4000);
  study.leave(1, startingAt("04:00:50", 100), 4100);
  study.leave(2, {
    ...startingAt("04:03:00", 50),
    ...{ state: "failed", objective: null, metrics: {}, holdout: null, model: null, history: [] },
    failure: { kind: "error", message: "no" },
  });
  const log = study.log(3, "== job 100, element 4, on exec-1, 2026-01-02T05:00:00+0100\nkilled\n");
  const end = new Date("2026-01-02T04:10:00Z");
  utimesSync(log, end, end);
  writeRound(retryOf({ ...planned, trials: TRIALS.slice(3, 4) }), { kind: "retry" });
  return study;
}

test("cost, waste, requests, waiting and speed-up, from the files of a study", async () => {
  const ledger = await ledgerOf(makeStudy());
  expect(ledger).toMatchObject({
    ...{ trials: 3, open: 2 },
    used: {
      ...{ attempts: 3, wall: { hours: 250 / 3600, unknown: 0 } },
      ...{ cpu: { hours: 500 / 3600, unknown: 0 }, gpu: { hours: 250 / 3600, unknown: 0 } },
      measuredCpu: { hours: (3 * 118.5) / 3600, unknown: 0 },
    },
    wasted: {
      failed: { attempts: 1, cpu: { hours: 100 / 3600 } },
      repeated: { attempts: 0 },
      lost: { attempts: 1, wall: { hours: 600 / 3600 }, cpu: { hours: 1200 / 3600 } },
    },
    requests: [{ memory: { asked: 4096, most: 612 }, walltime: { most: 100 } }],
    waiting: { elements: 3, unknown: 0, medianSeconds: 650, longestSeconds: 780 },
    speedUp: {
      ...{ oneJobSeconds: 250, seconds: 230, busySeconds: 200, slots: 2 },
      sinceSubmissionSeconds: 830,
    },
    bests: [
      { number: 1, objective: 4000 / 4200, wallHours: 150 / 3600, cpuHours: 300 / 3600 },
      { number: 2, objective: 4100 / 4200, wallHours: 200 / 3600, cpuHours: 400 / 3600 },
    ],
  });
  expect(formatLedgerLines(ledger)).toEqual([
    "CPU time: 8m 20s asked for, 5m 56s used; GPU 4m 10s; wasted 21m 40s (260 %)",
    "One job on one such machine: 4m 10s; here 3m 50s, 2 at once: 1.1 times as fast (1.3 while at work)",
  ]);
  expect(formatRequestLines(ledger)).toEqual([
    "Asked for 4GB and 30m 00s, used at most 612MB and 1m 40s",
  ]);
});

test("without its rounds the requests are unknown, and nothing else is", async () => {
  const study = makeStudy();
  await ledgerOf(study);
  rmSync(study.layout.studyJobs("digits"), { recursive: true });
  const ledger = await ledgerOf(study);
  expect(ledger.used).toMatchObject({
    ...{ wall: { hours: 250 / 3600 }, cpu: { hours: null, unknown: 3 } },
    gpu: { hours: null, unknown: 3 },
  });
  expect(ledger.wasted.lost).toMatchObject({ attempts: 1, wall: { hours: null, unknown: 1 } });
  expect(ledger).toMatchObject({ requests: [], waiting: { elements: 0, unknown: 3 } });
  expect(ledger.bests.map(({ cpuHours }) => cpuHours)).toEqual([null, null]);
});

test("an element that never started has cost nothing; a log that does not say when it began, an unknown time", async () => {
  const study = makeStudy();
  const log = join(study.layout.round("digits", 1), "logs", "array-01", "4.log");
  writeFileSync(log, "\u001b[2Jno header\n");
  expect((await ledgerOf(study)).wasted.lost).toMatchObject({
    ...{ attempts: 1, wall: { hours: null, unknown: 1 } },
  });
  rmSync(log);
  expect((await ledgerOf(study)).wasted.lost).toMatchObject({ attempts: 0, wall: { hours: 0 } });
});
