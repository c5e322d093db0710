import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { BsweepError, messageOf } from "../../core/errors.ts";
import type { ForeignStudy } from "../../formats/foreign-study.ts";
import { readWandbSweep } from "../../formats/wandb-sweep.ts";
import { readOptunaSpace } from "../../storage/optuna/space.ts";

const SQLITE_MAGIC = "SQLite format 3\0";

/**
 * What a file of another tool says: a database is Optuna's, a text a sweep file of W&B.
 * @throws BsweepError WORKSPACE for a file that cannot be read; STORAGE, USAGE, INVALID_STUDY for one that is neither
 */
export function readForeignStudy(path: string): ForeignStudy {
  try {
    return isSqlite(path)
      ? readOptunaSpace(path, undefined)
      : readWandbSweep(readFileSync(path, "utf8"), path);
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    throw new BsweepError("WORKSPACE", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

function isSqlite(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(SQLITE_MAGIC.length);
    return readSync(file, start) === start.length && start.toString("latin1") === SQLITE_MAGIC;
  } finally {
    closeSync(file);
  }
}
