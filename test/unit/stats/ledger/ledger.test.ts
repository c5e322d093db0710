import { expect, test } from "vitest";
import { randomFor, shuffle } from "../../../../src/core/random.ts";
import type { AttemptRecord, LostElement } from "../../../../src/stats/ledger/attempt.ts";
import { buildLedger, type Ledger } from "../../../../src/stats/ledger/ledger.ts";
import { formatLedgerLines, formatRequestLines } from "../../../../src/reports/ledger.ts";
import { afterNoon, at, makeAttempt } from "../../../support/attempts.ts";

const OBJECTIVE = { metric: "score", direction: "maximize" } as const;

const ledgerOf = (
  attempts: readonly AttemptRecord[],
  other: { readonly lost?: readonly LostElement[]; readonly open?: number } = {},
): Ledger => buildLedger({ attempts, lost: [], open: 0, objective: OBJECTIVE, ...other });

test("cores asked for times wall time, and the processor time that was measured, are told apart", () => {
  const { used } = ledgerOf([
    makeAttempt(1),
    makeAttempt(2, { request: { cpus: 4, memoryMiB: 1, walltimeSeconds: 1, gpus: 2 } }),
  ]);
  expect(used).toEqual({
    attempts: 2,
    wall: { hours: 200 / 3600, unknown: 0 },
    cpu: { hours: 600 / 3600, unknown: 0 },
    measuredCpu: { hours: 300 / 3600, unknown: 0 },
    gpu: { hours: 200 / 3600, unknown: 0 },
  });
});

test("what is not known is null or counted apart, never 0", () => {
  const unknown = { request: null, cpuSeconds: null, peakMemoryMiB: null, submitted: null };
  const none = ledgerOf([makeAttempt(1, unknown)]);
  expect(none.used.cpu).toEqual({ hours: null, unknown: 1 });
  expect(none.used.measuredCpu).toEqual({ hours: null, unknown: 1 });
  expect(none.used.gpu).toEqual({ hours: null, unknown: 1 });
  expect(none.requests).toEqual([]);
  expect(none.waiting).toEqual({
    ...{ elements: 0, unknown: 1 },
    ...{ medianSeconds: null, longestSeconds: null, totalSeconds: null },
  });
  expect(none.speedUp?.sinceSubmissionSeconds).toBeNull();
  expect(none.bests).toMatchObject([{ cpuHours: null, wallHours: 100 / 3600 }]);
  expect(formatLedgerLines(none)[0]).toBe(
    "CPU time: unknown asked for, unknown used; GPU unknown; nothing wasted",
  );
  const some = ledgerOf([makeAttempt(1, unknown), makeAttempt(2)]);
  expect(some.used.cpu).toEqual({ hours: 200 / 3600, unknown: 1 });
  expect(formatLedgerLines(some)[0]).toContain("at least 3m 20s asked for");
});

test("a study of which nothing has run is told so", () => {
  const ledger = ledgerOf([], { open: 3 });
  expect(ledger).toMatchObject({ trials: 0, open: 3, slots: null, speedUp: null, bests: [] });
  expect(ledger.used.cpu).toEqual({ hours: 0, unknown: 0 });
  expect(formatLedgerLines(ledger)).toEqual(["Nothing has run: nothing was spent"]);
});

test("failed, repeated and lost attempts are wasted; a pruned one that was trained on is not", () => {
  const trialId = "f".repeat(16);
  const ledger = ledgerOf(
    [
      makeAttempt(1, { state: "failed", failure: "error", counts: false, objective: null }),
      makeAttempt(1, { attempt: 2, start: at(200) }),
      makeAttempt(2, { file: "again", counts: false, seconds: 30 }),
      makeAttempt(2),
      makeAttempt(3, { trialId, state: "pruned", lastStep: 5, counts: false, objective: null }),
      makeAttempt(3, { trialId, attempt: 2, seconds: 50 }),
    ],
    {
      lost: [
        { attempts: 2, seconds: 36, request: null },
        { attempts: 1, seconds: 3600, request: makeAttempt(1).request },
      ],
    },
  );
  expect(ledger.trials).toBe(3);
  expect(ledger.wasted.failed).toMatchObject({ attempts: 1, wall: { hours: 100 / 3600 } });
  expect(ledger.wasted.repeated).toMatchObject({ attempts: 1, wall: { hours: 30 / 3600 } });
  expect(ledger.wasted.lost).toMatchObject({
    ...{ attempts: 3, wall: { hours: 3636 / 3600, unknown: 0 } },
    ...{ cpu: { hours: 2, unknown: 2 }, measuredCpu: { hours: null, unknown: 3 } },
  });
  expect(ledger.saved).toMatchObject({ pruned: 0, skipped: 0 });
});

