import { formatCount, plural, formatDuration, formatMemory } from "../core/quantities.ts";
import { complaintOf } from "../core/errors.ts";
import type { Site } from "../core/site.ts";
import type { Study } from "../core/study.ts";
import { listPlaceholders } from "../core/trainer-command.ts";
import { countAsked, isLateBound } from "../samplers/index.ts";
import { requireWorkspace } from "../workspace/folder.ts";
import { mostAtOnce } from "../rules/rule.ts";
import { schedulerOf } from "../schedulers/index.ts";
import type { Layout } from "../workspace/layout.ts";
import { countExcluded, type Excluded } from "./plan/excluded.ts";
import { judgeData } from "./plan/data-warnings.ts";
import { explainChangedCommand, lintCluster } from "./plan/lints.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { findForecast, sampleNewTrials } from "./plan/forecast.ts";
import { findKnownPacking, type KnownPacking } from "./plan/packing.ts";
import { type ListedTrial, listTrials } from "./plan/list-trials.ts";
import { isPlanned, openPlan, type PlanContext } from "./plan/plan-context.ts";
import { proposeTrials } from "./plan/propose.ts";
import { adviseRequest, type RequestAdvice } from "./plan/request-advice.ts";
import { trainingRowsOf } from "./plan/setting.ts";
import { type LargestTrial, type Tally, tallyProposals } from "./plan/tally.ts";

/** What a study would run next: the answer of `bsweep plan`. */
export interface PlanReport extends Tally {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly file: string;
  readonly sampler: string;
  /** `holdout`: fraction of the rows; `trainingRows`: so many of the others, null for all. Null for a command that brings its own data. */
  readonly dataset: {
    readonly path: string;
    readonly rows: number;
    readonly holdout: number;
    readonly trainingRows: number | null;
  } | null;
  readonly replicates: number;
  /** What constraints leave out; null where the study has none. */
  readonly excluded: Excluded | null;
  readonly arrays: PlannedArrays;
  /** What elements would need, by the trials that have ended; null while none has. */
  readonly request: RequestAdvice | null;
  /** What the study should be told before it starts. */
  readonly warnings: readonly string[];
  /** The first trials of the next round; absent where nobody asked for them. */
  readonly list?: readonly ListedTrial[];
}

/** The arrays of the next round, and what they may use at most. */
export interface PlannedArrays {
  readonly site: string;
  readonly arrays: number;
  readonly elements: number;
  /** Elements of the last array; 0 without arrays. */
  readonly lastArrayElements: number;
  readonly maxArraySize: number;
  readonly trialsPerElement: number;
  /** Elements that may run at once: the concurrency limit, or the slots of a pool. */
  readonly atOnce: number;
  /** Every element running its whole walltime. */
  readonly coreHoursAtMost: number;
  /** The same, with `atOnce` of them at a time, and one pool after another; waiting in the queue left out. */
  readonly elapsedSecondsAtMost: number;
}

const SECONDS_PER_HOUR = 3600;
/** A search whose trials run in fewer turns than these has little to learn from. */
const FEWEST_TURNS = 3;

/**
 * What `generate` would write, counted. Writes nothing.
 * @param options `list`: how many of the trials are told one by one, at most
 * @throws BsweepError INVALID_STUDY, INVALID_SITE, INVALID_DATA, INVALID_MANIFEST
 */
export async function planStudy(
  options: PlanOptions & { readonly list?: number },
): Promise<PlanReport> {
  const context = openPlan(options);
  const { study, header, site, existing } = context;
  const { data } = study;
  const tally = tallyProposals(proposeTrials(study, header), existing, isPlanned(context));
  const forecast = await findForecast(context, options.layout);
  const packing = await findKnownPacking(context, options.layout, forecast);
  const { trialsPerElement } = packing;
  const asked = forecast.finished.isOwn ? sampleNewTrials(context) : [];
  return {
    study: study.name,
    file: study.file,
    sampler: study.sampler.kind,
    dataset: data &&
      header && {
        ...{ path: data.train, rows: header.count, holdout: data.holdout },
        trainingRows: trainingRowsOf(study, header) ?? null,
      },
    replicates: study.replicates,
    excluded: countExcluded(study.space),
    ...tally,
    arrays: planArrays(study, site, tally.newTrials, trialsPerElement),
    request: adviseRequest(context, options.layout, forecast, asked, trialsPerElement),
    warnings: [...findWarnings(context, options.layout, tally, packing)],
    ...(options.list === undefined ? {} : { list: listTrials(context, options.list) }),
  };
}

