import type { ElementLookup, ElementStatus, EndCause } from "./element-status.ts";
import { EXIT_STATUS } from "./errors.ts";
import type { FailureKind, ResultState } from "./trial.ts";

/**
 * Where one trial stands. Files decide, the scheduler explains: only a result makes a trial `complete` or
 * `failed`, and only an element that the scheduler says has ended, or does not know, makes it `lost` or `missing`.
 */
export type Standing =
  /** No job was asked for yet, or the site has no scheduler. */
  | { readonly kind: "not submitted" }
  | { readonly kind: "waiting"; readonly reason: string }
  /** Waits until somebody releases it. */
  | { readonly kind: "held"; readonly reason: string }
  | { readonly kind: "running"; readonly host: string; readonly seconds: number | null }
  | { readonly kind: "suspended"; readonly reason: string }
  /** Its element has ended; storage may show its file late. */
  | { readonly kind: "ending" }
  | { readonly kind: "complete" | "pruned" | "skipped" }
  | { readonly kind: "failed"; readonly failure: FailureKind }
  /** Its element has ended, and no result came in time. */
  | {
      readonly kind: "lost";
      readonly cause: EndCause;
      readonly exitCode: number | null;
      /** In the scheduler's words; "" for nothing. */
      readonly reason: string;
      readonly host: string;
      /** Why it ended itself, in its own words; null for none. */
      readonly complaint: string | null;
    }
  /** A person ended its element, or what that waited for came to nothing: no result is on its way. */
  | { readonly kind: "cancelled"; readonly reason: string; readonly host: string }
  /** The scheduler does not know its element any more, and no result came. */
  | { readonly kind: "missing" }
  /** Neither a result nor a word of the scheduler that can be relied on: it may be alive. */
  | { readonly kind: "unknown"; readonly reason: string };

export type StandingKind = Standing["kind"];

/** What most deserves to be told of a trial that stands in several elements comes first. */
export const STANDING_KINDS: readonly StandingKind[] = [
  ...(["complete", "running", "suspended", "ending", "waiting", "held", "unknown"] as const),
  ...(["not submitted", "pruned", "failed", "lost", "missing", "cancelled", "skipped"] as const),
];

/** Kinds of a trial that has ended in order: nothing of it is left to run. */
export const DONE_KINDS: ReadonlySet<StandingKind> = new Set(["complete", "pruned", "skipped"]);

/** Kinds of a trial whose element may be alive, or whose file may be on its way. */
export const LIVELY_KINDS: ReadonlySet<StandingKind> = new Set(STANDING_KINDS.slice(1, 7));

/** One element that was to run a trial and has left no result for that attempt. */
export interface OpenElement {
  /** From 1. */
  readonly attempt: number;
  /** `not submitted`: no job. `in doubt`: a job was asked for, and nobody knows whether there is one. */
  readonly element: ElementLookup | "not submitted" | "in doubt";
  /** Whether a task of its pool has come to it; null off pools. */
  readonly taken: boolean | null;
  /** When it last wrote to its log; null where nobody looked, or there is none. */
  readonly lastSign: Date | null;
  /** Why it ended itself without a result, in its own words; null where it said nothing of the kind. */
  readonly complaint: string | null;
  /** Who submitted it, for a person. */
  readonly submitter: string;
  readonly resultGraceSeconds: number;
  /** What it may use. */
  readonly memoryMiB: number;
}

/** The result of a trial that counts (storage/migrations.ts, counted_results). */
export type CountedResult =
  | { readonly state: Exclude<ResultState, "failed">; readonly attempt: number }
  | { readonly state: "failed"; readonly failure: FailureKind; readonly attempt: number };

/**
 * The canary's trial stands in two elements of one attempt, a retried one in several attempts: what is most
 * alive counts. What came of earlier attempts is history, unless they may still be alive.
 */
