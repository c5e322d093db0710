import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Claim, ClaimFolder, MOST_LOSSES } from "../../../src/rounds/claims.ts";
import { makeTestFolder } from "../../support/folder.ts";

/** A folder of claims, and a task that looks into it. */
function makeClaims() {
  const folder = join(makeTestFolder(), "claims");
  const claims = new ClaimFolder(folder, "here, process 1, job 7");
  const look = (index = 1) => claims.list().get(index);
  const claim = (index = 1): Claim => {
    const taken = claims.claim(index, look(index));
    if (taken === undefined) throw new Error("somebody else was faster");
    return taken;
  };
  return { folder, claims, look, claim };
}

const HELD = { isHeld: true, isDone: false };
const FREE = { isHeld: false, isDone: false };

describe("an element", () => {
  test("that is taken is held, and nobody else gets the same claim", () => {
    const { claims, look, claim } = makeClaims();
    expect(look()).toBeUndefined();
    claim();
    expect(look()).toEqual({ ...HELD, generation: 1, losses: 0 });
    expect(claims.claim(1)).toBeUndefined();
    expect(claims.claim(11)?.index).toBe(11);
    expect(look()).toMatchObject({ generation: 1 });
  });

  test("that is given back is free at once, and no loss however often", () => {
    const { look, claim } = makeClaims();
    for (let time = 1; time <= MOST_LOSSES + 1; time++) {
      claim().giveBack();
      expect(look()).toEqual({ ...FREE, generation: time, losses: 0 });
    }
  });

  test("whose tasks die, or that is given up, loses one each time", () => {
    const { claims, look, claim } = makeClaims();
    claim();
    claim();
    expect(look()).toEqual({ ...HELD, generation: 2, losses: 1 });
    claim().giveBack();
    expect(look()).toEqual({ ...FREE, generation: 3, losses: 2 });
    claim().fail();
    expect(look()).toEqual({ ...FREE, generation: 4, losses: 3 });
    claim();
    expect(look()).toEqual({ ...HELD, generation: 5, losses: 3 });
    claims.bury(1, 5);
    expect(look()).toEqual({ ...FREE, generation: 5, losses: 4 });
  });

  test("that is done is nobody's, whatever was before", () => {
    const { look, claim } = makeClaims();
    claim();
    claim().finish();
    expect(look()).toMatchObject({ isHeld: false, isDone: true });
  });
});

describe("a claim", () => {
  test("changes with each beat, until another task has taken the element", () => {
    const { claims, claim } = makeClaims();
    const first = claim();
    const stamps = [claims.readStamp(1, 1)];
    expect(first.beat()).toBe(true);
    stamps.push(claims.readStamp(1, 1));
    expect(first.beat()).toBe(true);
    stamps.push(claims.readStamp(1, 1));
    expect(new Set(stamps).size).toBe(3);
    expect(stamps[0]).toContain("here, process 1, job 7");
    claim();
    expect(first.beat()).toBe(false);
  });

  test("that cannot be reached for a moment is no reason to stop, nor one to make it anew", () => {
    const { folder, claims, claim } = makeClaims();
    const first = claim();
    rmSync(join(folder, "1.1"));
    expect(first.beat()).toBe(true);
    expect(claims.readStamp(1, 1)).toBe("");
  });

  test("of files that are none nothing is taken", () => {
    const { folder, look, claim } = makeClaims();
    claim(2);
    for (const name of ["1", "x.1", ".1.1.tmp"]) writeFileSync(join(folder, name), "");
    expect(look()?.isHeld ?? false).toBe(false);
    expect(readFileSync(join(folder, "2.1"), "utf8")).toMatch(/beat 0\n$/);
  });
});
