import type { Objective, Parameters, Requirement } from "../../core/study.ts";
import type { Metrics } from "../../core/trial.ts";
import type { OptunaDistribution, OptunaState, OptunaTrial } from "../../formats/optuna.ts";
import { mean } from "../../stats/moments.ts";
import { objectiveAt } from "../../stats/objective-step.ts";
import type { ReportedTrial } from "../../stats/study-report.ts";
import { type Run, stepsOf } from "../../storage/runs.ts";

/** Trials of equal setting, parameters and epochs, which the ranking takes together. */
export interface RunGroup {
  readonly params: Parameters;
  /** By number; at least one. */
  readonly runs: readonly [Run, ...Run[]];
  /** Undefined while none of them is ranked. */
  readonly row: ReportedTrial | undefined;
}

/** What the trials of a study share. */
export interface TrialContext {
  readonly metric: string;
  /** The others that there are, if any. */
  readonly further?: readonly Objective[];
  readonly requirements?: readonly Requirement[];
  readonly distributions: ReadonlyMap<string, OptunaDistribution>;
}

/** SQLite's and Python's last year. */
const LAST_MOMENT = Date.UTC(9999, 11, 31);

/**
 * A row of the ranking, or what is on the way to be one, as a trial of Optuna: what is ranked has the ranking's value, so
 * that the best is the same; pruned ones have the last value that they told, as Optuna gives them one.
 */
export function describeTrial(group: RunGroup, context: TrialContext): OptunaTrial {
  const { params, row } = group;
  const { further = [] } = context;
  const [state, runs] = chooseState(group, context.metric);
  // Optuna knows steps of one objective only.
  const hasSteps = state !== "WAITING" && further.length === 0;
  const intermediate = hasSteps ? averageSteps(runs, context.metric) : [];
  const last = state === "PRUNED" ? intermediate.at(-1)?.[1] : undefined;
  return {
    state,
    values: state === "FAIL" ? [] : valuesOf(row, last),
    ...describeTimes(state === "WAITING" ? [] : runs),
    params: state === "WAITING" ? [] : describeParameters(params, context),
    intermediate,
    attributes: describeAttributes(group, state === "WAITING" ? [] : runs, context),
    ...describeConstraints(row, context),
    ...(state === "WAITING" ? { fixed: searchedOf(params, context) } : {}),
  };
}

/** One for each objective; of what is not ranked the last one that it told. */
function valuesOf(row: ReportedTrial | undefined, last: number | undefined): readonly number[] {
  const values = row === undefined ? [last] : (row.values ?? [row.objective]);
  return values.filter((value) => value != null);
}

/** The state of a group, and the runs that decide it: complete before pruned, before waiting, before failed. */
function chooseState(
  { runs, row }: RunGroup,
  metric: string,
): readonly [state: OptunaState, runs: readonly Run[]] {
  if (row !== undefined) {
    const isWhole = row.values?.every((value) => value !== null) ?? true;
    const own = runs.filter(({ trialId }) => row.trialIds.includes(trialId));
    return [isWhole ? "COMPLETE" : "FAIL", own];
  }
  const pruned = runs.filter(({ result }) => result?.state === "pruned");
  if (pruned.length > 0) return ["PRUNED", pruned];
  const over = runs.filter((run) => isOver(run, metric));
  return over.length < runs.length ? ["WAITING", runs] : ["FAIL", over];
}

/** One that can be ranked and is not got its result after the ranking was made: it counts as waiting. */
function isOver({ result }: Run, metric: string): boolean {
  if (result === null) return false;
  return result.state !== "complete" || !Object.hasOwn(result.metrics, metric);
}

/** At each step the mean over the runs that tell it. */
function averageSteps(
  runs: readonly Run[],
  metric: string,
): readonly (readonly [step: number, value: number])[] {
  const steps = new Map<number, number[]>();
  const add = (step: number, value: number): void => {
    steps.set(step, [...(steps.get(step) ?? []), value]);
  };
  for (const { result } of runs) {
    if (result === null) continue;
    const { earlyEnd } = result;
    let last: number | undefined;
    for (const { step, metrics } of stepsOf(result)) {
      const value = objectiveAt(metrics, metric);
      if (value !== undefined) add((last = step), value);
    }
    const end = earlyEnd?.step ?? null;
    if (end !== null && earlyEnd?.value != null && (last === undefined || end > last))
      add(end, earlyEnd.value);
  }
  return [...steps]
    .map(([step, values]) => [step, mean(values)] as const)
    .sort(([a], [b]) => a - b);
}

