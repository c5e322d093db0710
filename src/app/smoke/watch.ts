import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Effects } from "../../core/effects.ts";
import type { ElementLookup } from "../../core/element-status.ts";
import { parseSmokeFacts, type ProbeKind, type SmokeFacts } from "../../formats/smoke-files.ts";
import { arrayName, type Layout } from "../../workspace/layout.ts";
import { lookUp, querySchedulers } from "../cluster/query.ts";
import { readSubmittedArrays } from "../cluster/submitted.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { ResultFinder } from "../../rounds/results.ts";
import type { SmokeRound } from "./rounds.ts";
import { readPlainFile } from "../../workspace/folder.ts";

const LOOK_SECONDS = 2;
/** A scheduler is asked seldom: it serves others too. */
const QUERY_SECONDS = 60;
/** Short of a minute at first: what cannot run has ended by then. */
const FIRST_QUERIES_SECONDS = [15, 35];
/** From the end of a job to its report, where the site says nothing of late files. */
const LEAST_GRACE_SECONDS = 10;

/** A probe, and what has been heard of it. */
export interface ProbeState {
  readonly kind: ProbeKind;
  readonly place: number;
  readonly round: SmokeRound;
  facts?: SmokeFacts;
  /** Milliseconds since 1970, here. */
  seenAt?: number;
  /** What the scheduler told last; undefined before it was asked. */
  lookup?: ElementLookup;
  /** Why its trial failed: no report will come. */
  failure?: string;
}

export function expectProbes(rounds: readonly SmokeRound[]): ProbeState[] {
  return rounds.flatMap((round) =>
    round.trials.map((_, index) => ({ kind: round.kind, place: index + 1, round })),
  );
}

/** Reads the reports that have come. Returns whether all have. */
export async function readReports(
  probes: readonly ProbeState[],
  effects: Pick<Effects, "now">,
): Promise<boolean> {
  for (const probe of probes) {
    if (probe.facts !== undefined) continue;
    const file = join(probe.round.factsFolder, `${probe.kind}-${probe.place}.json`);
    let text: string;
    try {
      text = readPlainFile(file);
    } catch {
      await readFailure(probe);
      continue;
    }
    probe.facts = parseSmokeFacts(text, file);
    probe.seenAt = effects.now().getTime();
  }
  return probes.every(({ facts }) => facts !== undefined);
}

/** What the runner says of a probe that could not report. */
async function readFailure(probe: ProbeState): Promise<void> {
  const folder = join(dirname(probe.round.factsFolder), arrayName(1));
  const trial = probe.round.trials[probe.place - 1];
  const result = trial === undefined ? undefined : await new ResultFinder().find([folder], trial);
  if (result?.failure) probe.failure = result.failure.message;
}

export interface WatchOptions {
  readonly layout: Layout;
  readonly signal: AbortSignal;
  readonly timeoutSeconds: number;
  readonly graceSeconds: number;
}

/** Waits until all probes have reported, or it is clear that no more reports will come. */
export async function watchProbes(
  probes: readonly ProbeState[],
  options: WatchOptions,
  effects: Effects,
): Promise<void> {
  const { signal, timeoutSeconds } = options;
  const begin = performance.now();
  const passed = (): number => (performance.now() - begin) / 1000;
  const queries = [...FIRST_QUERIES_SECONDS];
  let queryAt = queries.shift() ?? QUERY_SECONDS;
  let endedAt: number | undefined;
  while (!(await readReports(probes, effects))) {
    if (signal.aborted || passed() > timeoutSeconds) return;
    if (passed() >= queryAt) {
      queryAt = queries.shift() ?? passed() + QUERY_SECONDS;
      await askScheduler(probes, options.layout, effects);
    }
    endedAt = probes.every(isOver) ? (endedAt ?? passed()) : undefined;
    if (endedAt !== undefined && passed() - endedAt > graceOf(probes, options)) return;
    showProgress(probes, effects);
    await sleep(LOOK_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
  }
}

/** Asks what became of the probes that have not reported. */
export async function askScheduler(
  probes: readonly ProbeState[],
  layout: Layout,
  effects: Pick<Effects, "now">,
): Promise<void> {
  const rounds = new Set(probes.map(({ round }) => round));
  const arrays = [...rounds].flatMap((round) =>
    readSubmittedArrays(layout, round.study)
      .filter((array) => array.round === round.round)
      .map((array) => ({ round, array })),
  );
  const answer = await querySchedulers(
    arrays.map(({ array }) => array),
    effects,
  );
  for (const probe of probes) {
    const array = arrays.find(({ round }) => round === probe.round)?.array;
    if (array !== undefined) probe.lookup = lookUp(answer, array, probe.place);
  }
}

/** Whether the scheduler has said that it can never start. */
export function neverStarts({ lookup, round }: ProbeState): boolean {
  if (typeof lookup !== "object" || lookup.state !== "pending") return false;
  return schedulerOf(round).status?.neverStarts(lookup.reason) ?? false;
}

function isOver(probe: ProbeState): boolean {
  const { facts, failure, lookup } = probe;
  if (facts !== undefined || failure !== undefined || lookup === "forgotten") return true;
  if (neverStarts(probe)) return true;
  if (lookup === undefined || typeof lookup === "string") return false;
  return lookup.state === "done" || lookup.state === "exited";
}

/** A job that failed leaves no report; one that ended well may have left one that is not to be seen yet. */
function graceOf(probes: readonly ProbeState[], { graceSeconds }: WatchOptions): number {
  const mayCome = probes.some(
    ({ facts, failure, lookup }) =>
      facts === undefined &&
      failure === undefined &&
      (typeof lookup !== "object" || lookup.state === "done"),
  );
  return mayCome ? Math.max(graceSeconds, LEAST_GRACE_SECONDS) : LEAST_GRACE_SECONDS;
}

function showProgress(probes: readonly ProbeState[], { reporter }: Effects): void {
  const missing = probes.filter(({ facts }) => facts === undefined);
  const [told] = missing.flatMap(({ lookup }) => (typeof lookup === "object" ? [lookup] : []));
  const note = told && { note: `${told.state}${told.reason && `: ${told.reason}`}` };
  const done = probes.length - missing.length;
  reporter.progress({ label: "probes", done, total: probes.length, ...note });
}
