import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { BsweepError, messageOf } from "../../core/errors.ts";
import type { Dimension } from "../../core/study.ts";
import { type ForeignStudy, formatForeignStudy } from "../../formats/foreign/study.ts";
import { parseStudyFile } from "../../formats/study-file.ts";
import { readWandbSweep } from "../../formats/foreign/wandb-sweep.ts";
import { readOptunaSpace } from "../../storage/optuna/space.ts";

const SQLITE_MAGIC = "SQLite format 3\0";

/**
 * What a file of another tool says: a database is Optuna's, a text a sweep file of W&B.
 * @throws BsweepError WORKSPACE for a file that cannot be read; STORAGE, USAGE, INVALID_STUDY for one that is neither
 */
export function readForeignStudy(path: string): ForeignStudy {
  try {
    return keepSound(
      isSqlite(path)
        ? readOptunaSpace(path, undefined)
        : readWandbSweep(readFileSync(path, "utf8"), path),
    );
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    throw new BsweepError("WORKSPACE", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** Without the parameters that no study file may hold, which is told. */
function keepSound(foreign: ForeignStudy): ForeignStudy {
  const notes: string[] = [];
  const dimensions = foreign.space.dimensions.filter((dimension) => {
    const problem = explainUnsound(foreign, dimension);
    if (problem !== undefined) notes.push(`${dimension.name} is left out: ${problem}`);
    return problem === undefined;
  });
  return {
    ...foreign,
    space: { ...foreign.space, dimensions },
    notes: [...notes, ...foreign.notes],
  };
}

/** What is wrong with a study of this parameter alone; undefined where nothing is. */
function explainUnsound(foreign: ForeignStudy, dimension: Dimension): string | undefined {
  const alone: ForeignStudy = {
    ...{ ...foreign, space: { dimensions: [dimension], constraints: [] } },
    ...{ command: ["program"], argsStyle: null, pruner: null, notes: [] },
    ...{ objective: { metric: "loss", direction: "minimize" } },
    sampler: { kind: "random", trials: 1 },
  };
  try {
    parseStudyFile(formatForeignStudy(alone, { name: "s", file: "", cluster: "" }), "");
    return undefined;
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    return error.issues[0]?.message ?? error.message;
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
