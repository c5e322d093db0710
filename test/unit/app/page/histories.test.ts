import fc from "fast-check";
import { expect, test } from "vitest";
import { HistoryCollector, packCurve } from "../../../../src/app/page/histories.ts";
import { readCurve } from "../../../../src/reports/html/page/curves.ts";

const step = (number: number, metrics: Record<string, number>) => ({
  step: number,
  metrics,
  seconds: 1,
});

test("curves come back, whatever order trials come in", () => {
  const histories = [
    [step(1, { loss: 2 }), step(2, { loss: 1, accuracy: 0.5 })],
    [],
    [step(5, { loss: 0 }), step(7, { accuracy: 1 })],
  ];
  for (const order of [
    [0, 1, 2],
    [2, 0],
  ]) {
    const collector = new HistoryCollector(3);
    for (const trial of order) collector.add(trial, JSON.stringify(histories[trial]));
    const found = collector.finish();
    expect(found.metrics.map(({ name }) => name)).toEqual(["loss", "accuracy"]);
    const [loss, accuracy] = found.metrics.map((curve) =>
      [0, 1, 2].map((trial) => readCurve(found, curve, trial)),
    );
    expect(loss).toEqual([
      [
        [1, 2],
        [2, 1],
      ],
      [],
      [[5, 0]],
    ]);
    expect(accuracy).toEqual([[[2, 0.5]], [], [[7, 1]]]);
  }
});

test("of very many steps some are kept, the first and the last among them, and that is said", () => {
  const collector = new HistoryCollector(1);
  collector.add(
    0,
    JSON.stringify(Array.from({ length: 5000 }, (_, place) => step(place, { loss: place }))),
  );
  const found = collector.finish();
  expect([found.isThinned, found.steps.length, found.steps[0], found.steps.at(-1)]).toEqual([
    ...[true, 200, 0, 4999],
  ]);
});

test("a code is at most 1 part in 131,068 of the range off", () => {
  const values = fc.float64Array({ minLength: 1, maxLength: 50, min: -1e3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(values, (told) => {
      const curve = packCurve("m", told);
      const histories = {
        ...{ starts: Int32Array.of(0, told.length), steps: Int32Array.from(told.keys()) },
        ...{ metrics: [curve], omitted: 0, isThinned: false },
      };
      const range = curve.high - curve.low;
      for (const [place, value] of readCurve(histories, curve, 0)) {
        const slack = curve.codes === null ? 1e-7 * Math.abs(value) + 1e-37 : range / 131_067;
        expect(Math.abs(value - (told[place] ?? NaN))).toBeLessThanOrEqual(slack);
      }
    }),
  );
});

test("one spike does not flatten the others", () => {
  const curve = packCurve("m", Float64Array.of(1e300, 1, 2, 3, 4, 5, 6, 7, 8));
  expect(curve.codes).toBeNull();
  expect(curve.values?.[1]).toBe(1);
  expect(curve.values?.[0]).toBeGreaterThan(1e38);
});
