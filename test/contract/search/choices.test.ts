import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Choice } from "../../../src/core/search.ts";
import { Choices } from "../../../src/rounds/search/choices.ts";
import { makeTestFolder } from "../../support/folder.ts";

const A = "a".repeat(16);
const B = "b".repeat(16);
const C = "c".repeat(16);
const X = "1".repeat(16);
const Y = "2".repeat(16);

const choose = (slot: string, content: string): Choice => ({
  schemaVersion: 1,
  ...{ slot, number: 1, params: { x: content }, content, within: "0", place: 0, seconds: 0 },
  sampler: { kind: "gp", revision: 1, seed: 1 },
  seen: { history: "0", ended: {}, running: "" },
  ...{ chosenAt: "2026-01-01T00:00:00.000Z", host: "h" },
});

/** What a slot that was killed between the two files of a choice leaves. */
function makeHalf(folder: string, choices: Choices, choice: Choice): void {
  choices.make(choice);
  rmSync(join(folder, `${choice.slot}.json`));
}

describe("parameters that a slot had taken when it was killed", () => {
  test("are its own until it has chosen", () => {
    const folder = makeTestFolder();
    const choices = new Choices(folder);
    makeHalf(folder, choices, choose(A, X));
    expect(choices.make(choose(B, X))).toBeUndefined();
    expect(choices.make(choose(A, X))).toEqual(choose(A, X));
  });

  test("are another's, once only, when it has chosen otherwise since", () => {
    const folder = makeTestFolder();
    const choices = new Choices(folder);
    makeHalf(folder, choices, choose(A, X));
    expect(choices.make(choose(A, Y))).toEqual(choose(A, Y));
    expect(choices.make(choose(B, X))).toEqual(choose(B, X));
    expect(choices.make(choose(C, X))).toBeUndefined();
    expect(choices.make(choose(C, Y))).toBeUndefined();
    expect(choices.slots().sort()).toEqual([A, B]);
  });

  test("stay another's, whoever of the slot comes late", () => {
    const folder = makeTestFolder();
    const choices = new Choices(folder);
    makeHalf(folder, choices, choose(A, X));
    choices.make(choose(A, Y));
    choices.make(choose(B, X));
    const before = readdirSync(folder).sort();
    // Two replicates that had proposed X before the third chose Y.
    expect(choices.make(choose(A, X))).toEqual(choose(A, Y));
    expect(choices.make(choose(A, X))).toEqual(choose(A, Y));
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(choices.make(choose(C, X))).toBeUndefined();
  });

  test("are nobody's where it cannot be read who took them", () => {
    const folder = makeTestFolder();
    const choices = new Choices(folder);
    writeFileSync(join(folder, `${X}.1.taken`), "{");
    expect(choices.make(choose(A, X))).toBeUndefined();
  });
});
