import { formatCount, plural } from "../core/quantities.ts";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import type { Study } from "../core/study.ts";
import type { Trial } from "../core/trial.ts";
import { generateRound } from "./generate.ts";
import type { Round } from "../formats/round-file.ts";
import { ResultFinder } from "../rounds/results.ts";
import { readUsableRounds } from "../rounds/round.ts";
import { findHolder } from "../rounds/trial-claim.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { describeArrays } from "./cluster/submitted.ts";
import { listElements, type LocalElement, runLocalElement } from "./local/elements.ts";
import { trackTrials } from "./local/tally.ts";
import { loadStudy, type PlanOptions } from "./plan/load-study.ts";
import { describeCheckpoints } from "../workspace/checkpoint-folder.ts";
import { requireWorkspace } from "../workspace/folder.ts";
import type { Layout } from "../workspace/layout.ts";
import { quietly } from "./collect/collect-first.ts";
import { tidyStudy } from "./tidy.ts";
import { rankStudy } from "./report.ts";
import { runAll, workersFor } from "./run-all.ts";
import { nameBest, type NamedBest } from "../stats/rank.ts";

/** What `bsweep local` did. */
export interface LocalSummary {
  readonly study: string;
  readonly studyFile: string;
  /** Trials that had a valid result before. */
  readonly skipped: number;
  readonly done: number;
  readonly failed: number;
  /** Trials still without a result. */
  readonly left: number;
  /** Trials without a result that were submitted, and are left to the scheduler. */
  readonly submitted: number;
  /** Why, for each round that was left alone because its files cannot be used. */
  readonly unusable: readonly string[];
  /** The study's, over all calls; null when nothing is ranked, or nothing was run. */
  readonly best: NamedBest | null;
  readonly workers: number;
  readonly seconds: number;
  /** Sum over the trials: what one after another would have taken. */
  readonly trialSeconds: number;
  readonly interrupted: boolean;
}

interface LocalOptions extends PlanOptions {
  /** Elements at a time; by default as many as the cores allow at the study's `cpus`. */
  readonly workers?: number;
  /** At most so many trials, rounded up to whole elements; by default all. */
  readonly trials?: number;
  /** Also run what was submitted. */
  readonly submitted: boolean;
  /** Aborts to stop: running elements are ended, what has a result keeps it. */
  readonly signal: AbortSignal;
}

/**
 * Runs what has no result yet through the job scripts of the study's rounds, on this machine. When
 * nothing is left to run, the next round is generated first, if all rounds can be read.
 * @throws BsweepError as generate does; WORKSPACE as soon as one element ends without a result, because
 *   the next ones would do the same
 */
export async function runLocally(options: LocalOptions, effects: Effects): Promise<LocalSummary> {
  const { study } = loadStudy(options);
  requireWorkspace(options.layout);
  tidyStudy(options.layout, study.name, effects);
  const { pending, ...found } = await findPending(study, options, effects);
  const { skipped, unusable } = found;
  for (const why of unusable) effects.reporter.warn(`${why}: what is in it is not run`);
  let taken = 0;
  const chosen = putBusyLast(pending, study.name, options.layout).filter(({ element }) => {
    const wanted = taken < (options.trials ?? Infinity);
    taken += element.trials.length;
    return wanted;
  });
  const { workers = workersFor(study.resources.cpus) } = options;
  const tally = trackTrials(study, countTrials(chosen), effects);
  if (chosen.length > 0) {
    effects.reporter.info(
      `${plural(countTrials(chosen), "trial")}, ${workers} at a time${skipped > 0 ? `; results already there: ${formatCount(skipped)}` : ""}`,
    );
    tally.show();
    await runAll(
      chosen,
      workers,
      options.signal,
      createRunner(study.name, options.layout, tally, effects),
    );
  }
  effects.reporter.endProgress();
  const { done, failed, seconds, trialSeconds } = tally.summary();
  const best = done === 0 ? null : await findBest(study, options.layout, effects);
  return {
    study: study.name,
    studyFile: options.studyFile,
    ...{ ...found, done, failed, left: countTrials(pending) - done, best },
    ...{ workers, seconds, trialSeconds, interrupted: options.signal.aborted },
  };
}

/** As the report has it, which is told from the results of all calls. */
async function findBest(
  study: Study,
  layout: Layout,
  effects: Effects,
): Promise<LocalSummary["best"]> {
  try {
    const { ranking } = await rankStudy({ study, layout, collect: true }, quietly(effects));
    const best = ranking.at(0);
    return best === undefined ? null : nameBest(best);
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    effects.reporter.warn(`the results are there and cannot be ranked: ${error.message}`);
    return null;
  }
}

interface Pending {
  /** Elements with a trial that has no valid result, only such trials counted. */
  readonly pending: readonly LocalElement[];
  readonly skipped: number;
  readonly submitted: number;
  readonly unusable: readonly string[];
}

