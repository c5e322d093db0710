import { formatDuration, formatMemory } from "../core/quantities.ts";
import type { PlanReport, PlannedArrays } from "../core/plan.ts";
import type { Site } from "../core/site.ts";
import type { Study } from "../core/study.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { openPlan, type PlanContext } from "./plan/plan-context.ts";
import { proposeTrials } from "./plan/propose.ts";
import { tallyProposals, type Tally } from "./plan/tally.ts";

const SECONDS_PER_HOUR = 3600;

/**
 * What `generate` would write, counted. Writes nothing.
 * @throws BsweepError INVALID_STUDY, INVALID_SITE, INVALID_DATA, INVALID_MANIFEST
 */
export function planStudy(options: PlanOptions): PlanReport {
  const context = openPlan(options);
  const { study, header, site, existing } = context;
  const tally = tallyProposals(proposeTrials(study, header), existing);
  return {
    study: study.name,
    file: study.file,
    sampler: study.sampler.kind,
    dataset: describeDataset(context),
    replicates: study.replicates,
    ...tally,
    arrays: planArrays(study, site, tally.newTrials),
    warnings: findWarnings(context, tally),
  };
}

function describeDataset({ study, header }: PlanContext): PlanReport["dataset"] {
  if (study.data === null || header === null) return null;
  const { train: path, holdout } = study.data;
  return { path, rows: header.count, holdout };
}

/** How `newTrials` trials fill arrays of the site's size, and the most they may cost. */
export function planArrays(study: Study, site: Site, newTrials: number): PlannedArrays {
  const { cpus, walltimeSeconds, trialsPerElement } = study.resources;
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

function findWarnings({ study }: PlanContext, { proposed, trials, largest }: Tally): string[] {
  const { sampler, replicates } = study;
  const asked = sampler.kind === "random" ? sampler.trials * replicates : 0;
  return [
    ...(proposed < asked
      ? [
          `the search space has only ${proposed / replicates} combinations, ${asked / replicates} were asked for`,
        ]
      : []),
    ...(trials === 0 ? ["no trial is left: every proposed network is impossible"] : []),
    ...warnOfSize(study.resources, largest),
  ];
}

/** What would be killed half-way is told before it starts. */
function warnOfSize(
  { memoryMiB, walltimeSeconds, cpus, trialsPerElement }: Study["resources"],
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
