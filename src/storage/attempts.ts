import type { Parameters } from "../core/study.ts";
import type { FailureKind, ResultState, Trial } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** One trial of one element, as planned. */
export interface PlannedAttempt {
  readonly round: number;
  readonly array: number;
  readonly index: number;
  readonly trialId: string;
  /** What a person calls the trial. */
  readonly number: number;
  readonly attempt: number;
}

/** One result. */
export interface AttemptResult {
  readonly trialId: string;
  readonly attempt: number;
  /** Below results/<study>. */
  readonly file: string;
  readonly state: ResultState;
  /** Whether it is the result of its trial that counts. */
  readonly counts: boolean;
  readonly failure: FailureKind | null;
  /** Of a failed one; why another was pruned or skipped. */
  readonly message: string | null;
  /** The end of what a failed trial's program said; null for none. */
  readonly stderrTail: string | null;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly cpuSeconds: number | null;
  readonly host: string;
}

/** All that was planned and all that came of it. */
export interface Attempts {
  /** Every attempt of every round, by round, array and index. */
  readonly planned: readonly PlannedAttempt[];
  /** Every result, by trial and attempt; of one attempt in the order in which they began. */
  readonly results: readonly AttemptResult[];
}

/** There may be very many: columns by place, and what many rows share is kept once. */
export function readAttempts(database: StudyDatabase): Attempts {
  const idOf = createIdLookup(database);
  return { planned: readPlanned(database, idOf), results: readResults(database, idOf) };
}

function createIdLookup(database: StudyDatabase): (trial: number) => string {
  const trials = database.prepare("SELECT trial, trial_id FROM trials").raw();
  const trialIds = new Map(trials.iterate() as Iterable<[number, string]>);
  return (trial) => trialIds.get(trial) ?? "";
}

/** Every attempt of every round, by round, array and index. */
export function readPlanned(
  database: StudyDatabase,
  idOf = createIdLookup(database),
): readonly PlannedAttempt[] {
  const rows = database
    .prepare(
      `SELECT round, array, element_index, trial, number, attempt FROM elements JOIN trials USING (trial)
       ORDER BY round, array, element_index, number`,
    )
    .raw()
    .iterate() as Iterable<[number, number, number, number, number, number]>;
  return Array.from(rows, (row) => ({
    round: row[0],
    array: row[1],
    index: row[2],
    trialId: idOf(row[3]),
    number: row[4],
    attempt: row[5],
  }));
}

function readResults(
  database: StudyDatabase,
  idOf: (trial: number) => string,
): readonly AttemptResult[] {
  const rows = database
    .prepare(
      `SELECT trial, attempt, file, state, failure_kind, ifnull(failure_message, early_end_reason), substr(failure_stderr_tail, -500),
              started_at, seconds, cpu_seconds, host, result_id IN (SELECT result_id FROM counted_results)
       FROM results ORDER BY trial, attempt, started_at, file`,
    )
    .raw()
    .iterate() as Iterable<ResultColumns>;
  const hosts = new Map<string, string>();
  const share = (host: string): string => hosts.get(host) ?? (hosts.set(host, host), host);
  return Array.from(rows, (row) => ({
    trialId: idOf(row[0]),
    attempt: row[1],
    file: row[2],
    state: share(row[3]) as ResultState,
    failure: row[4],
    message: row[5],
    stderrTail: row[6],
    startedAt: row[7],
    seconds: row[8],
    cpuSeconds: row[9],
    host: share(row[10]),
    counts: row[11] === 1,
  }));
}

type ResultColumns = [
  trial: number,
  attempt: number,
  file: string,
  state: ResultState,
  failure: FailureKind | null,
  message: string | null,
  stderrTail: string | null,
  startedAt: string,
  seconds: number,
  cpuSeconds: number | null,
  host: string,
  counts: number,
];

/** Planned trials by id, without an attempt. */
export function readPlannedTrials(
  database: StudyDatabase,
): ReadonlyMap<string, Omit<Trial, "attempt">> {
  const rows = database
    .prepare(
      "SELECT trial_id AS trialId, number, params, replicate, seed, epochs, slot FROM trials",
    )
    .all() as (Omit<Trial, "params" | "resource" | "attempt" | "slot"> & {
    readonly params: string;
    readonly epochs: number;
    readonly slot: string | null;
  })[];
  return new Map(
    rows.map(({ trialId, params, epochs, slot, ...row }) => [
      trialId,
      {
        ...{ ...row, trialId, params: JSON.parse(params) as Parameters, resource: { epochs } },
        ...(slot === null ? {} : { slot }),
      },
    ]),
  );
}
