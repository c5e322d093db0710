import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReporter } from "../../../src/cli/output.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("off a terminal, progress is a line at the start, now and then, and one at the end", () => {
  const stream = new PassThrough();
  const reporter = createReporter(stream as unknown as NodeJS.WriteStream);
  for (let done = 1; done <= 1200; done += 1) {
    vi.advanceTimersByTime(50);
    reporter.progress({ label: "packing", done, total: 1200, unit: "MB" });
  }
  // The last MB is told as often as something of it is done.
  for (let row = 0; row < 65; row += 1)
    reporter.progress({ label: "packing", done: 1200, total: 1200, unit: "MB" });
  expect(String(stream.read()).trimEnd().split("\n")).toEqual([
    "packing: 1/1,200 MB",
    "packing: 601/1,200 MB",
    "packing: 1,200/1,200 MB",
  ]);
});