export function decideStanding(
  result: CountedResult | null,
  open: readonly OpenElement[],
  now: Date,
): Standing {
  if (result?.state === "complete") return COMPLETE;
  const latest = Math.max(result?.attempt ?? 0, ...open.map(({ attempt }) => attempt));
  const states = open
    .map((element) => ({ attempt: element.attempt, state: decideElementStanding(element, now) }))
    .filter(({ attempt, state }) => attempt === latest || LIVELY_KINDS.has(state.kind))
    .map(({ state }) => state);
  if (result?.attempt === latest) states.push(standingOf(result));
  const [first] = states.sort(
    (a, b) => STANDING_KINDS.indexOf(a.kind) - STANDING_KINDS.indexOf(b.kind),
  );
  return first ?? { kind: "not submitted" };
}

/** Of most trials in the end. */
const COMPLETE: Standing = { kind: "complete" };

function standingOf(result: CountedResult): Standing {
  return result.state === "failed"
    ? { kind: "failed", failure: result.failure }
    : { kind: result.state };
}

function decideElementStanding(open: OpenElement, now: Date): Standing {
  const { element, lastSign, complaint } = open;
  switch (element) {
    case "not submitted":
      return { kind: "not submitted" };
    case "in doubt":
      return { kind: "unknown", reason: "it may have been submitted: submit.sh finds out" };
    case "unknown":
      return { kind: "unknown", reason: "the scheduler told nothing of it" };
    case "hidden":
      return { kind: "unknown", reason: hiddenReason(open) };
    case "forgotten":
      return { kind: complaint === null && isRecent(lastSign, open, now) ? "ending" : "missing" };
    default:
      return element.state === "done" || element.state === "exited"
        ? describeEnded(element, open, now)
        : describeAlive(element, open);
  }
}

/** Whether the file of an element that ended then may still be on its way. */
function isRecent(end: Date | null, { resultGraceSeconds }: OpenElement, now: Date): boolean {
  return end !== null && now.getTime() - end.getTime() <= resultGraceSeconds * 1000;
}

function describeEnded(status: ElementStatus, open: OpenElement, now: Date): Standing {
  const { cause, reason, host, finishedAt } = status;
  if (cause === "killed") return { kind: "cancelled", reason, host };
  return mayHaveLeftFile(status, open) && isRecent(finishedAt ?? open.lastSign, open, now)
    ? { kind: "ending" }
    : describeLost(status, open);
}

/** Why nothing is known of a job that somebody else submitted. */
export function hiddenReason({ submitter }: Pick<OpenElement, "submitter">): string {
  return `${submitter} submitted it, and the scheduler does not show it to you`;
}

/** Not one that never started, nor one that said itself that it cannot go on. */
function mayHaveLeftFile(
  { started, exitCode }: ElementStatus,
  { complaint }: OpenElement,
): boolean {
  const hasRefused = complaint !== null && (exitCode === null || REFUSALS.has(exitCode));
  return started && !hasRefused;
}

/** How an element ends that cannot do its work at all; 126 and 127: its shell cannot start a program. */
const REFUSALS: ReadonlySet<number> = new Set([...Object.values(EXIT_STATUS), 126, 127]);

function describeAlive(status: ElementStatus, { taken }: OpenElement): Standing {
  const { reason, host, runSeconds: seconds } = status;
  switch (status.state) {
    case "pending":
      return { kind: "waiting", reason };
    case "running":
      return taken === false
        ? { kind: "waiting", reason: "its pool has not come to it yet" }
        : { kind: "running", host, seconds };
    case "held":
    case "suspended":
      return { kind: status.state, reason };
    default:
      return { kind: "unknown", reason: reason || "the scheduler itself cannot tell" };
  }
}

/** The share of its memory from which an element that was killed counts as killed for it. */
const MEMORY_SHARE = 0.95;
/** 128 + SIGKILL: what is left to see where a container's own limit ends a process. */
const KILLED_STATUS = 137;

function describeLost(
  { state, cause, exitCode, reason, host, maxMemoryMiB }: ElementStatus,
  { memoryMiB, complaint }: OpenElement,
): Standing {
  const outOfMemory =
    cause === "other" &&
    exitCode === KILLED_STATUS &&
    maxMemoryMiB !== null &&
    maxMemoryMiB >= memoryMiB * MEMORY_SHARE;
  return {
    kind: "lost",
    cause: outOfMemory ? "out-of-memory" : (cause ?? "other"),
    exitCode: state === "done" ? 0 : exitCode,
    ...{ reason, host, complaint },
  };
}