async function findPending(
  study: Study,
  options: LocalOptions,
  effects: Effects,
): Promise<Pending> {
  const { layout } = options;
  const finder = new ResultFinder();
  const rounds = readUsableRounds(layout, study.name, (round) => {
    const elements = listElements(layout, round);
    for (const { resultFolders } of elements) finder.list(resultFolders);
    return { elements, jobs: options.submitted ? [] : listSubmitted(round, layout, study) };
  });
  const elements = rounds.usable.flatMap((round) => round.elements);
  const open = await withoutResults(elements, finder);
  const jobs = new Set(rounds.usable.flatMap((round) => round.jobs));
  const pending = open.filter((local) => !jobs.has(placeOf(local)));
  const found: Pending = {
    ...{ pending, submitted: countTrials(open) - countTrials(pending) },
    skipped: countTrials(elements) - countTrials(open),
    unusable: rounds.unusable.map(({ error }) => error.message),
  };
  // Numbers of new trials go on behind those of all others.
  if (pending.length > 0 || found.unusable.length > 0) return found;
  const { written } = await generateRound({ ...options, overwrite: false }, effects);
  if (written === null) return found;
  effects.reporter.info(`generated round ${written.round}`);
  return findPending(study, options, effects);
}

/** Round and array of what a scheduler has, or may have: it runs there, now or later. */
function listSubmitted(round: Round, layout: Layout, study: Study): readonly string[] {
  return describeArrays(round, layout, study)
    .filter((array) => schedulerOf(array).submits && (array.job !== null || array.inDoubt))
    .map(placeOf);
}

const placeOf = ({ round, array }: Pick<LocalElement, "round" | "array">): string =>
  `${round} ${array}`;

/** Who runs one of an element's trials already, and which. */
function findBusy(
  { element }: LocalElement,
  study: string,
  layout: Layout,
): { readonly number: number; readonly holder: string } | undefined {
  for (const { number, trialId } of element.trials) {
    const holder = findHolder(layout.claims(study, trialId));
    if (holder !== undefined) return { number, holder };
  }
  return undefined;
}

/** What another process is running is waited for when everything else has been run. */
function putBusyLast(
  elements: readonly LocalElement[],
  study: string,
  layout: Layout,
): readonly LocalElement[] {
  const isBusy = (local: LocalElement): boolean => findBusy(local, study, layout) !== undefined;
  const busy = new Set(elements.filter(isBusy));
  return [...elements.filter((each) => !busy.has(each)), ...busy];
}

async function withoutResults(
  elements: readonly LocalElement[],
  finder: ResultFinder,
): Promise<LocalElement[]> {
  const pending: LocalElement[] = [];
  for (const local of elements) {
    const trials: Trial[] = [];
    for (const trial of local.element.trials)
      if ((await finder.find(local.resultFolders, trial)) === undefined) trials.push(trial);
    if (trials.length > 0) pending.push({ ...local, element: { ...local.element, trials } });
  }
  return pending;
}

function countTrials(elements: readonly LocalElement[]): number {
  return elements.reduce((sum, { element }) => sum + element.trials.length, 0);
}

/** What runs an element until all its trials have results, or the signal aborts. */
function createRunner(
  study: string,
  layout: Layout,
  tally: ReturnType<typeof trackTrials>,
  { reporter }: Effects,
) {
  const finder = new ResultFinder();
  const run = async (local: LocalElement, signal: AbortSignal): Promise<void> => {
    const busy = findBusy(local, study, layout);
    if (busy !== undefined)
      reporter.info(`trial ${busy.number} is waited for: ${busy.holder} runs it already`);
    const before = describeAll(local, study, layout);
    const end = await runLocalElement(local, layout, signal);
    for (const folder of local.resultFolders) finder.forget(folder);
    const left: Trial[] = [];
    for (const trial of local.element.trials) {
      const result = await finder.find(local.resultFolders, trial);
      if (result === undefined) left.push(trial);
      else tally.add(result);
    }
    const [first] = left;
    if (first === undefined || end === "stopped") return;
    const progressed =
      left.length < local.element.trials.length || describeAll(local, study, layout) !== before;
    const isBusy = findBusy(local, study, layout) !== undefined;
    if (!isBusy && (end === "done" || !progressed)) throw missingResult(local, first.number);
    if (!signal.aborted)
      await run({ ...local, element: { ...local.element, trials: left } }, signal);
  };
  return run;
}

/** How far the checkpoints of an element's trials are. */
function describeAll({ element }: LocalElement, study: string, layout: Layout): string {
  const folders = element.trials.map(({ trialId }) => layout.checkpoints(study, trialId));
  return folders.map(describeCheckpoints).join("\n\n");
}

function missingResult({ script, element }: LocalElement, number: number): BsweepError {
  return new BsweepError("WORKSPACE", `trial ${number} left no result though its element ran`, {
    hint: `see the log of element ${element.index} of ${script}`,
  });
}