function describeTimes(runs: readonly Run[]): Pick<OptunaTrial, "startedAt" | "endedAt"> {
  const results = runs.flatMap(({ result }) => (result === null ? [] : [result]));
  if (results.length === 0) return { startedAt: null, endedAt: null };
  const starts = results.map(({ startedAt }) => startedAt.getTime());
  const ends = results.map(({ startedAt, seconds }) => startedAt.getTime() + seconds * 1000);
  return {
    startedAt: new Date(Math.min(...starts)),
    endedAt: new Date(Math.min(LAST_MOMENT, Math.max(...ends))),
  };
}

/** Those that Optuna knows a distribution of; one whose condition does not hold is not there. */
function describeParameters(
  params: Parameters,
  { distributions }: TrialContext,
): OptunaTrial["params"] {
  return Object.entries(params).flatMap(([name, value]) => {
    const found = distributions.get(name);
    if (found === undefined) return [];
    return [{ name, value: found.toInternal(value), distribution: found.json }];
  });
}

function searchedOf(params: Parameters, { distributions }: TrialContext): Parameters {
  return Object.fromEntries(Object.entries(params).filter(([name]) => distributions.has(name)));
}

function describeAttributes(
  { runs, row }: RunGroup,
  counted: readonly Run[],
  context: TrialContext,
): OptunaTrial["attributes"] {
  const [{ number, trialId, epochs, replicate }] = runs;
  const results = counted.flatMap(({ result }) => (result === null ? [] : [result]));
  const told =
    row === undefined ? describeUnranked(results[0], context.metric) : describeRow(row, context);
  const hosts = new Set(results.map(({ host }) => host));
  return {
    ...{ trial: number, trialId, epochs },
    ...(runs.length === 1 ? { replicate } : { replicates: runs.map(describeRun) }),
    ...(hosts.size === 0 ? {} : { host: [...hosts].sort().join(", ") }),
    ...told.attributes,
    ...Object.fromEntries(
      Object.entries(told.metrics).map(([name, value]) => [`metrics.${name}`, value]),
    ),
  };
}

interface Told {
  readonly attributes: OptunaTrial["attributes"];
  readonly metrics: Metrics;
}

/** Means over replicates, as the ranking has them. */
function describeRow(row: ReportedTrial, { metric, further = [] }: TrialContext): Told {
  const { seconds, modelParameters, outside, metrics, values = [] } = row;
  const untold = [metric, ...further.map((each) => each.metric)].filter(
    (_, at) => values[at] === null,
  );
  const failure = untold.length === 0 ? null : `complete without ${untold.join(", ")}`;
  const known = Object.entries({ seconds, modelParameters, outside, failure });
  return {
    attributes: Object.fromEntries(known.filter(([, value]) => value !== null)),
    metrics,
  };
}

/** As Optuna has them: above 0 where one is not met, and then by how much. */
function describeConstraints(
  row: ReportedTrial | undefined,
  { requirements = [] }: TrialContext,
): Pick<OptunaTrial, "constraints"> {
  if (row?.required === undefined) return {};
  const constraints = requirements.map(({ atMost = Infinity, atLeast = -Infinity }, at) => {
    const value = row.required?.[at] ?? null;
    // JSON has no infinite numbers.
    const beyond = value === null ? 1 : Math.max(value - atMost, atLeast - value);
    return Math.min(beyond, Number.MAX_VALUE);
  });
  return { constraints };
}

function describeUnranked(result: Run["result"] | undefined, metric: string): Told {
  if (result == null) return { attributes: {}, metrics: {} };
  const { seconds, metrics } = result;
  return { attributes: { seconds, failure: explainEnd(result, metric) }, metrics };
}

function describeRun({ number, trialId, replicate, result }: Run): object {
  return { trial: number, trialId, replicate, state: result?.state ?? "waiting" };
}

/** Why there is no value to be ranked by. */
function explainEnd(
  { state, failure, earlyEnd }: NonNullable<Run["result"]>,
  metric: string,
): string {
  if (failure !== null) return `${failure.kind}: ${failure.message}`;
  if (earlyEnd !== null) return `${state}: ${earlyEnd.reason}`;
  return `complete without ${metric}`;
}
