import { groupBy } from "../../core/objects.ts";
import type { ExcludedHost } from "./retried.ts";
import type { FailureKind } from "../../core/trial.ts";
import type { Observation } from "../cluster/observe.ts";

/**
 * One fault may be anything, two may be chance. Three on one host that has brought nothing to an end, while others
 * have, point at the host: a full /tmp, a broken mount, a bad GPU.
 */
const FAULTS = 3;

/** Failures that a host may be the reason of; too little memory or time, and numbers that diverge, come along. */
const HOST_FAILURES: ReadonlySet<FailureKind> = new Set(["error", "signal", "missing-result"]);

/** A name that both schedulers take in a list of hosts. Results are files: theirs may be anything. */
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

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
