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
}

/** Where the study names no limit: so many times what it asks for. */
const DEFAULT_CAP = 4;

/**
 * What a trial's next attempt gets: at least what the study asks for by now and what the last attempt had; more
 * memory after out-of-memory, more time after a timeout, up to the study's maxMemory and maxWalltime.
 * @returns why there is no sense in another attempt, when what it had too little of cannot be raised
 */
export function raiseResources(
  state: Standing,
  last: RetryResources,
  study: Resources,
  rule: RaiseRule,
): RetryResources | string {
  const lost = state.kind === "lost" ? state.cause : "";
  const had = state.kind === "failed" ? state.failure : lost;
  const memoryFactor = had === "out-of-memory" ? rule.memoryFactor : 1;
  const timeFactor = had === "timeout" ? rule.walltimeFactor : 1;
  const memoryMiB =
    rule.memoryMiB ?? raise(last.memoryMiB, study.memoryMiB, study.maxMemoryMiB, memoryFactor);
  const walltimeSeconds =
    rule.walltimeSeconds ??
    raise(last.walltimeSeconds, study.walltimeSeconds, study.maxWalltimeSeconds, timeFactor);
  if (had === "out-of-memory" && memoryMiB <= last.memoryMiB)
    return "out of memory with the most that they may have: raise resources.maxMemory, or give --memory";
  if (had === "timeout" && walltimeSeconds <= last.walltimeSeconds)
    return "timeout with the most time that they may take: raise resources.maxWalltime, or give --walltime";
  return { memoryMiB, walltimeSeconds };
}

/** From what the last attempt had, what the study asks for by now, and the most it allows. */
function raise(last: number, study: number, cap: number | undefined, factor: number): number {
  if (factor === 1) return Math.max(study, last);
  return Math.max(study, Math.min(Math.ceil(last * factor), cap ?? study * DEFAULT_CAP));
}
