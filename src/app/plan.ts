import { BsweepError } from "../core/errors.ts";
import { formatDuration, formatMemory } from "../core/quantities.ts";
import type { PlanReport, PlannedArrays } from "./plan/planned.ts";
import type { Site } from "../core/site.ts";
import type { Study } from "../core/study.ts";
import { countAsked } from "../samplers/index.ts";
import type { Layout } from "../workspace/layout.ts";
import { explainChangedCommand } from "./plan/changed-command.ts";
import { estimateElements, lintCluster } from "./plan/lints.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { decidePacking } from "./plan/packing.ts";
import { openPlan, type PlanContext } from "./plan/plan-context.ts";
import { proposeTrials } from "./plan/propose.ts";
import { tallyProposals, type Tally } from "./plan/tally.ts";

const SECONDS_PER_HOUR = 3600;

/**
 * What `generate` would write, counted. Writes nothing.
 * @throws BsweepError INVALID_STUDY, INVALID_SITE, INVALID_DATA, INVALID_MANIFEST
 */
export async function planStudy(options: PlanOptions): Promise<PlanReport> {
  const context = openPlan(options);
  const { study, header, site, existing } = context;
  const tally = tallyProposals(proposeTrials(study, header), existing);
  const packing = await tryPacking(context, options.layout);
  return {
    study: study.name,
    file: study.file,
    sampler: study.sampler.kind,
    dataset: describeDataset(context),
    replicates: study.replicates,
    ...tally,
    arrays: planArrays(study, site, tally.newTrials, packing.trialsPerElement),
    warnings: findWarnings(context, options.layout, tally, packing),
  };
}

function describeDataset({ study, header }: PlanContext): PlanReport["dataset"] {
  if (study.data === null || header === null) return null;
  const { train: path, holdout } = study.data;
  return { path, rows: header.count, holdout };
}

/** How `newTrials` trials fill arrays of the site's size, and the most they may cost. */
export function planArrays(
  study: Study,
  site: Site,
  newTrials: number,
  trialsPerElement: number,
): PlannedArrays {
  const { cpus, walltimeSeconds } = study.resources;
  const { concurrencyLimit } = study.cluster;
  const { maxArraySize } = site;
  const elements = Math.ceil(newTrials / trialsPerElement);
  const arrays = Math.ceil(elements / maxArraySize);
  return {
    site: site.name,
    arrays,
    elements,
    lastArrayElements: arrays === 0 ? 0 : elements - (arrays - 1) * maxArraySize,
    ...{ maxArraySize, trialsPerElement, concurrencyLimit },
    coreHoursAtMost: (elements * walltimeSeconds * cpus) / SECONDS_PER_HOUR,
    elapsedSecondsAtMost: Math.ceil(elements / concurrencyLimit) * walltimeSeconds,
  };
}

/** One trial an element where nothing can be said before a trial has been measured. */
async function tryPacking(context: PlanContext, layout: Layout): Promise<PlannedPacking> {
  try {
    const { kind, trialsPerElement } = await decidePacking(context, layout);
    return { trialsPerElement, isMeasured: kind !== "canary" };
  } catch (error) {
    if (!(error instanceof BsweepError) || error.code !== "CONFLICT") throw error;
    return { trialsPerElement: 1, isMeasured: false };
  }
}

interface PlannedPacking {
  readonly trialsPerElement: number;
  /** False under `auto`, before a trial has told how long one takes. */
  readonly isMeasured: boolean;
}

function findWarnings(
  { study, site }: PlanContext,
  layout: Layout,
  tally: Tally,
  { trialsPerElement, isMeasured }: PlannedPacking,
): string[] {
  const { proposed, trials, largest } = tally;
  const { space, sampler, replicates } = study;
  const asked = countAsked(space, sampler) * replicates;
  return [
    ...(proposed < asked
      ? [
          `the search space has only ${proposed / replicates} combinations, ${asked / replicates} were asked for`,
        ]
      : []),
    ...(trials === 0 ? ["no trial is left: every proposed network is impossible"] : []),
    ...(isMeasured
      ? []
      : [
          "resources.trialsPerElement is auto: the first round is one trial, whose time decides; the elements above are for one trial each",
        ]),
    ...[explainChangedCommand(study, layout)].filter((line) => line !== undefined),
    ...warnOfSize(study.resources, trialsPerElement, largest),
    ...lintCluster(study, site, layout, estimateElements(tally, trialsPerElement)),
  ];
}

/** What would be killed half-way is told before it starts. */
function warnOfSize(
  { memoryMiB, walltimeSeconds, cpus }: Study["resources"],
  trialsPerElement: number,
  largest: Tally["largest"],
): string[] {
  if (largest === null) return [];
  const seconds = (largest.slowestCoreSeconds / cpus) * trialsPerElement;
  const packed = trialsPerElement > 1 ? ` for ${trialsPerElement} trials` : "";
  return [
    ...(largest.memoryMiB > memoryMiB
      ? [
          `the largest trial needs about ${formatMemory(largest.memoryMiB)}, resources.memory is ${formatMemory(memoryMiB)}`,
        ]
      : []),
    ...(seconds > walltimeSeconds
      ? [
          `the slowest trial may take about ${formatDuration(seconds)}${packed}, resources.walltime is ${formatDuration(walltimeSeconds)}: it would go on from checkpoints`,
        ]
      : []),
  ];
}
