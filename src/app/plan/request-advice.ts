import { dropAbsent } from "../../core/objects.ts";
import type { Resources, Study } from "../../core/study.ts";
import { leastMemoryMiB } from "../../rules/index.ts";
import { ENOUGH_ROWS } from "../../stats/forecast/log-model.ts";
import type { AttemptRecord } from "../../stats/ledger/attempt.ts";
import { measureWaiting } from "../../stats/ledger/ledger.ts";
import { compareRequests } from "../../stats/ledger/requests.ts";
import type { Layout } from "../../workspace/layout.ts";
import { lintCluster } from "./lints.ts";
import type { AskedTrial, StudyForecast } from "./forecast.ts";
import type { PlanContext } from "./plan-context.ts";

/** Memory and wall time of an element. */
export type ElementResources = Pick<Resources, "memoryMiB" | "walltimeSeconds">;

/** What elements would need, by the trials that have ended, beside what the study asks for. It is proposed, and nothing else. */
export interface RequestAdvice {
  /** Trials of the study's present setting that told how long they take; with fewer than `enough` nothing is said. */
  readonly trials: number;
  readonly enough: number;
  readonly asked: ElementResources;
  /** What 99 % of the next elements fit in, rounded up; null where nobody knows. */
  readonly fitting: Partial<ElementResources> | null;
  /** New trials that are unlike those that have ended, and may need more. */
  readonly unlike: number;
  /** What the present request has cost so far; null where no element made it. */
  readonly cost: RequestCost | null;
  /** What the cluster's rules would say to `fitting`, and do not say to the study as it is. */
  readonly warnings: readonly string[];
}

interface RequestCost {
  /** The most that was used; null where nobody measured it. */
  readonly memoryMiB: number | null;
  /** Of an element, from its first trial's start to its last one's end. */
  readonly walltimeSeconds: number | null;
  /** Asked for and not used, over the time of the trials. */
  readonly idleGiBHours: number;
  /** Between the submission and the first trial's start of half of the elements; null where nobody knows. */
  readonly medianWaitSeconds: number | null;
}

/** Between the start of an element and that of its first trial: its container and its program. */
const START_SECONDS = 60;

/** 16 TiB, a year. */
const [MOST_MIB, MOST_SECONDS] = [2 ** 24, 365 * 86_400];

/** Null while no trial of the study has ended. @param asked the trials of the next round */
export function adviseRequest(
  context: PlanContext,
  layout: Layout,
  forecast: StudyForecast,
  asked: readonly AskedTrial[],
  trialsPerElement: number,
): RequestAdvice | null {
  const { study, site } = context;
  const { finished } = forecast;
  if (!finished.isOwn) return null;
  const { memoryMiB, walltimeSeconds } = study.resources;
  const fitting = findFitting(study, forecast, asked, trialsPerElement);
  const changed: Study = { ...study, resources: { ...study.resources, ...fitting } };
  const known = new Set(lintCluster(study, site, layout));
  return {
    trials: forecast.trials,
    enough: ENOUGH_ROWS,
    asked: { memoryMiB, walltimeSeconds },
    fitting,
    unlike: fitting === null ? 0 : forecast.countUnlike(asked),
    cost: measureCost(finished.attempts),
    warnings: lintCluster(changed, site, layout).filter((line) => !known.has(line)),
  };
}

const [GIB, MINUTE] = [1024, 60];

/** As people write sizes: multiples of 256 MiB, above 4 GiB of 1 GiB. */
function roundUpMemory(memoryMiB: number): number {
  return roundUp(memoryMiB, memoryMiB <= 4 * GIB ? GIB / 4 : GIB);
}

/** As people write times: whole minutes, from an hour on multiples of five. */
function roundUpWalltime(seconds: number): number {
  return roundUp(seconds, seconds < 60 * MINUTE ? MINUTE : 5 * MINUTE);
}

const roundUp = (value: number, step: number): number =>
  Math.max(step, Math.ceil(value / step) * step);

/** What 99 % of the elements with these trials fit in, as people write it; null where nobody knows. */
export function findFitting(
  study: Study,
  forecast: StudyForecast,
  asked: readonly AskedTrial[],
  trialsPerElement: number,
): Partial<ElementResources> | null {
  const { memoryMiB, walltimeSeconds } = forecast.fitting(asked, trialsPerElement);
  const fitting = dropAbsent({
    memoryMiB: roundBelow(memoryMiB, MOST_MIB, (needed) =>
      roundUpMemory(Math.max(needed, leastMemoryMiB(study))),
    ),
    walltimeSeconds: roundBelow(walltimeSeconds, MOST_SECONDS, (needed) =>
      roundUpWalltime(needed + START_SECONDS),
    ),
  });
  return Object.keys(fitting).length === 0 ? null : fitting;
}

/** Undefined where nobody knows, or no cluster gives so much: a result may claim anything. */
function roundBelow(
  needed: number | null,
  most: number,
  round: (needed: number) => number,
): number | undefined {
  return needed === null || !(needed <= most) ? undefined : round(needed);
}

function measureCost(attempts: readonly AttemptRecord[]): RequestCost | null {
  const [use] = compareRequests(attempts);
  if (use === undefined) return null;
  const idle = attempts.map(({ seconds, peakMemoryMiB }) =>
    peakMemoryMiB === null ? 0 : Math.max(0, use.request.memoryMiB - peakMemoryMiB) * seconds,
  );
  return {
    memoryMiB: use.memory.most,
    walltimeSeconds: use.walltime.most,
    idleGiBHours: idle.reduce((sum, each) => sum + each, 0) / 1024 / 3600,
    medianWaitSeconds: measureWaiting(attempts).medianSeconds,
  };
}