test("pruning saves the steps that were left, at the trial's own pace; skipping the median trial", () => {
  const { saved } = ledgerOf([
    makeAttempt(1, { seconds: 100 }),
    makeAttempt(2, { seconds: 300 }),
    makeAttempt(3, { state: "pruned", lastStep: 2, seconds: 40, objective: null }),
    makeAttempt(4, { state: "skipped", seconds: 0, objective: null }),
  ]);
  // 8 steps at 20 s; 10 epochs at the median of 10 and 30 s; two cores.
  expect(saved).toEqual({
    ...{ pruned: 1, skipped: 1 },
    wall: { hours: (160 + 200) / 3600, unknown: 0 },
    cpu: { hours: (320 + 400) / 3600, unknown: 0 },
  });
});

test("who was skipped has used nothing, and is no attempt at the best", () => {
  const skipped = { state: "skipped", seconds: 0, cpuSeconds: null, objective: null } as const;
  const { trials, used, bests } = ledgerOf([
    makeAttempt(1, { ...skipped, start: at(0) }),
    makeAttempt(2, { start: at(50) }),
    makeAttempt(3, { ...skipped, start: at(500) }),
  ]);
  expect(trials).toBe(3);
  expect(used).toMatchObject({ attempts: 1, measuredCpu: { unknown: 0 } });
  expect(bests).toMatchObject([{ number: 2, attempts: 1 }]);
});

test("what was saved is unknown where no pace is, and where steps are no epochs", () => {
  const { saved } = ledgerOf([
    makeAttempt(1, { state: "skipped", seconds: 0, objective: null }),
    makeAttempt(2, { state: "pruned", lastStep: 5000, objective: null }),
  ]);
  expect(saved.wall).toEqual({ hours: null, unknown: 2 });
});

test("what was used of what was asked for", () => {
  const [use] = ledgerOf([
    // Two trials of one element, one after another: its wall time is that of both.
    makeAttempt(1, { element: "e", peakMemoryMiB: 700 }),
    makeAttempt(2, { element: "e", start: at(110), peakMemoryMiB: 300 }),
    makeAttempt(3, { peakMemoryMiB: null, cpuSeconds: null }),
  ]).requests;
  expect(use).toMatchObject({
    attempts: 3,
    memory: { asked: 4096, median: 500, most: 700, ended: 0 },
    walltime: { asked: 1800, median: 155, most: 210, ended: 0 },
    cpuShare: 300 / 400,
  });
});

test("attempts that were ended at a limit wanted more", () => {
  const killed = { state: "failed", failure: "out-of-memory", objective: null } as const;
  const { requests } = ledgerOf([makeAttempt(1), makeAttempt(2, killed)]);
  expect(requests[0]?.memory).toMatchObject({ most: 500, ended: 1 });
  expect(formatRequestLines({ requests })).toEqual([
    "Asked for 4GB and 30m 00s, used at most 500MB and 1m 40s; 1 attempt wanted more",
  ]);
});

test("slots in use are a step function; a trial that follows another takes its slot", () => {
  const { slots, speedUp } = ledgerOf([
    makeAttempt(1),
    makeAttempt(2, { start: at(50) }),
    makeAttempt(3, { start: at(100) }),
    makeAttempt(4, { start: at(300) }),
    makeAttempt(5, { seconds: 0 }),
  ]);
  expect(slots).toEqual({
    origin: afterNoon(0),
    steps: [
      ...[[0, 1] as const, [50, 2] as const, [150, 1] as const, [200, 0] as const],
      ...[[300, 1] as const, [400, 0] as const],
    ],
    ...{ peak: 2, seconds: 400, busySeconds: 300, mean: 400 / 300 },
  });
  expect(speedUp).toEqual({
    ...{ oneJobSeconds: 400, seconds: 400, factor: 1, busySeconds: 300, busyFactor: 400 / 300 },
    ...{ sinceSubmissionSeconds: 460, slots: 2 },
  });
});

