import { lstatSync } from "node:fs";
import { valueOr } from "../core/errors.ts";
import { readTrainerReport } from "../formats/trainer-report.ts";
import { Warnings } from "../formats/warnings.ts";
import { readTextNow } from "../rounds/result-text.ts";
import { readCpuSeconds } from "../process/usage.ts";

/**
 * A trainer that has left a result and then, for so long, has neither changed it nor computed anything will not end by
 * itself: it waits for a thread or a data loader.
 */
const IDLE_SECONDS = 600;

/** Of one core: a program that only waits uses less. */
const IDLE_SHARE = 0.01;
/** What may be used at once, in CPU seconds: clocks of /proc are no finer. */
const IDLE_START = 0.05;
/** Between two looks at what was used. */
const LOOK_SECONDS = 1;

/**
 * Watches a trainer that has left its report and goes on. A report is no end: the next epoch may change it. Its value counts
 * when the program has ended, or has gone quiet for good.
 */
export class ReportWatch {
  readonly #file: string;
  readonly #idleSeconds: number;
  #stamp = "";
  #lookedAt = -Infinity;
  /** Since when it has been quiet, and the CPU seconds of then; undefined without a report. */
  #quiet: { readonly since: number; readonly cpu: number } | undefined;
  /** For how long the report had been unchanged, and the program idle, when it was last asked. */
  quietSeconds = 0;

  constructor(file: string, idleSeconds = IDLE_SECONDS) {
    this.#file = file;
    this.#idleSeconds = idleSeconds;
  }

  /** Asked now and then: whether nothing more is to come, and the report can be used. */
  readonly isFinished = (processes: readonly number[]): boolean => {
    const now = process.uptime();
    const stamp = stampOf(this.#file);
    const isChanged = stamp !== this.#stamp;
    this.#stamp = stamp;
    if (stamp === "") this.#quiet = undefined;
    if (stamp === "" || (!isChanged && now - this.#lookedAt < LOOK_SECONDS)) return false;
    this.#lookedAt = now;
    this.#look(processes, now, isChanged);
    if (this.quietSeconds < this.#idleSeconds) return false;
    if (isUsable(this.#file)) return true;
    // The wall time will end it; until then it is asked once in a while.
    this.#quiet = undefined;
    return false;
  };

  #look(processes: readonly number[], now: number, isChanged: boolean): void {
    const cpu = readCpuSeconds(processes);
    const { since, cpu: before } = this.#quiet ?? { since: now, cpu: NaN };
    const used = (cpu ?? NaN) - before;
    // Less than before: something has ended and was not waited for.
    const isQuiet = used >= 0 && used <= IDLE_START + IDLE_SHARE * (now - since);
    if (isChanged || !isQuiet) this.#quiet = cpu === undefined ? undefined : { since: now, cpu };
    this.quietSeconds = this.#quiet === undefined ? 0 : now - this.#quiet.since;
  }
}

/** "" for what is no plain file: a link is none. */
function stampOf(file: string): string {
  const stat = valueOr(undefined, () => lstatSync(file));
  return stat?.isFile() === true ? `${stat.size} ${stat.mtimeMs} ${stat.ino}` : "";
}

function isUsable(file: string): boolean {
  return valueOr(false, () => {
    readTrainerReport(readTextNow(file), new Warnings());
    return true;
  });
}
