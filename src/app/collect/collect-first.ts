import { plural } from "../../core/quantities.ts";
import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Study } from "../../core/study.ts";
import { readAttemptResults, readPlannedAttempts } from "../../storage/attempts.ts";
import { withDatabase } from "../../storage/database.ts";
import type { Layout } from "../../workspace/layout.ts";
import { collectResults } from "./collect.ts";

/** The study whose results are wanted. */
export interface CollectFirstOptions {
  readonly study: Study;
  readonly layout: Layout;
}

/**
 * Collects what is new, where the workspace may be written, and says so.
 * @returns path of the study's database
 * @throws BsweepError CONFLICT when nothing was collected ever; else as collectResults does
 */
export async function collectFirst(
  { study, layout }: CollectFirstOptions,
  effects: Effects,
): Promise<string> {
  const path = layout.database(study.name);
  const isWritable = (place: string): boolean => {
    try {
      if (existsSync(place)) accessSync(place, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  };
  if (![path, dirname(path), layout.workspace].every(isWritable)) {
    effects.reporter.info("the workspace cannot be written: showing what was collected before");
    return requireDatabase(path, study);
  }
  const { added, setAside } = await collectResults({ study: study.name, layout }, effects);
  const count = added.complete + added.failed;
  if (count > 0) effects.reporter.info(`collected ${plural(count, "new result")}`);
  if (setAside.length > 0) {
    effects.reporter.warn(
      `set aside: ${plural(setAside.length, "result file")}; bsweep collect ${study.file} tells why`,
    );
  }
  return requireDatabase(path, study);
}

/** Collects, and reads every attempt that was planned and every result. @throws BsweepError as collectFirst does */
export async function collectAttempts(options: CollectFirstOptions, effects: Effects) {
  return withDatabase(await collectFirst(options, effects), "readonly", (database) => ({
    planned: readPlannedAttempts(database),
    results: readAttemptResults(database),
  }));
}

/** @throws BsweepError CONFLICT when there is none */
export function requireDatabase(path: string, study: Study): string {
  if (existsSync(path)) return path;
  throw new BsweepError("CONFLICT", `nothing was collected for study ${study.name} yet`, {
    hint: `bsweep collect ${study.file}`,
  });
}

/** The same effects, but what is done on the way to an answer is not worth a line: `collected 3 new results`. */
export function quietly(effects: Effects): Effects {
  const nothing = (): void => undefined;
  const reporter = { info: nothing, warn: nothing, progress: nothing, endProgress: nothing };
  return { ...effects, reporter };
}
