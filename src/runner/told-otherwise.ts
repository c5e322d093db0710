import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import type { StepRecord } from "../core/trial.ts";
import type { ToldFile } from "../formats/metrics-file.ts";
import type { JsonObject } from "../formats/tolerant-json.ts";
import type { Warnings } from "../formats/warnings.ts";
import { readText } from "../rounds/result-text.ts";
import type { ProgressLines } from "./progress.ts";

/** Where the study has metrics read from, without the program's knowing of bsweep. */
interface Sources {
  /** Metric -> expression. */
  readonly metrics?: Readonly<Record<string, string>> | undefined;
  readonly metricsFile?: MetricsFile | undefined;
}

/** A file that a program writes by itself. */
export interface MetricsFile {
  readonly path: string;
  /** Its name in the study. */
  readonly written: string;
  /** Whether the program ran in a folder of its own on its account. */
  readonly isApart: boolean;
}

const GIVEN_UP =
  "searching its output for trainer.metrics took too long and was given up: write simpler expressions, or let it tell less";

/** What a command told of itself by its output, and by a file of its own. */
export interface ToldOtherwise {
  /** The last value of each metric, as it was told; what the file says counts. */
  readonly metrics: JsonObject;
  /** Steps that the file tells. */
  readonly history: readonly StepRecord[];
  /** Why a metric was not found, in a sentence; undefined where it was not looked for. */
  readonly explainAbsent: (metric: string) => string | undefined;
  /** The last lines of its output. */
  readonly lastLines: string;
  /** Why what was found may not be the last. */
  readonly doubt: string | undefined;
}

interface Told {
  readonly progress: ProgressLines;
  readonly warnings: Warnings;
}

/** Undefined where the study has nothing read. */
export async function readToldOtherwise(
  { metrics: patterns = {}, metricsFile }: Sources,
  { progress, warnings }: Told,
): Promise<ToldOtherwise | undefined> {
  if (Object.keys(patterns).length === 0 && metricsFile === undefined) return undefined;
  const file = metricsFile && (await readFile(metricsFile, warnings));
  const { metrics = {}, history = [] } = file !== undefined && "metrics" in file ? file : {};
  const told = { ...progress.found, ...metrics };
  const untold = Object.keys(patterns).filter((name) => !Object.hasOwn(told, name));
  for (const metric of untold.filter((name) => name !== progress.stepKey))
    warnings.add("trainer.metrics found in no line of the output", metric);
  return {
    ...{ metrics: told, history, lastLines: progress.lastLines },
    explainAbsent: (metric) => explainAbsent(metric, patterns, file, metricsFile?.written),
    doubt: progress.isSpent ? GIVEN_UP : undefined,
  };
}

const WHERE_APART =
  " where the trial ran, a folder of its own with links to the workspace's files: a script that goes by its own place, or by names from /, has to be told where to write, to {{scratch}}";

/** What the file tells, or why it tells nothing. */
type Found = ToldFile | { readonly problem: string };

async function readFile({ path, isApart }: MetricsFile, warnings: Warnings): Promise<Found> {
  try {
    const { isOfTensorBoard, readMetricsFile } = await import("../formats/metrics-file.ts");
    if (!isOfTensorBoard(path)) return readMetricsFile(await readText(path), path, warnings);
    const { readEventFiles } = await import("./event-files.ts");
    return await readEventFiles(path, warnings);
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    const isAbsent = isSystemError(error.cause, "ENOENT");
    if (!isAbsent) return { problem: messageOf(error) };
    return { problem: isApart ? `was not written${WHERE_APART}` : "was not written" };
  }
}

function explainAbsent(
  metric: string,
  patterns: Readonly<Record<string, string>>,
  file: Found | undefined,
  written = "",
): string | undefined {
  const pattern = Object.hasOwn(patterns, metric) ? patterns[metric] : undefined;
  const ofOutput = `no line of its output matches trainer.metrics.${metric}, ${pattern}`;
  const reasons = [
    ...(pattern === undefined ? [] : [ofOutput]),
    ...(file === undefined ? [] : [explainFile(file, written, metric)]),
  ];
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

/** So many names stand in a message. */
const NAMED_METRICS = 20;

function explainFile(file: Found, name: string, metric: string): string {
  if ("problem" in file) return `trainer.metricsFile, ${name}, ${file.problem}`;
  const names = Object.keys(file.metrics).slice(0, NAMED_METRICS).join(", ");
  return `trainer.metricsFile, ${name}, tells no ${metric}, but ${names || "no number at all"}`;
}
