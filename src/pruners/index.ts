import { hyperband } from "./hyperband.ts";
import { median } from "./median.ts";
import type { Pruner } from "./pruner.ts";
import { successiveHalving } from "./successive-halving.ts";

/** `pruner.kind` -> how it decides: the study file's schema is made from this. */
export const PRUNERS: Readonly<Record<string, Pruner>> = {
  "successive-halving": successiveHalving,
  hyperband,
  median,
};

/** @throws TypeError for an unknown kind */
export function prunerOf(kind: string): Pruner {
  const pruner = PRUNERS[kind];
  if (pruner === undefined) throw new TypeError(`the schema let an unknown pruner pass: ${kind}`);
  return pruner;
}
