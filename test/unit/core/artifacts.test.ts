import fc from "fast-check";
import { expect, test } from "vitest";
import { type ArtifactRecord, compareRecords, listBeyond } from "../../../src/core/artifacts.ts";

interface Drawn {
  readonly value: number;
  readonly isWanted: boolean;
  readonly within: string;
}

const records = (
  drawn: readonly Drawn[],
  direction: "maximize" | "minimize" = "maximize",
): ArtifactRecord[] =>
  drawn.map(({ value, isWanted, within }, at) => ({
    schemaVersion: 1,
    ...{ number: at + 1, trialId: String(at), attempt: 1, within, isWanted },
    objective: { metric: "acc", direction, value },
    ...{ count: 1, bytes: 1, files: [] },
  }));

const numbersOf = (found: readonly ArtifactRecord[]): number[] =>
  found.map(({ number }) => number).sort((a, b) => a - b);

const simple = (...values: number[]): Drawn[] =>
  values.map((value) => ({ value, isWanted: true, within: "a" }));

test("what is beyond the best goes: worse values, of equals the later trial", () => {
  const values = simple(0.5, 0.9, 0.9, 0.7, 0.9);
  expect(numbersOf(listBeyond(records(values), 2))).toEqual([1, 4, 5]);
  expect(numbersOf(listBeyond(records(values, "minimize"), 2))).toEqual([2, 3, 5]);
  expect(listBeyond(records(values), "all")).toEqual([]);
});

test("who does not keep to what is required comes after all who do, and settings are not compared", () => {
  const unwanted = { value: 1, isWanted: false, within: "a" };
  expect(numbersOf(listBeyond(records([unwanted, ...simple(0.1, 0.2)]), 2))).toEqual([1]);
  const elsewhere = { value: 0, isWanted: true, within: "b" };
  expect(numbersOf(listBeyond(records([elsewhere, ...simple(0.1, 0.2)]), 1))).toEqual([2]);
});

test("whoever looks, whenever, in whatever order trials end: the best of all are left, and no more", () => {
  const drawn = fc.record({
    value: fc.integer({ min: 0, max: 5 }),
    isWanted: fc.boolean(),
    within: fc.constantFrom("a", "b"),
  });
  fc.assert(
    fc.property(
      fc.array(drawn, { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      fc.infiniteStream(fc.boolean()),
      (all, keep, looks) => {
        let kept: ArtifactRecord[] = [];
        for (const record of records(all)) {
          kept.push(record);
          if (looks.next().value === false) continue;
          const beyond = new Set(listBeyond(kept, keep));
          kept = kept.filter((each) => !beyond.has(each));
        }
        const beyond = new Set(listBeyond(kept, keep));
        kept = kept.filter((each) => !beyond.has(each));
        const best = ["a", "b"].flatMap((within) =>
          records(all)
            .filter((each) => each.within === within)
            .sort(compareRecords)
            .slice(0, keep),
        );
        expect(numbersOf(kept)).toEqual(numbersOf(best));
      },
    ),
  );
});
