import { BsweepError } from "../../core/errors.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { TrialResult } from "../../core/trial.ts";
import type { PlannedTrialLookup } from "../../storage/rounds.ts";
import { parseResultName } from "../../workspace/layout.ts";
import type { ResultFile } from "../../rounds/result-files.ts";
import { verifyText } from "../../rounds/results.ts";

/** What results are held against. */
export interface Plan {
  readonly findTrial: PlannedTrialLookup;
  /** The metric that a round's results took as their objective. */
  objectiveMetric(round: number): string | undefined;
  /** Why a round's plan cannot be used; undefined when it can. */
  unusable(round: number): string | undefined;
}

/** A result as its file's name says, or the reason to set the file aside. */
export type Read =
  | {
      readonly result: TrialResult;
      /** As JSON. */
      readonly history: string;
    }
  | {
      readonly reason: string;
      /** Whether it is what is in the file; not that it could not be read now, or by this user. */
      readonly isOfContent: boolean;
    };

/** A reason is for reading; what a hostile file makes of it is cut. */
const MAX_REASON_LENGTH = 500;

/**
 * Reads a file and holds it against its name. Never throws for what is in the file.
 * @param read gives the text of the file; what it throws is a reason
 */
export function readResultFile<F extends Pick<ResultFile, "name">>(
  file: F,
  read: (file: F) => string,
): Read {
  try {
    const name = parseResultName(file.name);
    if (name === undefined) return { reason: "its name is no result's", isOfContent: true };
    const found = verifyText(read(file));
    const reason = mismatchWithName(found.result, name);
    return reason === undefined ? found : { reason, isOfContent: true };
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    const { message, issues, cause } = error;
    const told = issues.map(({ path, message: found }) =>
      path === "" ? found : `${path}: ${found}`,
    );
    const reason = issues.length === 0 ? message : told.join("; ");
    return { reason: reason.slice(0, MAX_REASON_LENGTH), isOfContent: cause === undefined };
  }
}

function mismatchWithName(
  { trialId, attempt, element, history }: TrialResult,
  name: NonNullable<ReturnType<typeof parseResultName>>,
): string | undefined {
  const found = { trialId, attempt, index: element.index };
  for (const key of ["trialId", "attempt", "index"] as const) {
    if (found[key] !== name[key]) return `found ${key} ${found[key]}, the name says ${name[key]}`;
  }
  const ascending = history.every(({ step }, place) => step > (history[place - 1]?.step ?? -1));
  return ascending ? undefined : "history: expected ascending steps";
}

/** Why a result is not the one that its place in the plan asks for; undefined when it is. Inside a transaction. */
export function explainMismatch(
  { round, array }: ResultFile,
  result: TrialResult,
  plan: Plan,
): string | undefined {
  const { trialId, objective, metrics } = result;
  const planned = plan.findTrial(round, array, result.element.index, trialId);
  if (planned === undefined) {
    return plan.unusable(round) ?? `trial ${trialId} is not in the manifest at this index`;
  }
  const found = {
    ...{ number: result.number, attempt: result.attempt, seed: result.seed },
    ...{ replicate: result.replicate, epochs: result.resource.epochs },
    params: canonicalJson(result.params),
  };
  for (const key of ["number", "attempt", "params", "replicate", "seed", "epochs"] as const) {
    if (found[key] !== planned[key])
      return `found ${key === "number" ? "trial number" : key} ${found[key]}, the manifest says ${planned[key]}`;
  }
  if (isObjective(result, plan, round)) return undefined;
  const metric = plan.objectiveMetric(round) ?? "";
  return `found objective ${objective}, its metric ${metric} says ${metrics[metric] ?? "nothing"}`;
}

/** Whether a result's objective is the metric that its round was planned with. */
export function isObjective(
  { objective, metrics }: TrialResult,
  plan: Plan,
  round: number,
): boolean {
  return objective === null || metrics[plan.objectiveMetric(round) ?? ""] === objective;
}
