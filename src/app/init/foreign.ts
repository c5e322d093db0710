import { closeSync, fstatSync, readSync } from "node:fs";
import { BsweepError, type Issue, messageOf } from "../../core/errors.ts";
import type { Dimension } from "../../core/study.ts";
import { type ForeignStudy, formatForeignStudy } from "../../formats/foreign/study.ts";
import { parseStudyFile } from "../../formats/study-file.ts";
import { readWandbSweep } from "../../formats/foreign/wandb-sweep.ts";
import { readOptunaSpace } from "../../storage/optuna/space.ts";
import { openPlainFile } from "../../workspace/folder.ts";

const SQLITE_MAGIC = "SQLite format 3\0";
/** Sweep files are some KiB. */
const MAX_TEXT_BYTES = 1024 * 1024;
/** Each may be looked at by itself. */
const MAX_PARAMETERS = 1000;

/**
 * What a file of another tool says: a database is Optuna's, a text a sweep file of W&B.
 * @param wanted of a database with several studies, the name of one
 * @throws BsweepError WORKSPACE for a file that cannot be read; STORAGE, USAGE, INVALID_STUDY for one that is neither
 */
export function readForeignStudy(path: string, wanted?: string): ForeignStudy {
  try {
    const bytes = readSweep(path);
    const foreign =
      bytes === undefined
        ? readOptunaSpace(path, wanted)
        : readWandbSweep(decodeText(bytes, path), path);
    const { length } = foreign.space.dimensions;
    if (length > MAX_PARAMETERS)
      throw refuse(path, [`found ${length} parameters, expected at most ${MAX_PARAMETERS}`]);
    return keepSound(foreign);
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    throw new BsweepError("WORKSPACE", `cannot read ${path}: ${messageOf(cause)}`, {
      hint: "name a sweep file of W&B, or a database of Optuna (SQLite)",
      cause,
    });
  }
}

function refuse(file: string, messages: readonly string[], line?: number): BsweepError {
  const at = line === undefined ? {} : { line };
  return new BsweepError("INVALID_STUDY", `cannot take a study from ${file}`, {
    issues: messages.map((message) => ({ file, ...at, path: "", message })),
    hint: "--from takes a sweep file of W&B, or a database of Optuna (docs/coming-from.md)",
  });
}

/** Undefined for a database. @throws Error for what is no plain file: nobody waits for a pipe */
function readSweep(path: string): Buffer | undefined {
  const file = openPlainFile(path);
  try {
    const start = Buffer.alloc(SQLITE_MAGIC.length);
    readSync(file, start, 0, start.length, 0);
    if (start.toString("latin1") === SQLITE_MAGIC) return undefined;
    const { size } = fstatSync(file);
    if (size > MAX_TEXT_BYTES)
      throw refuse(path, [`found ${size} bytes, expected a sweep file of at most 1 MiB`]);
    const text = Buffer.alloc(size);
    return text.subarray(0, readSync(file, text, 0, size, 0));
  } finally {
    closeSync(file);
  }
}

/** How a file of Optuna's JournalStorage begins. */
const JOURNAL = '{"op_code":';

function decodeText(bytes: Buffer, path: string): string {
  const text = bytes.toString("utf8");
  if (text.startsWith(JOURNAL))
    throw refuse(path, [
      "found a journal of Optuna, expected its database: optuna.copy_study(from_study_name=..., from_storage=..., to_storage='sqlite:///FILE') makes one",
    ]);
  const damaged = text
    .split("\n")
    .findIndex((line) => line.includes("\uFFFD") || line.includes("\0"));
  if (damaged < 0) return text;
  throw refuse(
    path,
    ["found bytes that are no UTF-8, expected the file saved as UTF-8"],
    damaged + 1,
  );
}

/** Which of a study's keys come from the other file; all others are answers. */
const TAKEN = /^(?:objective|trainer|space|sampler|pruner)\b/;

/** What is wrong with a study, told of the file that it was made from. */
export function tellOfForeign(
  error: BsweepError,
  { locate }: ForeignStudy,
  from: string,
): BsweepError {
  const { code, issues, hint } = error;
  const retold = issues.map((issue): Issue => {
    if (!TAKEN.test(issue.path)) return issue;
    const { message } = issue;
    return locate?.(issue.path, message) ?? { file: from, path: "", message };
  });
  return new BsweepError(code, `${from} makes no valid study`, {
    issues: retold,
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

/** Without the parameters that no study file may hold, which is told. */
function keepSound(foreign: ForeignStudy): ForeignStudy {
  if (explainUnsound(foreign, foreign.space.dimensions) === undefined) return foreign;
  const notes: string[] = [];
  const dimensions = foreign.space.dimensions.filter((dimension) => {
    const problem = explainUnsound(foreign, [dimension]);
    if (problem !== undefined) notes.push(`${dimension.name} is left out: ${problem}`);
    return problem === undefined;
  });
  return {
    ...foreign,
    space: { ...foreign.space, dimensions },
    notes: [...notes, ...foreign.notes],
  };
}

/** What is wrong with a study of these parameters alone; undefined where nothing is. */
function explainUnsound(
  foreign: ForeignStudy,
  dimensions: readonly Dimension[],
): string | undefined {
  const alone: ForeignStudy = {
    ...{ ...foreign, space: { dimensions, constraints: [] } },
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
