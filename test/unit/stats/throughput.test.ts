import { expect, test } from "vitest";
import { measureThroughput } from "../../../src/stats/throughput.ts";

const NOW = new Date("2026-11-27T12:00:00Z");
/** Ended so many seconds ago, after ten minutes. */
const ended = (secondsAgo: number) => ({
  startedAt: new Date(NOW.getTime() - (secondsAgo + 600) * 1000).toISOString(),
  seconds: 600,
});
const old = ended(40 * 3600);

test("the last hour, where enough have ended", () => {
  const recent = [60, 600, 1200, 1800, 2400, 3000].map(ended);
  expect(measureThroughput([old, ...recent], NOW)).toEqual({
    trialsPerHour: 6,
    windowSeconds: 3600,
  });
});

test("longer, where few have", () => {
  const few = [60, 2 * 3600, 3 * 3600, 4 * 3600, 5 * 3600, 5.5 * 3600].map(ended);
  expect(measureThroughput([old, ...few], NOW)).toEqual({
    trialsPerHour: 1,
    windowSeconds: 6 * 3600,
  });
});

test("a young study since it began", () => {
  const pace = measureThroughput([ended(1200), ended(600)], NOW);
  expect(pace).toEqual({ trialsPerHour: 4, windowSeconds: 1800 });
});

test("nothing within a day is no pace", () => {
  expect(measureThroughput([old], NOW)).toBeNull();
  expect(measureThroughput([], NOW)).toBeNull();
});
