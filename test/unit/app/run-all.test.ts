import { expect, test } from "vitest";
import { runAll } from "../../../src/app/run-all.ts";

const NEVER = new AbortController().signal;

test("answers come in the order of the items, so many at a time", async () => {
  let running = 0;
  let most = 0;
  const doubled = await runAll([3, 1, 2], 2, NEVER, async (item) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return item * 2;
  });
  expect([doubled, most]).toEqual([[6, 2, 4], 2]);
});

test("after a failure none starts, what runs is told, and the failure is thrown when it has ended", async () => {
  const ended: string[] = [];
  const work = async (item: string, signal: AbortSignal): Promise<void> => {
    if (item === "bad") throw new Error("bad one");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    ended.push(item);
  };
  await expect(runAll(["slow", "bad", "late"], 2, NEVER, work)).rejects.toThrow("bad one");
  expect(ended).toEqual(["slow"]);
});

test("what an abort kept from starting has no answer", async () => {
  const stop = new AbortController();
  const answers = await runAll([1, 2], 1, stop.signal, (item) => {
    stop.abort();
    return Promise.resolve(item);
  });
  expect(answers).toEqual([1, undefined]);
});
