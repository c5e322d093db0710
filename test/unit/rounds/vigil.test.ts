import { join } from "node:path";
import { expect, test } from "vitest";
import { ClaimFolder } from "../../../src/rounds/claims.ts";
import { keepVigil } from "../../../src/rounds/vigil.ts";
import { makeTestFolder } from "../../support/folder.ts";

const HELD = [{ index: 1, generation: 1 }];

function watch() {
  const folder = new ClaimFolder(join(makeTestFolder(), "claims"), "a task");
  const claim = folder.claim(1);
  if (claim === undefined) throw new Error("not claimed");
  let now = 0;
  const vigil = keepVigil(folder, { patienceSeconds: 60, pauseSeconds: 10 }, () => now);
  const look = (seconds: number): number[] => {
    now += seconds;
    return vigil(HELD);
  };
  return { claim, look };
}

test("a claim that does not change for the patience is a dead task's", () => {
  const { look } = watch();
  expect(look(0)).toEqual([]);
  for (let turn = 1; turn <= 5; turn++) expect(look(10)).toEqual([]);
  expect(look(10)).toEqual([1]);
});

test("any change shows a living task", () => {
  const { claim, look } = watch();
  for (let turn = 0; turn <= 5; turn++) expect(look(10)).toEqual([]);
  claim.beat();
  for (let turn = 0; turn <= 5; turn++) expect(look(10)).toEqual([]);
  expect(look(10)).toEqual([1]);
});

test("time in which the watching task was suspended itself does not count", () => {
  const { look } = watch();
  look(0);
  expect(look(3600)).toEqual([]);
  expect(look(10)).toEqual([]);
});

test("a claim is won once, and the next one supersedes it", () => {
  const folder = join(makeTestFolder(), "claims");
  const [one, other] = [new ClaimFolder(folder, "one"), new ClaimFolder(folder, "other")];
  const claim = one.claim(7);
  expect(other.claim(7)).toBeUndefined();
  expect(claim?.beat()).toBe(true);
  const next = other.claim(7, { generation: 1, isHeld: true, isDone: false, losses: 0 });
  expect(next?.index).toBe(7);
  expect(claim?.beat()).toBe(false);
  expect(one.list().get(7)).toEqual({ generation: 2, isHeld: true, isDone: false, losses: 1 });
  next?.giveBack();
  expect(one.list().get(7)).toEqual({ generation: 2, isHeld: false, isDone: false, losses: 1 });
});
