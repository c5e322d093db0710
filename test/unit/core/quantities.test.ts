import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatDuration,
  formatMemory,
  formatWalltime,
  parseDurationSeconds,
  parseMemoryMiB,
  plural,
} from "../../../src/core/quantities.ts";

describe("memory", () => {
  test.each([
    ["4GB", 4096],
    ["4 gib", 4096],
    ["512MB", 512],
    ["1.5 GiB", 1536],
    ["2TB", 2_097_152],
    ["0.3MB", 1],
    ["0.0001GB", 1],
    ["4G", 4096],
    ["4 Gi", 4096],
    ["4096M", 4096],
    ["500mb", 500],
    ["1T", 1_048_576],
  ])("%s is %d MiB", (text, memoryMiB) => {
    expect(parseMemoryMiB(text)).toBe(memoryMiB);
  });

  test.each([
    "",
    "4",
    "GB",
    "-1GB",
    "0GB",
    "4KB",
    "4 G B",
    "1e3GB",
    "4GB; rm -rf /",
    "4constructor",
    "4B",
    "4iB",
    "4 mega",
  ])("%j is no size", (text) => {
    expect(parseMemoryMiB(text)).toBeUndefined();
  });

  test("a size too large to count is no size", () => {
    expect(parseMemoryMiB(`${"9".repeat(400)}GB`)).toBeUndefined();
  });

  test("what is formatted reads back the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (memoryMiB) => {
        expect(parseMemoryMiB(formatMemory(memoryMiB))).toBe(memoryMiB);
      }),
    );
  });
});

describe("durations", () => {
  test.each([
    ["30m", 1800],
    ["1h30m", 5400],
    ["1h 30m", 5400],
    ["2d", 172_800],
    ["01:30:00", 5400],
    ["100:00:01", 360_001],
    ["45s", 45],
    ["90 min", 5400],
    ["1 hour 30 minutes", 5400],
    ["1.5h", 5400],
    ["1.1 hrs", 3960],
    ["0.1s", 1],
    ["2 Days", 172_800],
    ["1:30:00", 5400],
    ["2-12:00:00", 216_000],
    ["0-00:30", 1800],
    ["1-6", 108_000],
  ])("%s is %d seconds", (text, seconds) => {
    expect(parseDurationSeconds(text)).toBe(seconds);
  });

  test.each([
    ...["", "30", "0m", "00:00:00", "1:60:00", "1:30", "-5m", "1w", "5m$(id)", "1h30", "5ms", "h"],
    ...["1.h", "1..5h", "1-24", "1-2-3", "0-0", "2-12:60", "1d2:00:00", "5 constructor"],
  ])("%j is no duration", (text) => {
    expect(parseDurationSeconds(text)).toBeUndefined();
  });

  test("a long text that is none is told at once", () => {
    // One that tries every beginning takes minutes for these.
    for (const text of ["1".repeat(300_000), "1h ".repeat(100_000), "h".repeat(300_000)])
      expect(parseDurationSeconds(`1${text}?`)).toBeUndefined();
  });

  test("a duration too long to count is no duration", () => {
    expect(parseDurationSeconds(`${"9".repeat(400)}d`)).toBeUndefined();
    expect(parseDurationSeconds(`${"9".repeat(400)}:00:00`)).toBeUndefined();
  });

  test.each([
    [0.02, "<0.1s"],
    [0.44, "0.4s"],
    [12.4, "12s"],
    [59.7, "1m 00s"],
    [200, "3m 20s"],
    [3599.6, "1h 00m"],
    [7500, "2h 05m"],
    [90_000, "1d 01h"],
  ])("%d seconds read %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  test("what is formatted reads back within the second unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 10_000_000 }), (seconds) => {
        const unit = seconds < 3600 ? 1 : seconds < 86_400 ? 60 : 3600;
        const read = parseDurationSeconds(formatDuration(seconds)) ?? NaN;
        expect(read).toBe(seconds - (seconds % unit));
      }),
    );
  });
});

test("one is one, all else is many", () => {
  expect(plural(1, "trial")).toBe("1 trial");
  expect(plural(0, "trial")).toBe("0 trials");
  expect(plural(2880, "class", "classes")).toBe("2,880 classes");
});

test("a wall time as study files write it reads back as what it was", () => {
  expect(formatWalltime(90 * 60)).toBe("1h30m");
  expect(formatWalltime(61)).toBe("2m");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), (minutes) => {
      expect(parseDurationSeconds(formatWalltime(minutes * 60))).toBe(minutes * 60);
    }),
  );
});
