import { readSync } from "node:fs";

/** Blocks until a line comes on stdin. @returns false when stdin has ended */
export function waitForTurn(): boolean {
  return readSync(0, new Uint8Array(1), 0, 1, null) === 1;
}