test("an element's first trial tells how long it waited; clocks that disagree tell nothing", () => {
  const { waiting } = ledgerOf([
    makeAttempt(1, { element: "e" }),
    makeAttempt(2, { element: "e", start: at(500) }),
    makeAttempt(3, { start: at(40) }),
    makeAttempt(4, { submitted: at(5) }),
  ]);
  expect(waiting).toEqual({
    ...{ elements: 2, unknown: 1, medianSeconds: 80, longestSeconds: 100, totalSeconds: 160 },
  });
});

test("each new best is told with all that had been spent when its trial ended", () => {
  const { bests } = ledgerOf([
    makeAttempt(1, { objective: 0.5 }),
    makeAttempt(2, { objective: 0.4, start: at(20) }),
    makeAttempt(3, { objective: 0.9, start: at(50), seconds: 200 }),
    makeAttempt(4, { objective: 0.7, start: at(60) }),
    makeAttempt(5, { objective: null, start: at(60), seconds: 400 }),
  ]);
  // By 100: 100 + 80 + 50 + 40 + 40; by 160: 60 + 20 + 60 + 100 more than 310; by 250: 90 and 90 more.
  expect(
    bests.map(({ number, objective, at: time, attempts, wallHours }) => [
      ...[number, objective, time, attempts, Math.round(wallHours * 3600)],
    ]),
  ).toEqual([
    [1, 0.5, afterNoon(100), 1, 310],
    [4, 0.7, afterNoon(160), 3, 310 + 20 + 60 + 60 + 60],
    [3, 0.9, afterNoon(250), 4, 510 + 90 + 90],
  ]);
  expect(bests.map(({ cpuHours, wallHours }) => cpuHours === 2 * wallHours)).toEqual([
    ...[true, true, true],
  ]);
});

test("another replicate may lower the best, which is a mean", () => {
  const { bests } = ledgerOf([
    makeAttempt(1, { group: 1, objective: 0.9 }),
    makeAttempt(2, { group: 1, objective: 0.5, start: at(10) }),
  ]);
  expect(bests.map(({ objective }) => objective)).toEqual([0.9, 0.7]);
});

test("the order in which results arrive changes no byte", () => {
  const random = randomFor(1, "ledger");
  const attempts = Array.from({ length: 200 }, (_, place) =>
    makeAttempt(place, {
      // Some begin and end together.
      seconds: 100 * (1 + random.nextInteger(3)),
      start: at(random.nextInteger(50)),
      objective: random.next(),
      cpuSeconds: random.next() < 0.1 ? null : random.next() * 500,
    }),
  );
  const text = JSON.stringify(ledgerOf(attempts));
  for (let round = 0; round < 5; round++) {
    const order = shuffle(Array.from(attempts.keys()), random);
    const shuffled = order.map((place) => attempts[place]).filter((each) => each !== undefined);
    expect(JSON.stringify(ledgerOf(shuffled))).toBe(text);
  }
});

test("times that no machine measures are survived, and lines stay within 100 columns", () => {
  const gpu = { cpus: 64, memoryMiB: 1048576, walltimeSeconds: 1e9, gpus: 8 };
  const huge = ledgerOf([
    makeAttempt(1, { seconds: 1e300, cpuSeconds: 1e300, request: gpu }),
    makeAttempt(2, { state: "pruned", lastStep: 1, request: gpu, objective: null }),
    makeAttempt(3, { state: "failed", failure: "error", request: null, objective: null }),
  ]);
  const many = ledgerOf(
    Array.from({ length: 13_824 }, (_, place) =>
      makeAttempt(place, {
        request: gpu,
        seconds: 86_399 * 9,
        cpuSeconds: 86_399 * 500,
        start: at(place < 10_000 ? 0 : 86_400 * 100),
        ...(place % 3 === 0 ? { state: "pruned", lastStep: 1, objective: null } : {}),
        ...(place % 7 === 0 ? { state: "failed", failure: "error", objective: null } : {}),
      }),
    ),
  );
  for (const ledger of [huge, many]) {
    const lines = formatLedgerLines(ledger);
    expect(lines).toHaveLength(2);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  }
});
