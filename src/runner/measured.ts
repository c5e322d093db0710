import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import { bestOfSteps, type Objective, stepMetricOf } from "../core/study.ts";
import type { Failure, Metrics, StepRecord } from "../core/trial.ts";
import { ToldNumbers } from "../formats/told-numbers.ts";
import { type ReadReport, readTrainerReport } from "../formats/trainer-report.ts";
import type { Warnings } from "../formats/warnings.ts";
import { readText } from "../rounds/result-text.ts";
import type { ToldOtherwise } from "./told-otherwise.ts";
import type { TrainerRun } from "./trainer-run.ts";

/** What is to be found. */
interface Wanted {
  readonly objective: Objective;
  /** What the best of the steps is kept of; the objective may be one of these. */
  readonly best?: readonly Objective[] | undefined;
  /** What is reckoned of the rows held out where nothing tells it. */
  readonly isReckoned: (metric: string) => boolean;
}

/**
 * What a trainer has measured, from all it told: its report, which counts before a file of its own, and that before its
 * output. Or why that cannot be used.
 */
export async function readMeasured(
  { history, told }: Pick<TrainerRun, "history" | "told">,
  reportFile: string,
  { objective, best = [], isReckoned }: Wanted,
  warnings: Warnings,
): Promise<ReadReport | Failure> {
  const wanted = stepMetricOf(objective.metric, best);
  const reported = await readReport(reportFile, wanted, warnings);
  if (reported !== undefined && "kind" in reported) return reported;
  if (told === undefined) {
    if (reported === undefined) return missing("the trainer ended in order and left no report");
    return addBest(reported, history, { objective, best }, warnings);
  }
  const read = addTold(reported, told, wanted, warnings);
  const isReported =
    reported !== undefined && (reported.report.failure !== undefined || tells(reported, wanted));
  const isOver = isReported || isReckoned(wanted);
  const failure = isOver ? undefined : explainUntold(read, told, wanted);
  return failure ?? addBest(read, history, { objective, best }, warnings);
}

function missing(message: string): Failure {
  return { kind: "missing-result", message };
}

/** The report, or why it cannot be used; undefined where there is none. */
async function readReport(
  file: string,
  objective: string,
  warnings: Warnings,
): Promise<ReadReport | Failure | undefined> {
  try {
    return readTrainerReport(await readText(file), warnings, objective);
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    if (isSystemError(error.cause, "ENOENT")) return undefined;
    return missing(`the trainer's report ${messageOf(error)}`);
  }
}

/** Whether there is a value for the objective, whatever it is. */
function tells({ report, oddObjective }: ReadReport, objective: string): boolean {
  return oddObjective !== undefined || Object.hasOwn(report.metrics, objective);
}

function addTold(
  reported: ReadReport | undefined,
  told: ToldOtherwise,
  objective: string,
  warnings: Warnings,
): ReadReport {
  const { report = { metrics: {}, history: [] }, oddObjective } = reported ?? {};
  const numbers = new ToldNumbers(warnings, "", objective).collect(told.metrics);
  const isReported = reported !== undefined && tells(reported, objective);
  return {
    report: {
      ...report,
      metrics: { ...numbers.metrics, ...report.metrics },
      history: [...told.history, ...report.history],
    },
    oddObjective: isReported ? oddObjective : numbers.oddObjective,
  };
}

/** Why there is no value for the objective, or none that can be relied upon; undefined where there is one. */
function explainUntold(
  read: ReadReport,
  { metrics, explainAbsent, lastLines, doubt }: ToldOtherwise,
  objective: string,
): Failure | undefined {
  if (doubt !== undefined) return { kind: "error", message: doubt };
  if (tells(read, objective)) return undefined;
  const names = Object.keys(metrics).join(", ") || "no metric at all";
  const why =
    explainAbsent(objective) ??
    `the trainer told no ${objective}, which is the study's objective, but ${names}`;
  const message = `${why} (\`bsweep logs STUDY TRIAL\` shows all that it wrote)`;
  return { ...missing(message), ...(lastLines === "" ? {} : { stderrTail: lastLines }) };
}

/** Adds the best of the steps, what is final among them, where it is asked for. One that is not finite is no better than any. */
function addBest(
  { report, oddObjective }: ReadReport,
  told: readonly StepRecord[],
  { objective, best = [] }: Pick<Wanted, "objective" | "best">,
  warnings: Warnings,
): ReadReport {
  const steps = new Map([...told, ...report.history].map(({ step, metrics }) => [step, metrics]));
  const all = [...steps.values(), report.metrics];
  const found: Record<string, number> = {};
  for (const each of best) {
    const values = valuesOf(all, each.metric);
    if (values.length === 0) continue;
    found[bestOfSteps(each)] = values.reduce((a, b) =>
      each.direction === "maximize" ? Math.max(a, b) : Math.min(a, b),
    );
  }
  const isFound = Object.hasOwn(found, objective.metric);
  if (isFound && oddObjective !== undefined)
    warnings.add("its last value is not finite, the best of its steps counts", objective.metric);
  return {
    report: { ...report, metrics: { ...report.metrics, ...found } },
    oddObjective: isFound ? undefined : oddObjective,
  };
}

function valuesOf(all: readonly Metrics[], metric: string): number[] {
  return all.flatMap((metrics) => (Object.hasOwn(metrics, metric) ? [metrics[metric] ?? 0] : []));
}
