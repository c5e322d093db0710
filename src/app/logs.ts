import { setTimeout as pause } from "node:timers/promises";
import { relative } from "node:path";
import type { Effects } from "../core/effects.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { isRetryable } from "./cluster/failures.ts";
import { observeStudy } from "./cluster/observe.ts";
import { type AttemptLogs, findLogs, type FindLogsOptions } from "./logs/find-logs.ts";
import { GrowingLog } from "./logs/growing-log.ts";
import { createTrialSection, printable } from "./logs/trial-section.ts";
import { quietly } from "./collect/collect-first.ts";
import { parseResultName } from "../workspace/layout.ts";
import { listArrayResults } from "../rounds/result-files.ts";

interface LogsOptions extends FindLogsOptions {
  /** Go on until the attempt has its result, or will have none. */
  readonly follow: boolean;
  /** Takes each line, safe on a terminal. */
  readonly onLine: (line: string) => void;
  /** Aborts to end. */
  readonly signal: AbortSignal;
}

/** Between two looks at a log. */
const LOOK_SECONDS = 1;
/** Between two looks at all files, and questions to the scheduler. */
const OBSERVE_SECONDS = 60;

/**
 * Tells what an attempt at a trial has printed: the log its element writes while it runs, and the scheduler's own
 * where there is no complete result to speak for itself.
 * @throws BsweepError as findLogs does
 */
export async function showLogs(options: LogsOptions, effects: Effects): Promise<void> {
  const { reporter } = effects;
  const warned = quietly(effects, (line) => reporter.warn(line));
  let found = await findLogs(options, warned);
  const readers = found.elements.flatMap((element) => openLogs(element, found, options, effects));
  for (const reader of readers) reader.readOn();
  if (options.follow && found.result === null) {
    await follow(readers, found, options, effects);
    found = await findLogs(options, quietly(effects));
  }
  for (const reader of readers) reader.finish();
  if (options.signal.aborted) return;
  if (readers.every((reader) => reader.isEmpty())) {
    const isSubmitted = found.elements.some(({ array }) => array.job !== null);
    const why = isSubmitted ? "its element has not started" : "it is not submitted";
    const which = `trial ${found.number}, attempt ${found.attempt}`;
    reporter.info(`${which} has printed nothing: ${why}`);
  }
  if (found.result?.state !== "complete") showSchedulerLogs(found, options, effects);
}

/** Passes a log on as it grows. */
interface Reader {
  readOn(): void;
  /** What is left, a line without end too. */
  finish(): void;
  isEmpty(): boolean;
}

function openLogs(
  { logs, isShared }: AttemptLogs["elements"][number],
  { trialId, number, attempt }: AttemptLogs,
  { onLine, layout }: LogsOptions,
  { reporter }: Effects,
): readonly Reader[] {
  const name = `trial ${number} (${trialId}), attempt ${attempt}`;
  return logs.map((path) => {
    const log = new GrowingLog(path);
    const isOurs = isShared ? createTrialSection(trialId) : () => true;
    let lines = 0;
    const pass = (some: Iterable<string>): void => {
      for (const line of some) {
        if (lines++ === 0) reporter.info(`== ${name}: ${relative(layout.workspace, path)}`);
        if (isOurs(line)) onLine(printable(line));
      }
    };
    return {
      readOn: () => pass(log.read()),
      finish: () => {
        pass(log.read());
        pass(log.rest());
      },
      isEmpty: () => lines === 0,
    };
  });
}

async function follow(
  readers: readonly Reader[],
  found: AttemptLogs,
  options: LogsOptions,
  effects: Effects,
): Promise<void> {
  const { study, layout, signal } = options;
  let observedAt = effects.now().getTime();
  while (!signal.aborted) {
    // The element's last line, on its result, comes after the result: one more look follows.
    // By the name alone: whether it is valid is for collect to say.
    const isOver = found.elements.some(({ array }) =>
      listArrayResults(array.resultFolder)
        .map(({ name }) => parseResultName(name))
        .some((name) => name?.trialId === found.trialId && name.attempt === found.attempt),
    );
    for (const reader of readers) reader.readOn();
    const now = effects.now().getTime();
    if (now - observedAt >= OBSERVE_SECONDS * 1000) {
      observedAt = now;
      const { trials } = await observeStudy({ study, layout }, quietly(effects));
      const trial = trials.find(({ trialId }) => trialId === found.trialId);
      if (trial !== undefined && trial.state.kind !== "failed" && isRetryable(trial)) {
        effects.reporter.info(`trial ${found.number} is ${trial.state.kind}`);
        return;
      }
    }
    await pause(LOOK_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
    if (isOver) return;
  }
}

const MAX_SCHEDULER_LINES = 60;

/** The end of it: LSF writes its verdict there, Slurm the words of its daemons. */
function showSchedulerLogs(
  { elements }: AttemptLogs,
  { onLine, layout }: LogsOptions,
  { reporter }: Effects,
): void {
  for (const { schedulerLog, array } of elements) {
    if (schedulerLog === null) continue;
    const log = new GrowingLog(schedulerLog);
    const all = [...log.read(), ...log.rest()];
    const lines = schedulerOf(array).withoutJobFile(all).slice(-MAX_SCHEDULER_LINES);
    if (lines.length === 0) continue;
    reporter.info(`== the scheduler's: ${relative(layout.workspace, schedulerLog)}`);
    for (const line of lines) onLine(printable(line));
  }
}
