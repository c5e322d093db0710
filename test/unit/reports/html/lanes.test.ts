import { expect, test } from "vitest";
import { packLanes } from "../../../../src/reports/html/page/lanes.ts";
import type { AttemptColumns } from "../../../../src/stats/report-page.ts";

test("attempts at once stand in lanes of their own, host by host", () => {
  const attempts = {
    host: Int32Array.of(1, 0, 1, 1),
    start: Float64Array.of(0, 5, 1, 10),
    seconds: Float64Array.of(10, 1, 20, 5),
    hosts: ["a", "b"],
  } as unknown as AttemptColumns;
  expect(packLanes(attempts)).toEqual({ lane: Int32Array.of(1, 0, 2, 1), hosts: [0, 1, 1] });
});
