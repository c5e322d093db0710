import type { TrialOutcome } from "../../src/stats/outcome.ts";
import { HOLDOUT_ROWS } from "./results.ts";

/** A complete trial with `correct` of the hold-out's rows right. */
export function makeOutcome(
  number: number,
  correct: number,
  other: Partial<TrialOutcome> = {},
): TrialOutcome {
  const accuracy = correct / HOLDOUT_ROWS;
  return {
    number,
    trialId: number.toString(16).padStart(16, "0"),
    params: { trial: number },
    replicate: 0,
    epochs: 10,
    setting: "present",
    state: "complete",
    metrics: { holdoutAccuracy: accuracy, holdoutLoss: 1 - accuracy },
    holdout: { correct, count: HOLDOUT_ROWS },
    modelParameters: 1000,
    seconds: 60,
    failure: null,
    ...other,
  };
}

export function makeFailedOutcome(
  number: number,
  failure: NonNullable<TrialOutcome["failure"]>,
): TrialOutcome {
  return makeOutcome(number, 0, { state: "failed", metrics: {}, holdout: null, failure });
}

export function makeWaitingOutcome(number: number): TrialOutcome {
  return makeOutcome(number, 0, { state: "waiting", metrics: {}, holdout: null });
}
