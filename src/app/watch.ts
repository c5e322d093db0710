import { setTimeout as pause } from "node:timers/promises";
import type { Effects } from "../core/effects.ts";
import { LIVELY_KINDS, STANDING_KINDS } from "../core/standing.ts";
import { MemoryDatabase } from "../storage/database.ts";
import type { CollectFirstOptions } from "./collect/collect-first.ts";
import { readStatus, type StatusRead, type StudyStatus } from "./status.ts";
import { Looks } from "./watch/looks.ts";

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
  const memory = new MemoryDatabase();
  const looks = new Looks<{ read: StatusRead; askedAt: Date }>(effects, async (quiet, last) => {
    const now = effects.now();
    const age = now.getTime() - (last?.askedAt.getTime() ?? 0);
    const fresh = age < ASK_SECONDS * 1000 ? last : undefined;
    const answer = fresh && { answer: fresh.read.answer };
    const read = await readStatus({ ...options, ...answer, memory }, quiet);
    return { read, askedAt: fresh?.askedAt ?? now };
  });
  while (!signal.aborted) {
    const seen = await looks.again();
    if (seen !== undefined) yield { status: seen.read.status, askedAt: seen.askedAt };
    await pause(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * How a wait ended. `failed`: every trial has a result, and some failed. `lost`: some will have none without a
 * retry. `not submitted`: some were not submitted, and nothing runs.
 */
export type WaitEnd = "complete" | "failed" | "lost" | "timeout" | "not submitted" | "interrupted";

interface WaitOptions extends WatchOptions {
  readonly timeoutSeconds: number;
  /** Told of each look that differs from the one before. */
  readonly onChange: (status: StudyStatus) => void;
}

interface WaitReport {
  readonly end: WaitEnd;
  /** The last look. */
  readonly status: StudyStatus;
}

/** How long a wave that a cron line is to submit may let wait for itself. */
const WAVE_SECONDS = 15 * 60;

/**
 * Waits until nothing more comes by itself.
 * @returns undefined when it was interrupted before the first look
 * @throws BsweepError as watchStudy does
 */
export async function waitForStudy(
  options: WaitOptions,
  effects: Effects,
): Promise<WaitReport | undefined> {
  const startedAt = effects.now().getTime();
  let idleSince: number | undefined;
  let told = "";
  let last: StudyStatus | undefined;
  const seconds = Math.min(options.seconds, Math.max(1, options.timeoutSeconds));
  for await (const { status } of watchStudy({ ...options, seconds }, effects)) {
    last = status;
    const counts = JSON.stringify(status.counts);
    if (counts !== told) options.onChange(status);
    told = counts;
    const now = effects.now().getTime();
    const end = judge(status, (now - (idleSince ?? now)) / 1000);
    if (end !== undefined) return { end, status };
    idleSince = isLively(status) ? undefined : (idleSince ?? now);
    if (now - startedAt >= options.timeoutSeconds * 1000) return { end: "timeout", status };
  }
  return last === undefined ? undefined : { end: "interrupted", status: last };
}

function isLively({ counts }: StudyStatus): boolean {
  return STANDING_KINDS.some((kind) => LIVELY_KINDS.has(kind) && counts[kind] > 0);
}

/** Undefined while something is still to come. */
function judge(status: StudyStatus, idleSeconds: number): WaitEnd | undefined {
  const { counts, arrays } = status;
  if (isLively(status)) return undefined;
  if (counts["not submitted"] > 0) {
    const isUnderWay = arrays.some(({ job }) => job !== null);
    return isUnderWay && idleSeconds < WAVE_SECONDS ? undefined : "not submitted";
  }
  if (counts.lost + counts.cancelled + counts.missing > 0) return "lost";
  return counts.failed > 0 ? "failed" : "complete";
}
