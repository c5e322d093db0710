import { type Stats, statSync } from "node:fs";
import { userInfo } from "node:os";
import { valueOr } from "../../core/errors.ts";

/** A file's time and its owner, as far as this machine has a name for them. */
export interface FileMark {
  /** Of its last change, ISO 8601 UTC. */
  readonly at: string;
  readonly who: string;
}

/** Null where there is no such file. */
export function markOf(path: string): FileMark | null {
  const stat = valueOr(null, () => statSync(path));
  return stat === null ? null : { at: stat.mtime.toISOString(), who: nameOwner(stat) };
}

function nameOwner({ uid }: Pick<Stats, "uid">): string {
  const unnamed = `user ${uid}`;
  return uid === process.geteuid?.() ? valueOr(unnamed, () => userInfo().username) : unnamed;
}
