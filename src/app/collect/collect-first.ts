import { existsSync } from "node:fs";
import type { Effects, Reporter } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { plural } from "../../core/quantities.ts";
import type { Study } from "../../core/study.ts";
import { type Attempts, readAttempts } from "../../storage/attempts.ts";
import {
  isOfDatabase,
  MemoryDatabase,
  type StudyDatabase,
  withDatabase,
} from "../../storage/database.ts";
import type { Layout } from "../../workspace/layout.ts";
import { tidyStudy } from "../tidy.ts";
import { collectInto, type CollectSummary, countAdded, requireStudy } from "./collect.ts";

/** The study whose results are wanted. */
export interface CollectFirstOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Of who looks again and again: what takes the place of a database that cannot be written, from look to look. */
  readonly memory?: MemoryDatabase;
  /** How long a lock of another process is waited for, in milliseconds; 10 s by default. */
  readonly lockMs?: number | undefined;
}

/**
 * Collects what is new, says so, and reads. Where the database cannot be written, which is said too - a full disk, a
 * lock, somebody else's folder - what it holds and what is new meet in memory; where it cannot be read either, the
 * files alone tell everything again.
 * @throws BsweepError CONFLICT when the study has no round; WORKSPACE when there is no such workspace
 */
export async function collectFirst<T>(
  { study, layout, memory = new MemoryDatabase(), lockMs }: CollectFirstOptions,
  effects: Effects,
  read: (database: StudyDatabase) => T | Promise<T>,
): Promise<T> {
  tidyStudy(layout, study.name, effects);
  requireStudy(layout, study.name);
  const path = layout.database(study.name);
  const look = async (database: StudyDatabase): Promise<T> => {
    const summary = await collectInto(database, { study: study.name, layout }, effects);
    const value = await read(database);
    tellCollected(summary, study, effects);
    return value;
  };
  try {
    return await withDatabase(path, "readwrite", look, lockMs);
  } catch (error) {
    if (!isOfDatabase(error)) throw error;
    effects.reporter.warn(`${error.message}; shown from the result files, and nothing is kept`);
  }
  return memory.use(path, look);
}

function tellCollected({ added, setAside }: CollectSummary, study: Study, effects: Effects): void {
  const count = countAdded(added);
  if (count > 0) effects.reporter.info(`collected ${plural(count, "new result")}`);
  if (setAside.length > 0) {
    effects.reporter.warn(
      `set aside: ${plural(setAside.length, "result file")}; bsweep collect ${study.file} tells why`,
    );
  }
}

/** Collects, and reads all attempts, and what else is wanted. @throws BsweepError as collectFirst does */
export async function collectAttempts<T>(
  options: CollectFirstOptions,
  effects: Effects,
  also: (database: StudyDatabase) => T,
): Promise<Attempts & { readonly also: T }> {
  return collectFirst(options, effects, (database) => ({
    also: also(database),
    ...readAttempts(database),
  }));
}

/** @throws BsweepError CONFLICT when there is none */
export function requireDatabase(path: string, study: Study): string {
  if (existsSync(path)) return path;
  throw new BsweepError("CONFLICT", `nothing was collected for study ${study.name} yet`, {
    hint: `bsweep collect ${study.file}`,
  });
}

/**
 * The same effects, but what is done on the way to an answer is not worth a line: `collected 3 new results`.
 * @param warn hears the warnings; by default nobody does
 */
export function quietly(effects: Effects, warn: (line: string) => void = nothing): Effects {
  return { ...effects, reporter: { ...SILENT, warn } };
}

const nothing = (): void => undefined;

/** Hears everything and says nothing. */
export const SILENT: Reporter = {
  info: nothing,
  warn: nothing,
  progress: nothing,
  endProgress: nothing,
};
