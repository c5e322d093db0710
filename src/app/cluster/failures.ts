import { relative } from "node:path";
import { escapeControls } from "../../core/printable.ts";
import { explainFailure } from "../../core/trial.ts";
import { groupBy } from "../../core/objects.ts";
import type { Standing } from "../../core/standing.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import type { AttemptResult } from "../../storage/attempts.ts";
import type { Layout } from "../../workspace/layout.ts";
import { findLogsThatTell, findWrittenLog } from "./element-logs.ts";
import { readLogEnd } from "./log-end.ts";
import type { Observation, ObservedTrial } from "./observe.ts";

/** Trials that came to nothing in one way. */
export interface FailureGroup {
  /** A failure kind, `lost`, `lost: CAUSE`, `cancelled` or `missing`. */
  readonly kind: string;
  readonly trials: number;
  /** The trial with the lowest number. */
  readonly example: {
    readonly number: number;
    readonly message: string;
    /** The element's log, relative to the workspace; "" where it wrote none. */
    readonly log: string;
    /** Its last line, where the message does not tell it; "" for none. */
    readonly logEnd: string;
  };
}

/**
 * What may be tried again: what failed, was lost or cancelled, or is missing. A trial that diverged would diverge
 * again, for everything about it is seeded.
 */
export function isRetryable({ state }: Pick<ObservedTrial, "state">): boolean {
  if (state.kind === "failed") return state.failure !== "diverged";
  return state.kind === "lost" || state.kind === "cancelled" || state.kind === "missing";
}

/** `error`, `timeout` ... for a failed trial; `lost`, `lost: timeout` ..., `cancelled`, `missing`; null for any other. */
export function failureLabel(state: Standing): string | null {
  switch (state.kind) {
    case "failed":
      return state.failure;
    case "lost":
      return state.cause === "other" ? "lost" : `lost: ${state.cause}`;
    case "cancelled":
    case "missing":
      return state.kind;
    default:
      return null;
  }
}

/** Trials that came to nothing, by what they came to and the error they name; the most frequent first. */
export async function groupFailures(
  { trials, arrays }: Pick<Observation, "trials" | "arrays">,
  layout: Layout,
): Promise<readonly FailureGroup[]> {
  const groups = groupBy(trials, ({ state }) => {
    const label = failureLabel(state);
    return label === null ? null : `${label}\n${errorCode(state)}`;
  });
  const found = [...groups].map(async ([, all]): Promise<FailureGroup[]> => {
    const [first] = all;
    const kind = first === undefined ? null : failureLabel(first.state);
    if (kind === null || first === undefined) return [];
    const example = await describeExample(first, arrays, layout);
    return [{ kind, trials: all.length, example }];
  });
  return (await Promise.all(found))
    .flat()
    .sort((a, b) => b.trials - a.trials || (a.kind < b.kind ? -1 : 1));
}

/** `[RUNTIME_MISSING]`; "" where the element named none. */
function errorCode(state: Standing): string {
  const complaint = state.kind === "lost" ? (state.complaint ?? "") : "";
  return /^\[[A-Z_]+\]/.exec(complaint)?.[0] ?? "";
}

async function describeExample(
  { number, state, result, planned, place }: ObservedTrial,
  arrays: Observation["arrays"],
  layout: Layout,
): Promise<FailureGroup["example"]> {
  const attempt = state.kind === "failed" ? (result?.attempt ?? place.attempt) : place.attempt;
  const places = planned.filter((each) => each.attempt === attempt);
  const logs = findLogsThatTell(places, arrays, state.kind === "failed" ? result : null);
  const log = findWrittenLog(logs);
  const message = explainEnd(state, result);
  const [element] = logs;
  if (log === undefined || element === undefined) return { number, message, log: "", logEnd: "" };
  const lines = schedulerOf(element.array).withoutJobFile(await readLogEnd(log));
  const last = escapeControls((lines.at(-1) ?? "").trim());
  const isTold = state.kind === "failed" || (state.kind === "lost" && state.complaint !== null);
  return { number, message, log: relative(layout.workspace, log), logEnd: isTold ? "" : last };
}

/** Why a trial came to nothing, in a line. */
export function explainEnd(
  state: Standing,
  result: Pick<AttemptResult, "message" | "stderrTail"> | null,
): string {
  switch (state.kind) {
    case "missing":
      return "the scheduler does not know its job any more, and it left no result";
    case "cancelled": {
      const where = state.host === "" ? "before it started" : `on ${state.host}`;
      return [`ended ${where}`, state.reason].filter((part) => part !== "").join(": ");
    }
    case "lost":
      return explainLoss(state);
    default:
      return explainFailure({
        message: result?.message ?? "",
        stderrTail: result?.stderrTail ?? "",
      });
  }
}

function explainLoss(state: Extract<Standing, { kind: "lost" }>): string {
  const { exitCode, host, reason, complaint } = state;
  const end = [
    "ended",
    ...(exitCode === null ? [] : [`with exit status ${exitCode}`]),
    ...(host === "" ? [] : [`on ${host}`]),
  ].join(" ");
  const why = complaint ?? reason;
  return `${end}, and left no result${why === "" ? "" : `: ${why}`}`;
}
