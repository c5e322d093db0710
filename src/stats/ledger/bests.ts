import type { Objective } from "../../core/study.ts";
import { BestSoFar } from "../best-so-far.ts";
import { type AttemptRecord, endOf, momentOf } from "./attempt.ts";

/** What had been spent when the best changed. */
export interface BestAtCost extends Pick<AttemptRecord, "trialId" | "number"> {
  /** Best so far: the mean over the replicates that had ended, so that another replicate may lower it. */
  readonly objective: number;
  /** When its trial ended, ISO 8601 UTC. */
  readonly at: string;
  /** Attempts that had ended by then, this one included. */
  readonly attempts: number;
  /** Wall hours of all that had run by then, what was still running up to that moment included. */
  readonly wallHours: number;
  /** Cores asked for, times those; null where it is not known of all of them. */
  readonly cpuHours: number | null;
}

/** @param attempts by end */
export function listBests(
  attempts: readonly AttemptRecord[],
  objective: Objective,
): readonly BestAtCost[] {
  const best = new BestSoFar({ objective });
  const meter = new CostMeter(attempts);
  const found: BestAtCost[] = [];
  for (const [place, attempt] of attempts.entries()) {
    const { trialId, number } = attempt;
    if (attempt.objective === null) continue;
    best.add(attempt.group, attempt.objective);
    const { value } = best;
    if (value === undefined || value === found.at(-1)?.objective) continue;
    const end = endOf(attempt);
    const at = momentOf(end);
    found.push({
      trialId,
      number,
      objective: value,
      at,
      attempts: place + 1,
      ...meter.readAt(end),
    });
  }
  return found;
}

/** What attempts have cost up to a moment; moments are asked for in ascending order. */
class CostMeter {
  readonly #starts: readonly AttemptRecord[];
  readonly #ends: readonly AttemptRecord[];
  #started = 0;
  #ended = 0;
  #time = 0;
  /** At work now, and the cores they asked for. */
  #running = 0;
  #cores: number | null = 0;
  #wallHours = 0;
  #cpuHours: number | null = 0;

  /** @param attempts by end */
  constructor(attempts: readonly AttemptRecord[]) {
    this.#ends = attempts;
    this.#starts = [...attempts].sort((a, b) => a.start - b.start || (a.file < b.file ? -1 : 1));
  }

  readAt(moment: number): Pick<BestAtCost, "wallHours" | "cpuHours"> {
    for (;;) {
      const starting = this.#starts[this.#started];
      const ending = this.#ends[this.#ended];
      const start = starting === undefined ? Infinity : starting.start;
      const end = ending === undefined ? Infinity : endOf(ending);
      if (Math.min(start, end) > moment) break;
      // Of one that took no time the start comes first.
      if (starting !== undefined && start <= end) this.#change(start, 1, starting, "start");
      else if (ending !== undefined) this.#change(end, -1, ending, "end");
    }
    this.#pass(moment);
    return { wallHours: this.#wallHours, cpuHours: this.#cpuHours };
  }

  #change(time: number, by: 1 | -1, { request }: AttemptRecord, kind: "start" | "end"): void {
    this.#pass(time);
    if (kind === "start") this.#started += 1;
    else this.#ended += 1;
    this.#running += by;
    // Once one is not known, no sum is.
    if (request === null || this.#cores === null) this.#cores = null;
    else this.#cores += by * request.cpus;
  }

  #pass(time: number): void {
    const hours = this.#time === 0 ? 0 : (time - this.#time) / 3_600_000;
    this.#time = time;
    this.#wallHours += this.#running * hours;
    if (this.#cores === null || this.#cpuHours === null) this.#cpuHours = null;
    else this.#cpuHours += this.#cores * hours;
  }
}
