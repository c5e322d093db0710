import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scoreHoldout } from "../cnn/holdout-score.ts";
import { findImprobable, predictClasses } from "../cnn/probabilities.ts";
import { isSystemError, messageOf } from "../core/errors.ts";
import { isHoldoutMetric } from "../core/holdout-metrics.ts";
import { formatCount } from "../core/quantities.ts";
import { variableOf } from "../core/trainer-command.ts";
import type { TrainerReport } from "../core/trial.ts";
import type { Warnings } from "../formats/warnings.ts";
import { READ_FLAGS } from "../rounds/result-text.ts";
import type { Layout } from "../workspace/layout.ts";
import { type HeldOut, readHoldout } from "./holdout-rows.ts";
import type { RunSetup } from "../rounds/run-setup.ts";
import { PROBABILITIES_FILE } from "./trial-request.ts";

/** A report with what could be reckoned of the rows held out. */
export interface HoldoutJudgement {
  readonly report: TrainerReport;
  /** Why a metric that is not there could not be reckoned; undefined for one that never is. */
  readonly explain: (metric: string) => Unfit | undefined;
}

/** Why something cannot be used; `diverged` where it holds what is no finite number. */
interface Unfit {
  readonly problem: string;
  readonly kind?: "diverged";
}

/** What was left for one purpose: usable, wrong in a way, or (undefined) nothing. */
type Left<T> = T | Unfit | undefined;

/**
 * Reckons HOLDOUT_METRICS of what a command has left of the hold-out: probabilities in a file of the scratch folder, or the
 * predictions of its report. A metric that it tells itself stays as it told it.
 * @param warnings takes what was left and does not fit
 * @throws BsweepError INVALID_DATA where the data set is not the round's any more
 */
export function judgeHoldout(
  report: TrainerReport,
  { round, layout, scratchFolder }: { round: RunSetup; layout: Layout; scratchFolder: string },
  warnings: Warnings,
): HoldoutJudgement {
  const { trainer, dataset } = round;
  if (trainer.kind === "cnn" || dataset === null) return { report, explain: () => undefined };
  const file = join(scratchFolder, PROBABILITIES_FILE);
  const descriptor = openLeft(file);
  if (descriptor === undefined && report.holdout === undefined)
    return { report, explain: explainWith(undefined, undefined) };
  const held = readHoldout(dataset, layout);
  // Of a refit without a test set.
  if (held.rows.length === 0) return { report, explain: () => undefined };
  const probabilities = readProbabilities(descriptor, held);
  const predictions = usable(probabilities)
    ? predictionsOf(report, held, predictClasses(probabilities, held.classes))
    : predictionsOf(report, held);
  for (const left of [probabilities, predictions])
    if (isWrong(left)) warnings.add(`nothing is reckoned of it: ${left.problem}`);
  const explain = explainWith(probabilities, predictions);
  if (!usable(predictions)) return { report, explain };
  const rows = { predictions, probabilities: usable(probabilities) ? probabilities : undefined };
  const { correct, metrics } = scoreHoldout(rows, held.labels, held.classes);
  warnOfOthers(report, metrics, warnings);
  const reckoned = {
    ...{ correct, count: held.labels.length },
    predictions: Buffer.from(predictions).toString("base64"),
  };
  const { holdout = reckoned } = report;
  return { report: { ...report, metrics: { ...metrics, ...report.metrics }, holdout }, explain };
}

function isWrong(left: Left<unknown>): left is Unfit {
  return typeof left === "object" && left !== null && "problem" in left;
}

function usable<T extends Uint8Array | Float32Array>(left: Left<T>): left is T {
  return left !== undefined && !isWrong(left);
}

function explainWith(
  probabilities: Left<Float32Array>,
  predictions: Left<Uint8Array>,
): HoldoutJudgement["explain"] {
  const variable = variableOf("probabilities");
  return (metric) => {
    if (!isHoldoutMetric(metric)) return undefined;
    if (isWrong(probabilities)) return probabilities;
    if (isWrong(predictions)) return predictions;
    if (usable(probabilities)) return { problem: "the rows held out are all of one class" };
    const wanted = `it left no probabilities of the rows held out in the file that ${variable} names`;
    const isOfClasses = metric !== "logLoss" && metric !== "auc";
    return { problem: isOfClasses ? `${wanted}, and no \`holdout.predictions\`` : wanted };
  };
}

/** Of the report where it has some, else such as the probabilities say. */
function predictionsOf(
  { holdout }: TrainerReport,
  { labels, classes }: HeldOut,
  likeliest?: Uint8Array,
): Left<Uint8Array> {
  if (holdout === undefined) return likeliest;
  const told = new Uint8Array(Buffer.from(holdout.predictions, "base64"));
  if (told.length !== labels.length)
    return {
      problem: `holdout.predictions has ${formatCount(told.length)} rows, expected the hold-out's ${formatCount(labels.length)}`,
    };
  const wrong = told.findIndex((label) => label >= classes);
  if (wrong < 0) return told;
  const found = `class ${told[wrong] ?? ""} for row ${wrong}`;
  return { problem: `holdout.predictions has ${found}, expected 0 .. ${classes - 1}` };
}

/** Undefined where there is none; a link is not followed, and a pipe not waited for. */
function openLeft(file: string): number | Error | undefined {
  try {
    return openSync(file, READ_FLAGS);
  } catch (error) {
    return isSystemError(error, "ENOENT") ? undefined : (error as Error);
  }
}

function readProbabilities(
  opened: number | Error | undefined,
  { labels, classes }: HeldOut,
): Left<Float32Array> {
  if (opened === undefined) return undefined;
  const about = (what: string): Unfit => ({ problem: `the file of probabilities ${what}` });
  if (opened instanceof Error) return about(`cannot be read: ${messageOf(opened)}`);
  try {
    const status = fstatSync(opened);
    if (!status.isFile()) return about("is no plain file");
    const numbers = labels.length * classes;
    if (status.size !== numbers * Float32Array.BYTES_PER_ELEMENT)
      return about(describeSize(status.size, labels.length, classes));
    const values = new Float32Array(new Uint8Array(readFileSync(opened)).buffer);
    const wrong = findImprobable(values, classes);
    if (wrong === undefined) return values;
    const unfit = about(`does not hold such: ${wrong}`);
    return values.every(Number.isFinite) ? unfit : { ...unfit, kind: "diverged" };
  } catch (error) {
    return about(`cannot be read: ${messageOf(error)}`);
  } finally {
    closeSync(opened);
  }
}

function describeSize(bytes: number, rows: number, classes: number): string {
  const asFloat32 = rows * classes * Float32Array.BYTES_PER_ELEMENT;
  const expected = `expected ${asFloat32}: float32, ${formatCount(rows)} rows of ${classes} classes`;
  const guess = bytes === 2 * asFloat32 ? " (these are float64)" : "";
  return `has ${bytes} bytes${guess}, ${expected}`;
}

/** What it told itself counts, and nobody should take it for what bsweep reckons. */
function warnOfOthers(
  { metrics: told }: TrainerReport,
  reckoned: Readonly<Record<string, number>>,
  warnings: Warnings,
): void {
  for (const [name, value] of Object.entries(reckoned)) {
    const own = Object.hasOwn(told, name) ? told[name] : undefined;
    if (own === undefined || Math.abs(own - value) <= 1e-4 * Math.max(1, Math.abs(value))) continue;
    warnings.add(
      "the trainer told another value than is reckoned of its hold-out, and its own counts",
      `${name} ${own}, reckoned ${Number(value.toPrecision(6))}`,
    );
  }
}
