import { groupBy } from "../../core/objects.ts";
import type { FailureKind } from "../../core/trial.ts";
import { quantile, sortNumbers } from "../moments.ts";
import { type AttemptRecord, type ElementRequest, endOf } from "./attempt.ts";

/** What was asked for of one thing, and used. */
export interface AskedAndUsed {
  readonly asked: number;
  /** Null where it was measured of none. */
  readonly median: number | null;
  readonly most: number | null;
  /** Attempts that were ended for it: they wanted more than they had. */
  readonly ended: number;
}

/** Elements that asked for the same. */
export interface RequestUse {
  readonly request: ElementRequest;
  readonly attempts: number;
  /** MiB, of each attempt. */
  readonly memory: AskedAndUsed;
  /** Seconds, of each element: from its first trial's start to its last one's end. */
  readonly walltime: AskedAndUsed;
  /** Processor time, as a share of cores asked for times wall time; null where it was not measured. */
  readonly cpuShare: number | null;
}

/** What was asked for against what was used, the request of the most attempts first. */
export function compareRequests(attempts: readonly AttemptRecord[]): readonly RequestUse[] {
  // Most share an object.
  const names = new Map<ElementRequest | null, string>();
  const groups = groupBy(attempts, ({ request }) => {
    const name = names.get(request) ?? describeRequest(request);
    names.set(request, name);
    return name;
  });
  return [...groups.values()]
    .flatMap((own) => (own[0]?.request == null ? [] : [describeUse(own[0].request, own)]))
    .sort(
      (a, b) =>
        b.attempts - a.attempts ||
        (describeRequest(a.request) < describeRequest(b.request) ? -1 : 1),
    );
}

function describeRequest(request: ElementRequest | null): string {
  if (request === null) return "";
  const { cpus, memoryMiB, walltimeSeconds, gpus } = request;
  return [cpus, memoryMiB, walltimeSeconds, gpus ?? "?"].join(" ");
}

function describeUse(request: ElementRequest, attempts: readonly AttemptRecord[]): RequestUse {
  const endedFor = (kind: FailureKind): number =>
    attempts.filter(({ failure }) => failure === kind).length;
  const peaks = attempts.flatMap(({ peakMemoryMiB }) => peakMemoryMiB ?? []);
  const spans = [...groupBy(attempts, ({ element }) => element).values()].map(spanOf);
  const { memoryMiB, walltimeSeconds } = request;
  return {
    ...{ request, attempts: attempts.length },
    memory: describe(memoryMiB, peaks, endedFor("out-of-memory")),
    walltime: describe(walltimeSeconds, spans, endedFor("timeout")),
    cpuShare: shareOfCores(request, attempts),
  };
}

function spanOf(attempts: readonly AttemptRecord[]): number {
  const first = attempts.reduce((least, each) => Math.min(least, each.start), Infinity);
  const last = attempts.reduce((most, each) => Math.max(most, endOf(each)), -Infinity);
  return (last - first) / 1000;
}

function describe(asked: number, values: readonly number[], ended: number): AskedAndUsed {
  const sorted = sortNumbers(values);
  if (sorted.length === 0) return { asked, ended, median: null, most: null };
  return { asked, ended, median: quantile(sorted, 0.5), most: quantile(sorted, 1) };
}

function shareOfCores({ cpus }: ElementRequest, attempts: readonly AttemptRecord[]): number | null {
  let used = 0;
  let asked = 0;
  for (const { cpuSeconds, seconds } of attempts) {
    if (cpuSeconds === null) continue;
    used += cpuSeconds;
    asked += cpus * seconds;
  }
  return asked === 0 ? null : used / asked;
}
