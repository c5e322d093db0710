import { relative } from "node:path";
import { explainFailure } from "../../core/trial.ts";
import { groupBy } from "../../core/objects.ts";
import type { Standing } from "../../core/standing.ts";
import type { Layout } from "../../workspace/layout.ts";
import { findElementLog, placeOfResult } from "./submitted.ts";
import type { Observation, ObservedTrial } from "./observe.ts";

/** Trials that came to nothing in one way. */
export interface FailureGroup {
  /** A failure kind, `lost`, `lost: CAUSE` or `missing`. */
  readonly kind: string;
  readonly trials: number;
  /** The trial with the lowest number. */
  readonly example: {
    readonly number: number;
    readonly message: string;
    /** The element's log, relative to the workspace. */
    readonly log: string;
  };
}

/**
 * What may be tried again: what failed, was lost or is missing. A trial that diverged would diverge again, for
 * everything about it is seeded.
 */
export function isRetryable({ state }: Pick<ObservedTrial, "state">): boolean {
  if (state.kind === "failed") return state.failure !== "diverged";
  return state.kind === "lost" || state.kind === "missing";
}

/** `error`, `timeout` ... for a failed trial; `lost`, `lost: timeout` ..., `missing`; null for any other. */
export function failureLabel(state: Standing): string | null {
  switch (state.kind) {
    case "failed":
      return state.failure;
    case "lost":
      return state.cause === "other" ? "lost" : `lost: ${state.cause}`;
    case "missing":
      return "missing";
    default:
      return null;
  }
}

/** Trials that came to nothing, by what they came to; the most frequent first. */
export function groupFailures(
  { trials, arrays }: Pick<Observation, "trials" | "arrays">,
  layout: Layout,
): readonly FailureGroup[] {
  const logOf = ({ place, state, result }: ObservedTrial): string => {
    const ofResult = state.kind === "failed" ? placeOfResult(result?.file ?? "") : undefined;
    const found = findElementLog(arrays, ofResult ?? place);
    return found === undefined ? "" : relative(layout.workspace, found.log);
  };
  const groups = groupBy(trials, ({ state }) => failureLabel(state));
  return [...groups]
    .flatMap(([kind, all]): FailureGroup[] => {
      const [first] = all;
      if (kind === null || first === undefined) return [];
      const example = { number: first.number, message: explain(first), log: logOf(first) };
      return [{ kind, trials: all.length, example }];
    })
    .sort((a, b) => b.trials - a.trials || (a.kind < b.kind ? -1 : 1));
}

function explain({ state, result }: ObservedTrial): string {
  if (state.kind === "missing")
    return "the scheduler does not know its job any more, and it left no result";
  if (state.kind !== "lost") {
    const { message, stderrTail } = result ?? {};
    return explainFailure({ message: message ?? "", stderrTail: stderrTail ?? "" });
  }
  const { exitCode, host, reason } = state;
  const end = [
    ...(exitCode === null ? [] : [`with exit status ${exitCode}`]),
    ...(host === "" ? [] : [`on ${host}`]),
  ].join(" ");
  const what = `ended${end === "" ? "" : ` ${end}`}, and left no result`;
  return reason === "" ? what : `${what}: ${reason}`;
}
