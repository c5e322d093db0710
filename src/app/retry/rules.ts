import type { Resources } from "../../core/study.ts";
import type { Standing } from "../../core/standing.ts";
import { FAILURE_KINDS } from "../../core/trial.ts";

/** What trials may be chosen by: how they failed, or how their element was lost. */
export const RETRY_STATES = [
  ...FAILURE_KINDS,
  "lost",
  "cancelled",
  "missing",
  "killed",
  "host",
] as const;
export type RetryState = (typeof RETRY_STATES)[number];

/** Of one element. */
export type RetryResources = Pick<Resources, "memoryMiB" | "walltimeSeconds">;

/** How much more a trial gets that had too little; or what every trial gets instead. */
export interface RaiseRule extends Partial<RetryResources> {
  readonly memoryFactor: number;
  readonly walltimeFactor: number;
  /** What 99 % of those that had too little would fit in, by the trials that have ended: they get it where it is more. */
  readonly fitting?: Partial<RetryResources>;
}

/** What an attempt had too little of. */
export type Lack = "out-of-memory" | "timeout";

export function lackOf(state: Standing): Lack | null {
  const had = state.kind === "failed" ? state.failure : state.kind === "lost" ? state.cause : null;
  return had === "out-of-memory" || had === "timeout" ? had : null;
}

/** Where the study names no limit: so many times what it asks for. */
const DEFAULT_CAP = 4;

/**
 * What a trial's next attempt gets: at least what the study asks for by now and what the last attempt had; more
 * memory after out-of-memory, more time after a timeout, as many times as the rule says or what fits its like, up to the study's maxMemory and maxWalltime.
 * @returns why there is no sense in another attempt, when what it had too little of cannot be raised
 */
export function raiseResources(
  state: Standing,
  last: RetryResources,
  study: Resources,
  rule: RaiseRule,
): RetryResources | string {
  const had = lackOf(state);
  const { memoryFactor, walltimeFactor, fitting = {} } = rule;
  const memoryMiB =
    rule.memoryMiB ??
    (had === "out-of-memory"
      ? raise(last.memoryMiB * memoryFactor, fitting.memoryMiB, study.memoryMiB, study.maxMemoryMiB)
      : Math.max(study.memoryMiB, last.memoryMiB));
  const walltimeSeconds =
    rule.walltimeSeconds ??
    (had === "timeout"
      ? raise(
          last.walltimeSeconds * walltimeFactor,
          fitting.walltimeSeconds,
          study.walltimeSeconds,
          study.maxWalltimeSeconds,
        )
      : Math.max(study.walltimeSeconds, last.walltimeSeconds));
  if (had === "out-of-memory" && memoryMiB <= last.memoryMiB)
    return "out of memory with the most that they may have: raise resources.maxMemory, or give --memory";
  if (had === "timeout" && walltimeSeconds <= last.walltimeSeconds)
    return "timeout with the most time that they may take: raise resources.maxWalltime, or give --walltime";
  return { memoryMiB, walltimeSeconds };
}

/** At least what the study asks for by now, at most what it allows. */
function raise(wanted: number, fitting = 0, study: number, cap = study * DEFAULT_CAP): number {
  return Math.max(study, Math.min(Math.ceil(Math.max(wanted, fitting)), cap));
}
