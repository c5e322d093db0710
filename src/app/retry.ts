import type { Effects } from "../core/effects.ts";
import { dropAbsent, groupBy } from "../core/objects.ts";
import type { Study } from "../core/study.ts";
import type { Trial } from "../core/trial.ts";
import { readRounds } from "../rounds/round.ts";
import { schedulerOf } from "../schedulers/index.ts";
import { readPlannedTrials } from "../storage/attempts.ts";
import type { Layout } from "../workspace/layout.ts";
import { collectFirst, quietly } from "./collect/collect-first.ts";
import { type Observation, observeStudy, type ObservedTrial } from "./cluster/observe.ts";
import { isForItsResult, type WrittenRound, writeRound } from "./generate/write-round.ts";
import type { PlanOptions } from "./plan/load-study.ts";
import { readFinished } from "./plan/finished.ts";
import { StudyForecast } from "./plan/forecast.ts";
import { findKnownPacking } from "./plan/packing.ts";
import { openPlan, type PlanContext } from "./plan/plan-context.ts";
import { createIdentifier, proposeTrials } from "./plan/propose.ts";
import { findFitting } from "./plan/request-advice.ts";
import {
  type ChoiceRule,
  chooseTrials,
  type Chosen,
  type ExcludedHost,
  findFaultyHosts,
} from "./retry/choose.ts";
import { type Lack, lackOf, type RetryResources } from "./retry/rules.ts";

/** What a `retry` wrote, or would write. */
export interface RetryReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  /** One for each set of resources; trials that are to come to their end have their own. */
  readonly rounds: readonly RetryRound[];
  /** The most trials first. */
  readonly leftOut: readonly LeftOut[];
  readonly excludedHosts: readonly ExcludedHost[];
  /** What 99 % of those that had too little would fit in, by so many trials that have ended; null where nobody knows. */
  readonly fitting: (Partial<RetryResources> & { readonly trials: number }) | null;
  readonly isLocal: boolean;
}

/** With the resources of an element. */
export interface RetryRound extends RetryResources {
  /** Numbers, ascending. */
  readonly trials: readonly number[];
  /** What came of the attempts before, as `bsweep status` calls it -> trials. */
  readonly states: Readonly<Record<string, number>>;
  /** Null under --dry-run. */
  readonly written: WrittenRound | null;
}

/** Trials without a complete result that are not tried again. */
export interface LeftOut {
  readonly reason: string;
  /** Numbers, ascending. */
  readonly trials: readonly number[];
}

interface RetryOptions extends PlanOptions, Omit<ChoiceRule, "fitting"> {
  /** Hosts to avoid, beside those that proved faulty. */
  readonly excludeHosts: readonly string[];
  /** Only say what would be tried again, and why. */
  readonly dryRun: boolean;
}

/**
 * Writes rounds with the next attempts of trials that failed, were lost or cancelled, or are missing: one round for each set of
 * resources, because a round's elements are alike. They are submitted as any other round.
 * @throws BsweepError CONFLICT when the study has no round; INVALID_STUDY; else as writeRound does
 */
export async function retryTrials(options: RetryOptions, effects: Effects): Promise<RetryReport> {
  const context = openPlan(options);
  const { study, site } = context;
  const observation = await observeStudy({ study, layout: options.layout }, effects);
  const asked = { study, layout: options.layout };
  const { planned, finished } = await collectFirst(asked, quietly(effects), (database) => ({
    planned: readPlannedTrials(database),
    finished: readFinished(database, context, options.layout),
  }));
  const forecast = new StudyForecast(context, finished);
  const isToTheEnd = createEndCheck(options.layout, study.name);
  const isPlannedStill = createPlanCheck(context, planned, isToTheEnd);
  const fitting = await fitRaised(context, forecast, observation, planned, options.layout);
  const choice = chooseTrials(
    observation,
    study.resources,
    { ...options, fitting },
    isPlannedStill,
  );
  const excludedHosts: readonly ExcludedHost[] = [
    ...options.excludeHosts.map((host) => ({ host, faults: null })),
    ...findFaultyHosts(observation).filter(({ host }) => !options.excludeHosts.includes(host)),
  ];
  return {
    study: study.name,
    studyFile: options.studyFile,
    rounds: await writeRounds(choice.chosen, excludedHosts, {
      ...{ context, planned, forecast, isToTheEnd, options, effects },
    }),
    leftOut: [...groupBy(choice.leftOut, ({ reason }) => reason)]
      .map(([reason, all]) => ({ reason, trials: all.map(({ trial }) => trial.number) }))
      .sort((a, b) => b.trials.length - a.trials.length || (a.reason < b.reason ? -1 : 1)),
    excludedHosts,
    fitting: Object.keys(fitting).length === 0 ? null : { ...fitting, trials: forecast.trials },
    isLocal: !schedulerOf(site).submits,
  };
}

