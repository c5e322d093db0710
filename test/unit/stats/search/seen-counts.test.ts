import fc from "fast-check";
import { expect, test } from "vitest";
import type { TrialObservation } from "../../../../src/core/search.ts";
import { countedOf, type Known, knownAt, seenOf } from "../../../../src/rounds/search/known.ts";
import { SeenCounter } from "../../../../src/stats/search/seen-counts.ts";

const ended = fc
  .uniqueArray(
    fc.record({
      number: fc.integer({ min: 1, max: 40 }),
      attempt: fc.integer({ min: 1, max: 3 }),
      state: fc.constantFrom("complete", "pruned", "failed"),
    }),
    { selector: ({ number, attempt }) => `${number} ${attempt}`, maxLength: 60 },
  )
  .map((all) =>
    all
      .map((each) => each as TrialObservation)
      .sort((a, b) => a.number - b.number || a.attempt - b.attempt),
  );

test("counts of each trial the attempt that samplers go by, for whatever part of it was seen", () => {
  fc.assert(
    fc.property(ended, fc.integer({ min: 1, max: 41 }), (all, before) => {
      const known: Known = {
        ...{ historyHash: "", earlier: [], running: [] },
        ended: all.filter(({ number }) => number < before),
      };
      const seen = seenOf(known);
      const counted = countedOf(knownAt({ seen } as never, { earlier: [], ended: all }, []).ended);
      const count = (state: string): number =>
        counted.filter((each) => each.state === state).length;
      expect(new SeenCounter(all).count({ ...seen, running: "3-5,9" })).toEqual({
        ...{ complete: count("complete"), pruned: count("pruned"), failed: count("failed") },
        running: 4,
      });
    }),
  );
});
