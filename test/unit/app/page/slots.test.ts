import { expect, test } from "vitest";
import { tabulateSlots } from "../../../../src/app/page/slots.ts";

const useOf = (steps: readonly (readonly [number, number])[]) => ({
  ...{ origin: "2026-01-02T04:00:00.000Z", steps, peak: 50 },
  ...{ seconds: 1, busySeconds: 1, mean: 1 },
});

test("a few steps are those of the ledger", () => {
  const { seconds, running } = tabulateSlots(
    useOf([
      [0, 1],
      [2, 2],
      [15, 0],
    ]),
  );
  expect([...seconds]).toEqual([0, 2, 15]);
  expect([...running]).toEqual([1, 2, 0]);
  expect(tabulateSlots(null).seconds).toHaveLength(0);
});

test("many are told by the most at once of each span", () => {
  const { seconds, running } = tabulateSlots(
    useOf(Array.from({ length: 20_000 }, (_, step) => [step, step === 7777 ? 50 : step % 9])),
  );
  expect(seconds.length).toBeLessThanOrEqual(1001);
  expect(seconds[0]).toBe(0);
  expect(Math.max(...running)).toBe(50);
});
