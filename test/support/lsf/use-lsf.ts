import { afterEach, beforeEach } from "vitest";
import { type Lsf, type LsfOptions, startLsf } from "./lsf.ts";

/** A new emulated LSF for each test of a suite. Call it in a `describe`. */
export function useLsf(options: LsfOptions): () => Lsf {
  let lsf: Lsf | undefined;
  beforeEach(async () => {
    lsf = await startLsf(options);
  });
  afterEach(() => lsf?.stop());
  return () => {
    if (lsf === undefined) throw new Error("no LSF outside a test");
    return lsf;
  };
}
