import { BsweepError } from "../../core/errors.ts";
import { canonicalJson } from "../../core/identity.ts";
import type { TrialResult } from "../../core/trial.ts";
import type { PlannedTrialLookup } from "../../storage/rounds.ts";
import { parseResultName } from "../../workspace/layout.ts";
import { readResult, type ResultFile } from "../../rounds/results.ts";

/** What results are held against. */
export interface Plan {
  readonly findTrial: PlannedTrialLookup;
  /** The metric that a round's results took as their objective. */
  objectiveMetric(round: number): string | undefined;
  /** Why a round's plan cannot be used; undefined when it can. */
  unusable(round: number): string | undefined;
}

/** A file that was read: a result to keep, or the reason to set it aside. */
export type Verified =
  | { readonly file: ResultFile; readonly result: TrialResult }
  | { readonly file: ResultFile; readonly reason: string };

/** A reason is for reading; what a hostile file makes of it is cut. */
const MAX_REASON_LENGTH = 500;

/** Reads a file and holds it against its name. Never throws for what is in the file. */
export async function readResultFile(file: ResultFile): Promise<Verified> {
  try {
    const name = parseResultName(file.name);
    if (name === undefined) return { file, reason: "its name is no result's" };
    const result = await readResult(file.path);
    const { trialId, attempt, element, history } = result;
    const found = { trialId, attempt, index: element.index };
    for (const key of ["trialId", "attempt", "index"] as const) {
      if (found[key] !== name[key])
        return { file, reason: `found ${key} ${found[key]}, the name says ${name[key]}` };
    }
    const ascending = history.every(({ step }, place) => step > (history[place - 1]?.step ?? -1));
    return ascending ? { file, result } : { file, reason: "history: expected ascending steps" };
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    const { message, issues } = error;
    const told = issues.map(({ path, message: found }) =>
      path === "" ? found : `${path}: ${found}`,
    );
    const reason = issues.length === 0 ? message : told.join("; ");
    return { file, reason: reason.slice(0, MAX_REASON_LENGTH) };
  }
}

/**
 * Holds a result that was read against the plan. Inside a transaction: alone, each look into the database
 * would take and give back its lock.
 */
export function checkAgainstPlan(read: Verified, plan: Plan): Verified {
  if ("reason" in read) return read;
  const reason = mismatchWithPlan(read.file, read.result, plan);
  return reason === undefined ? read : { file: read.file, reason };
}

function mismatchWithPlan(file: ResultFile, result: TrialResult, plan: Plan): string | undefined {
  const { trialId, objective, metrics } = result;
  const planned = plan.findTrial(file.round, file.array, result.element.index, trialId);
  if (planned === undefined) {
    return plan.unusable(file.round) ?? `trial ${trialId} is not in the manifest at this index`;
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
  const metric = plan.objectiveMetric(file.round) ?? "";
  if (objective === null || metrics[metric] === objective) return undefined;
  return `found objective ${objective}, its metric ${metric} says ${metrics[metric] ?? "nothing"}`;
}
