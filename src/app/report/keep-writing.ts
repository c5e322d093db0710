import { setTimeout as pause } from "node:timers/promises";
import type { Effects } from "../../core/effects.ts";
import { type CollectedState, readCollectedState } from "../../storage/collected-state.ts";
import { MemoryDatabase, SHORT_TIMEOUT_MS } from "../../storage/database.ts";
import { loadStudy } from "../plan/load-study.ts";
import { type ReportOptions, readStudy } from "../report.ts";
import { Looks } from "../watch/looks.ts";

export interface KeepWritingOptions extends ReportOptions {
  /** Between two looks. */
  readonly seconds: number;
  /** Aborts to end. */
  readonly signal: AbortSignal;
  /** Writes what these options report, and tells of it. What it throws after the first time is tried again. */
  readonly write: (
    options: ReportOptions,
    collected: CollectedState,
    quiet: Effects,
  ) => Promise<void>;
}

/**
 * Writes a report whenever what it is made of has changed, until the signal aborts or nothing is left to come.
 * @throws BsweepError as readStudy and `write` do, the first time
 */
export async function keepWriting(options: KeepWritingOptions, effects: Effects): Promise<void> {
  const { seconds, signal, write } = options;
  const memory = new MemoryDatabase();
  let written: string | undefined;
  const looks = new Looks<CollectedState>(effects, async (quiet) => {
    const { study } = loadStudy({ studyFile: options.study.file });
    const reported = { ...options, study, memory, lockMs: SHORT_TIMEOUT_MS };
    const seen = await readStudy(reported, quiet, (database) =>
      readCollectedState(database, study),
    );
    if (seen.state !== written) await write(reported, seen, quiet);
    written = seen.state;
    return seen;
  });
  while (!signal.aborted) {
    const seen = await looks.again();
    if (seen?.open === 0) return;
    await pause(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}
