import { setTimeout as pause } from "node:timers/promises";
import type { Effects } from "../core/effects.ts";
import type { StudyStatus } from "./cluster/study-status.ts";
import { type CollectFirstOptions, quietly } from "./collect/collect-first.ts";
import { readStatus, type StatusRead } from "./status.ts";

export interface WatchOptions extends CollectFirstOptions {
  /** Between two looks at the files. */
  readonly seconds: number;
  /** Aborts to end. */
  readonly signal: AbortSignal;
}

/** One look at a study. */
export interface Look {
  readonly status: StudyStatus;
  /** When the schedulers were asked. */
  readonly askedAt: Date;
}

/** A scheduler serves everybody: a command that watches asks it once a minute at most. */
const ASK_SECONDS = 60;

/**
 * Looks at a study again and again: at its files every time, at the schedulers at most once a minute. Ends when
 * the signal aborts.
 * @throws BsweepError as observeStudy does, at the first look; later ones are told and tried again
 */
export async function* watchStudy(
  { seconds, signal, ...options }: WatchOptions,
  effects: Effects,
): AsyncGenerator<Look> {
  let last: { read: StatusRead; askedAt: Date } | undefined;
  while (!signal.aborted) {
    const now = effects.now();
    const age = now.getTime() - (last?.askedAt.getTime() ?? 0);
    const fresh = age < ASK_SECONDS * 1000 ? last : undefined;
    try {
      const answer = fresh && { answer: fresh.read.answer };
      const read = await readStatus({ ...options, ...answer }, quietly(effects));
      last = { read, askedAt: fresh?.askedAt ?? now };
      yield { status: read.status, askedAt: last.askedAt };
    } catch (error) {
      // A database that is locked for a while, a folder that a server does not give: not the end of a long wait.
      if (last === undefined || !(error instanceof Error)) throw error;
      effects.reporter.warn(error.message);
    }
    await pause(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}
