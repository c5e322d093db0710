import { groupBy } from "../../core/objects.ts";
import type { Resources } from "../../core/study.ts";
import { DONE_KINDS, type Standing } from "../../core/standing.ts";
import { failureLabel, isRetryable } from "../cluster/failures.ts";
import type { Observation, ObservedTrial } from "../cluster/observe.ts";
import { raiseResources, type RaiseRule, type RetryResources, type RetryState } from "./rules.ts";
import type { FailureKind } from "../../core/trial.ts";

/** Which trials are wanted. */
export interface ChoiceRule extends RaiseRule {
  /** Empty: all that may be tried again. */
  readonly states: readonly RetryState[];
  /** Take trials of which nothing is known as lost. */
  readonly assumeLost: boolean;
}

/** A trial that is to be tried again. */
export interface Chosen {
  readonly trial: ObservedTrial;
  /** What came of it, for a person. */
  readonly label: string;
  readonly resources: RetryResources;
}

/**
 * Chooses among the trials that are not complete. Never one whose element may be alive.
 * @param isPlanned whether the study as it is now would train the very same trial
 */
export function chooseTrials(
  { trials, arrays }: Pick<Observation, "trials" | "arrays">,
  study: Resources,
  rule: ChoiceRule,
  isPlanned: (trial: ObservedTrial) => boolean,
): {
  readonly chosen: readonly Chosen[];
  readonly leftOut: readonly { readonly trial: ObservedTrial; readonly reason: string }[];
} {
  const byPlace = new Map(arrays.map((array) => [`${array.round} ${array.array}`, array]));
  const chosen: Chosen[] = [];
  const leftOut: { trial: ObservedTrial; reason: string }[] = [];
  for (const trial of trials) {
    if (DONE_KINDS.has(trial.state.kind)) continue;
    const isInDoubt = trial.planned.some(
      ({ round, array }) => byPlace.get(`${round} ${array}`)?.inDoubt === true,
    );
    const foreign = isPlanned(trial)
      ? undefined
      : "the study has changed, and would not train them as they were planned";
    const reason = refuse(trial, rule, isInDoubt) ?? foreign;
    const last = byPlace.get(`${trial.place.round} ${trial.place.array}`)?.limits ?? study;
    const resources = reason ?? raiseResources(trial.state, last, study, rule);
    if (typeof resources === "string") leftOut.push({ trial, reason: resources });
    else chosen.push({ trial, resources, label: labelOf(trial.state) });
  }
  return { chosen, leftOut };
}

function labelOf(state: Standing): string {
  return failureLabel(state) ?? `${state.kind}, taken as lost`;
}

/** Why a trial cannot be tried again, or is not wanted; undefined for one that can and is. */
function refuse(
  trial: ObservedTrial,
  { states, assumeLost }: ChoiceRule,
  isInDoubt: boolean,
): string | undefined {
  const { state } = trial;
  if (isInDoubt) return "their array may have been submitted: bsweep submit finds out";
  if (state.kind === "not submitted") return "not run yet";
  if (state.kind === "unknown") {
    if (!assumeLost)
      return `may be alive, ${state.reason}: --assume-lost tries them again all the same`;
  } else if (!isRetryable(trial) && failureLabel(state) === null) {
    return state.kind === "ending"
      ? "just ended, and their files may be on their way"
      : `still ${state.kind}`;
  }
  const wanted: readonly string[] = states;
  if (wanted.length > 0)
    return namesOf(state).some((name) => wanted.includes(name))
      ? undefined
      : `${labelOf(state)}, which --state does not name`;
  return state.kind === "failed" && !isRetryable(trial)
    ? "diverged, and would diverge again: --state diverged tries them all the same"
    : undefined;
}

/**
 * One fault may be anything, two may be chance. Three on one host that has brought nothing to an end, while others
 * have, point at the host: a full /tmp, a broken mount, a bad GPU.
 */
const FAULTS = 3;

/** Failures that a host may be the reason of; too little memory or time, and numbers that diverge, come along. */
const HOST_FAILURES: ReadonlySet<FailureKind> = new Set(["error", "signal", "missing-result"]);

/** A name that both schedulers take in a list of hosts. Results are files: theirs may be anything. */
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A host that the next attempts keep away from. */
export interface ExcludedHost {
  readonly host: string;
  /** Attempts that came to nothing there; null when the user excluded it. */
  readonly faults: number | null;
}

/** Hosts that the next attempts had better avoid. None while no host has completed a trial. */
export function findFaultyHosts({
  results,
  trials,
}: Pick<Observation, "results" | "trials">): readonly ExcludedHost[] {
  const good = new Set(results.filter(({ state }) => state === "complete").map(({ host }) => host));
  if (good.size === 0) return [];
  const failed = results
    .filter(({ failure }) => failure !== null && HOST_FAILURES.has(failure))
    .map(({ host }) => host);
  const lost = trials.flatMap(({ state }) =>
    state.kind === "lost" && (state.cause === "host" || state.cause === "other")
      ? [state.host]
      : [],
  );
  return [...groupBy([...failed, ...lost], (host) => host)]
    .filter(([host, all]) => all.length >= FAULTS && !good.has(host) && HOST_NAME.test(host))
    .map(([host, all]) => ({ host, faults: all.length }))
    .sort((a, b) => b.faults - a.faults || (a.host < b.host ? -1 : 1));
}

/** What --state may call a trial. */
function namesOf(state: Standing): string[] {
  if (state.kind === "failed") return [state.failure];
  if (state.kind === "missing") return ["missing"];
  // As long as there was no such state: lost, killed by somebody.
  if (state.kind === "cancelled") return ["cancelled", "killed"];
  return state.kind === "lost" ? ["lost", state.cause] : ["lost"];
}
