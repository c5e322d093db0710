import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished } from "vitest";
import { startLsf, type Lsf, type LsfOptions } from "./lsf.ts";

/** An emulated LSF for the running test alone. */
export async function makeLsf(options: LsfOptions = {}): Promise<Lsf> {
  const lsf = await startLsf(options);
  onTestFinished(() => lsf.stop());
  return lsf;
}

/** One that the tests of a suite share: call it in a `describe`, and the result in its tests. */
export function makeSuiteLsf(options: LsfOptions = {}): () => Lsf {
  let lsf: Lsf | undefined;
  beforeAll(async () => {
    lsf = await startLsf(options);
  });
  afterAll(() => lsf?.stop());
  return () => {
    if (lsf === undefined) throw new Error("no test runs");
    return lsf;
  };
}

/** A new one for each test of a suite: call it in a `describe`, and the result in its tests. */
export function useLsf(options: LsfOptions): () => Lsf {
  let lsf: Lsf | undefined;
  beforeEach(async () => {
    lsf = await startLsf(options);
  });
  afterEach(() => lsf?.stop());
  return () => {
    if (lsf === undefined) throw new Error("no test runs");
    return lsf;
  };
}

/** What `read` gives comes to be as expected; how long that takes is nobody's business but the test's own limit. */
export const eventually = <T>(read: () => T) =>
  expect.poll(read, { timeout: 60_000, interval: 40 });
