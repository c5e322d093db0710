import { createExaminer } from "../../cnn/examine.ts";
import { hashSetting } from "../../core/setting.ts";
import type { Parameters } from "../../core/study.ts";
import type { ResultState } from "../../core/trial.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { type AttemptRecord, UNRANKED } from "../../stats/ledger/attempt.ts";
import type { FinishedTrial, SizedTrial } from "../../stats/forecast/forecast.ts";
import type { TrialTable } from "../../stats/trial-table.ts";
import type { StudyDatabase } from "../../storage/database.ts";
import { readLastSteps, readTrialTable } from "../../storage/outcomes.ts";
import type { Layout } from "../../workspace/layout.ts";
import { readAttemptRecords } from "../ledger.ts";
import type { PlanContext } from "./plan-context.ts";
import { settingOf, trainingOf } from "./setting.ts";

/** What the trials of a study took that have ended where it runs now: by a scheduler, if its site has one. */
export interface Finished {
  /** Seconds to the planned end, by trial number. */
  readonly seconds: readonly FinishedTrial[];
  /** MiB, by trial number. */
  readonly memory: readonly FinishedTrial[];
  /** Shares of their planned end that complete trials stopped at by themselves. */
  readonly completeShares: readonly number[];
  /** The same, with those that were pruned. */
  readonly shares: readonly number[];
  /** Whether they are of the study's present setting, cores and GPUs; else they are of whatever else there is. */
  readonly isOwn: boolean;
  /** Whether any trial at all was complete. */
  readonly hasCompleted: boolean;
  /** All attempts of elements with the study's present request. */
  readonly attempts: readonly AttemptRecord[];
}

/** What a trial is reckoned to take. */
export type Sizes = Readonly<Record<"seconds" | "memory", SizedTrial>>;

/** A trial's shapes tell; a command's epochs do, and of its memory nothing. */
export function createSizer({
  study,
  header,
}: Pick<PlanContext, "study" | "header">): (params: Parameters, epochs: number) => Sizes {
  const examiners = new Map<number, ReturnType<typeof createExaminer>>();
  return (params, epochs) => {
    const training = { ...trainingOf(study, header), epochs };
    const examine = examiners.get(epochs) ?? createExaminer(study.trainer.kind, header, training);
    examiners.set(epochs, examine);
    const { network } = examine(params);
    return {
      seconds: { params, scale: network?.coreSeconds ?? epochs },
      memory: { params, scale: network?.memoryMiB ?? 1 },
    };
  };
}

type Attempt = ReturnType<typeof readAttemptRecords>[number];

/** Reads what has ended; writes nothing. */
export function readFinished(
  database: StudyDatabase,
  context: PlanContext,
  layout: Layout,
): Finished {
  const { study, site, header } = context;
  const table = readTrialTable(database);
  const records = readAttemptRecords(database, table, {
    ...{ name: study.name, layout, standings: () => UNRANKED },
  });
  // Here a trial may take longer, or not as long.
  const all = schedulerOf(site).submits
    ? records.filter(({ job }) => !["", "0"].includes(job))
    : records;
  const rows = new Map(table.trialIds.map((trialId, row) => [trialId, row]));
  const setting = hashSetting(settingOf(study, header));
  const own = all.filter(
    (attempt) =>
      table.settings[rows.get(attempt.trialId) ?? -1] === setting && hasResources(attempt, context),
  );
  const isOwn = own.some(isComplete);
  return {
    ...measure(isOwn ? own : all, rows, table, readLastSteps(database), context),
    isOwn,
    hasCompleted: all.some(isComplete),
    attempts: own.filter(({ request }) => request !== null && isAskedFor(request, context)),
  };
}

const isComplete = ({ state }: Attempt): boolean => state === "complete";

/** A trial takes as long on as many cores; where nobody wrote them down, they are taken for the same. */
function hasResources({ request }: Attempt, { study: { resources } }: PlanContext): boolean {
  const gpus = resources.gpu?.count ?? 0;
  return request === null || (request.cpus === resources.cpus && (request.gpus ?? gpus) === gpus);
}

function isAskedFor(
  { memoryMiB, walltimeSeconds }: NonNullable<Attempt["request"]>,
  { study: { resources } }: PlanContext,
): boolean {
  return memoryMiB === resources.memoryMiB && walltimeSeconds === resources.walltimeSeconds;
}

/** Less no clock tells. */
const LEAST_SECONDS = 0.001;

function measure(
  attempts: readonly Attempt[],
  rows: ReadonlyMap<string, number>,
  table: TrialTable,
  lastSteps: ReadonlyMap<number, number>,
  context: PlanContext,
): Pick<Finished, "seconds" | "memory" | "completeShares" | "shares"> {
  const isCnn = context.study.trainer.kind === "cnn";
  const sizesOf = createSizer(context);
  const measured = attempts
    .filter(({ counts }) => counts)
    .sort((a, b) => a.number - b.number)
    .map((attempt) => {
      const { epochs } = attempt;
      const row = rows.get(attempt.trialId) ?? -1;
      const last = isCnn ? lastSteps.get(table.resultKeys[row] ?? NaN) : undefined;
      const share = shareTrained(attempt, last ?? epochs);
      return { attempt, share, sizes: sizesOf(table.paramsOf(row), epochs) };
    });
  const sharesOf = (state: ResultState): number[] =>
    measured.flatMap(({ attempt, share }) => (attempt.state === state ? (share ?? []) : []));
  const completeShares = sharesOf("complete");
  return {
    seconds: measured.flatMap(({ attempt, share, sizes }) =>
      timeOf(attempt, share).map((told) => ({ ...sizes.seconds, ...told })),
    ),
    memory: measured.flatMap(({ attempt, share, sizes }) =>
      memoryOf(attempt, share).map((told) => ({ ...sizes.memory, ...told })),
    ),
    completeShares,
    shares: [...completeShares, ...sharesOf("pruned")],
  };
}

type Told = Pick<FinishedTrial, "took" | "isLeast">;

function timeOf({ seconds, failure }: Attempt, share: number | null): Told[] {
  const took = Math.max(LEAST_SECONDS, seconds);
  if (share !== null) return [{ took: took / share, isLeast: false }];
  return failure === "timeout" ? [{ took, isLeast: true }] : [];
}

function memoryOf({ peakMemoryMiB, failure, request }: Attempt, share: number | null): Told[] {
  const isLeast = failure === "out-of-memory";
  const least = isLeast ? (request?.memoryMiB ?? 0) : 0;
  const took = Math.max(least, peakMemoryMiB ?? 0);
  return took > 0 && (isLeast || share !== null) ? [{ took, isLeast }] : [];
}

/** Of its planned end, the share that a trial was trained to; null where it failed, or nobody knows. */
function shareTrained({ state, lastStep, epochs }: Attempt, trained: number): number | null {
  const last = state === "complete" ? trained : state === "pruned" ? lastStep : null;
  // Steps that are no epochs: nobody knows how many were left.
  return last === null || last <= 0 || last > epochs ? null : last / epochs;
}
