import fc from "fast-check";
import { expect, test } from "vitest";
import { findFront } from "../../../../src/reports/html/page/front.ts";

test("a trial is on the front where, and only where, none is as good and as cheap and better in one", () => {
  const trials = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })));
  fc.assert(
    fc.property(trials, (all) => {
      const cost = (trial: number): number => all[trial]?.[0] ?? NaN;
      const value = (trial: number): number => all[trial]?.[1] ?? NaN;
      const found = findFront([...all.keys()], cost, value, (a, b) => a > b);
      const isBeaten = ([c, v]: readonly [number, number]): boolean =>
        all.some(([d, w]) => d <= c && w >= v && (d < c || w > v));
      const points = new Set(found.map((trial) => `${cost(trial)} ${value(trial)}`));
      expect(points).toEqual(
        new Set(all.filter((each) => !isBeaten(each)).map(([c, v]) => `${c} ${v}`)),
      );
      expect(points.size).toBe(found.length);
    }),
  );
});