/** How `newTrials` trials fill arrays of the site's size, and the most they may cost. */
function planArrays(
  study: Study,
  site: Site,
  newTrials: number,
  trialsPerElement: number,
): PlannedArrays {
  const { cpus, walltimeSeconds } = study.resources;
  const { maxArraySize } = site;
  const elements = Math.ceil(newTrials / trialsPerElement);
  const arrays = Math.ceil(elements / maxArraySize);
  const lastArrayElements = arrays === 0 ? 0 : elements - (arrays - 1) * maxArraySize;
  const isPool = schedulerOf(site).submits && study.cluster.pool !== undefined;
  const atOnce = isPool ? mostAtOnce({ study }) : study.cluster.concurrencyLimit;
  const turns = isPool
    ? Math.max(0, arrays - 1) * Math.ceil(maxArraySize / atOnce) +
      Math.ceil(lastArrayElements / atOnce)
    : Math.ceil(elements / atOnce);
  return {
    ...{ site: site.name, arrays, elements, lastArrayElements },
    ...{ maxArraySize, trialsPerElement, atOnce },
    coreHoursAtMost: (elements * walltimeSeconds * cpus) / SECONDS_PER_HOUR,
    elapsedSecondsAtMost: turns * walltimeSeconds,
  };
}

function* findWarnings(
  { study, site, header }: PlanContext,
  layout: Layout,
  tally: Tally,
  { trialsPerElement, isMeasured }: KnownPacking,
): Generator<string> {
  const { proposed, trials, largest } = tally;
  const missing = complaintOf(() => requireWorkspace(layout));
  if (missing !== undefined) yield `${missing}; bsweep generate would make it`;
  const { space, sampler, replicates } = study;
  const asked = countAsked(space, sampler);
  if (proposed < asked * replicates)
    yield `the search space has only ${plural(proposed / replicates, "combination")}, ${formatCount(asked)} were asked for`;
  yield* judgeData(study, header, layout);
  yield* warnOfUnreadRows(study);
  if (trials === 0) yield "no trial is left: every proposed network is impossible";
  if (!isMeasured)
    yield "resources.trialsPerElement is auto: the first round is one trial, whose time decides; above, an element is one trial";
  const changed = explainChangedCommand(study, layout);
  if (changed !== undefined) yield changed;
  if (schedulerOf(site).submits) yield* warnOfHaste(study, tally.newTrials);
  if (largest !== null) yield* warnOfSize(study.resources, trialsPerElement, largest);
  yield* lintCluster(study, site, layout, estimateElements(tally, trialsPerElement, study));
}

/** The built-in trainer knows which rows; of a command nobody knows whether it looks. */
function* warnOfUnreadRows({ data, trainer }: Study): Generator<string> {
  if (data?.rows === undefined || trainer.kind === "cnn") return;
  const asks = trainer.command.flatMap(listPlaceholders);
  if (!asks.some(({ name, kind }) => name === "rows" && kind === "value"))
    yield "data.rows: trainer.command has no {{rows}}, so it must read the file that BSWEEP_ROWS names, and train on no other rows";
}

/** Trials that all start at once learn nothing from one another. */
function* warnOfHaste({ sampler, cluster }: Study, newTrials: number): Generator<string> {
  const { concurrencyLimit: atOnce } = cluster;
  if (isLateBound(sampler) && newTrials > 1 && atOnce * FEWEST_TURNS > newTrials)
    yield `${formatCount(Math.min(atOnce, newTrials))} of ${plural(newTrials, "trial")} may start before any has ended, and choose knowing little: a lower cluster.concurrencyLimit lets them learn more from one another`;
}

/** What the next round's elements take on the average, by the shapes of their networks; unknown for a command. */
function estimateElements(
  { newTrials, newCoreHours }: Tally,
  trialsPerElement: number,
  { resources: { cpus } }: Study,
) {
  const coreSeconds =
    newTrials === 0 || newCoreHours === null ? null : newCoreHours * SECONDS_PER_HOUR;
  return {
    elements: Math.ceil(newTrials / trialsPerElement),
    elementSeconds: coreSeconds && ((coreSeconds / newTrials) * trialsPerElement) / cpus,
  };
}

/** What would be killed half-way is told before it starts. */
function* warnOfSize(
  { memoryMiB, walltimeSeconds, cpus }: Study["resources"],
  trialsPerElement: number,
  largest: LargestTrial,
): Generator<string> {
  const seconds = (largest.slowestCoreSeconds / cpus) * trialsPerElement;
  const packed = trialsPerElement > 1 ? ` for ${plural(trialsPerElement, "trial")}` : "";
  if (largest.memoryMiB > memoryMiB)
    yield `the largest trial needs about ${formatMemory(largest.memoryMiB)}, resources.memory is ${formatMemory(memoryMiB)}`;
  if (seconds > walltimeSeconds)
    yield `the slowest trial may take about ${formatDuration(seconds)}${packed}, resources.walltime is ${formatDuration(walltimeSeconds)}: it would go on from checkpoints`;
}