/** What nearly all of the trials would fit in that had too little, by those that have ended: of each kind for itself. */
async function fitRaised(
  context: PlanContext,
  forecast: StudyForecast,
  { trials }: Observation,
  planned: PlannedTrials,
  layout: Layout,
): Promise<Partial<RetryResources>> {
  const { trialsPerElement } = await findKnownPacking(context, layout, forecast);
  const fittingOf = (lack: Lack): Partial<RetryResources> => {
    const lacking = trials
      .filter(({ state }) => lackOf(state) === lack)
      .flatMap(({ trialId }) => planned.get(trialId) ?? []);
    return lacking.length === 0
      ? {}
      : (findFitting(context.study, forecast, lacking, trialsPerElement) ?? {});
  };
  return dropAbsent({
    memoryMiB: fittingOf("out-of-memory").memoryMiB,
    walltimeSeconds: fittingOf("timeout").walltimeSeconds,
  });
}

/**
 * Whether the study as it is now would train a trial as it was planned: it proposes it, or runs it for its result alone
 * (`isToTheEnd`) with parameters of which the id is still that one.
 */
function createPlanCheck(
  { study, header }: PlanContext,
  planned: PlannedTrials,
  isToTheEnd: (trial: ObservedTrial) => boolean,
): (trial: ObservedTrial) => boolean {
  const proposed = new Set<string>();
  for (const each of proposeTrials(study, header))
    if (each.kind === "trial") proposed.add(each.trialId);
  const idOf = createIdentifier(study, header);
  return (trial) => {
    const { trialId } = trial;
    const known = planned.get(trialId);
    return (
      proposed.has(trialId) || (known !== undefined && isToTheEnd(trial) && idOf(known) === trialId)
    );
  };
}

type PlannedTrials = ReturnType<typeof readPlannedTrials>;

interface Writing {
  readonly context: PlanContext;
  readonly planned: PlannedTrials;
  readonly forecast: StudyForecast;
  readonly isToTheEnd: (trial: ObservedTrial) => boolean;
  readonly options: RetryOptions;
  readonly effects: Effects;
}

async function writeRounds(
  chosen: readonly Chosen[],
  excluded: readonly ExcludedHost[],
  writing: Writing,
): Promise<readonly RetryRound[]> {
  const { context, planned, isToTheEnd, options } = writing;
  const classes = groupBy(chosen, ({ trial, resources: { memoryMiB, walltimeSeconds } }) =>
    [memoryMiB, walltimeSeconds, isToTheEnd(trial)].join(" "),
  );
  const rounds: RetryRound[] = [];
  for (const members of classes.values()) {
    const [first] = members;
    if (first === undefined) continue;
    const adapted = adaptStudy(context, first, excluded);
    const study = isToTheEnd(first.trial) ? withoutPruner(adapted) : adapted;
    const trials = members.flatMap(({ trial }): Trial[] => {
      const known = planned.get(trial.trialId);
      return known === undefined ? [] : [{ ...known, attempt: trial.place.attempt + 1 }];
    });
    const number = context.existing.highestRound + rounds.length + 1;
    const written = options.dryRun ? null : await write(study, trials, number, writing);
    rounds.push({
      trials: trials.map((trial) => trial.number),
      states: Object.fromEntries(
        [...groupBy(members, ({ label }) => label)].map(([label, all]) => [label, all.length]),
      ),
      ...first.resources,
      written,
    });
  }
  return rounds;
}

/** Whether a trial was promoted, or is a finalist: its next attempt is not stopped early either. */
function createEndCheck(layout: Layout, study: string): (trial: ObservedTrial) => boolean {
  const ofThem = readRounds(layout, study).filter(({ kind }) => isForItsResult(kind));
  const rounds = new Set(ofThem.map(({ round }) => round));
  return ({ planned }) => planned.some(({ round }) => rounds.has(round));
}

function withoutPruner(study: Study): Study {
  return dropAbsent({ ...study, pruner: undefined });
}

/** The study with what this round's elements need. */
function adaptStudy(
  { study, site }: PlanContext,
  { resources }: Chosen,
  excluded: readonly ExcludedHost[],
): Study {
  const before = study.cluster.excludeHosts ?? site.excludeHosts ?? [];
  const excludeHosts = [...new Set([...before, ...excluded.map(({ host }) => host)])];
  return {
    ...study,
    resources: { ...study.resources, ...resources },
    cluster: excludeHosts.length === 0 ? study.cluster : { ...study.cluster, excludeHosts },
  };
}

async function write(
  study: Study,
  trials: readonly Trial[],
  round: number,
  { context, forecast, options, effects }: Writing,
): Promise<WrittenRound | null> {
  const { header, sha256, site } = context;
  const written = await writeRound(
    {
      ...{ study, header, sha256, site, trials, layout: options.layout },
      place: { study: study.name, round, replace: false },
      kind: "retry",
      // As the study packs its trials; one by one while nobody knows how long one takes.
      trialsPerElement: (await findKnownPacking(context, options.layout, forecast))
        .trialsPerElement,
      // They were all tried before; where nothing ever completed, that has shown nothing.
      canary: !forecast.finished.hasCompleted,
    },
    effects,
  );
  return written ?? null;
}
