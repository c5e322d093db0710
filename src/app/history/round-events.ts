import { join } from "node:path";
import { groupBy } from "../../core/objects.ts";
import type { Round } from "../../formats/round-file.ts";
import { momentOf, endOf } from "../../stats/ledger/attempt.ts";
import type { ActivityRow } from "../../storage/round-activity.ts";
import {
  arrayName,
  CANARY,
  type Layout,
  parseRoundName,
  ROUND_FILE,
  SUBMITTED_FOLDER,
} from "../../workspace/layout.ts";
import { readJobId, readSubmittedAt, readSubmitter } from "../cluster/submitted.ts";
import type { HistoryEvent } from "./event.ts";
import { markOf } from "./owner.ts";

/** Jobs that were asked for within so long of each other were asked for by one submit.sh. */
const WAVE_MS = 10 * 60 * 1000;

/** That a round was planned, and submitted. @throws BsweepError WORKSPACE */
export function listRoundEvents(layout: Layout, round: Round): HistoryEvent[] {
  const { study, kind: roundKind, trials, cluster, bsweep } = round;
  const folder = layout.round(study, round.round);
  const planned: HistoryEvent = {
    ...{ kind: "planned", study, round: round.round, roundKind, trials, bsweep },
    at: new Date(round.createdAt).toISOString(),
    who: markOf(join(folder, ROUND_FILE))?.who ?? null,
    arrays: round.arrays.filter(({ array }) => array !== CANARY).length,
    site: cluster?.site ?? null,
  };
  return [planned, ...listSubmissions(folder, round)];
}

interface Submission {
  readonly array: number;
  readonly job: string;
  readonly elements: number;
  readonly at: string;
  readonly who: string | null;
}

function listSubmissions(folder: string, round: Round): HistoryEvent[] {
  const found = round.arrays.flatMap(({ array, elements }): Submission[] => {
    const submitted = join(folder, SUBMITTED_FOLDER, arrayName(array));
    const job = readJobId(`${submitted}.job`);
    const at = readSubmittedAt(`${submitted}.job`);
    if (job === null || at === null) return [];
    return [{ array, elements, job, at, who: readSubmitter(submitted)?.name ?? null }];
  });
  return inWaves(
    found.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.array - b.array),
  ).map(([first, ...others]) => describeWave(first, others, round));
}

type Wave = [Submission, ...Submission[]];

function inWaves(submissions: readonly Submission[]): Wave[] {
  const waves: Wave[] = [];
  for (const each of submissions) {
    const wave = waves.at(-1);
    const last = wave?.at(-1);
    const isSame = last?.who === each.who && Date.parse(each.at) - Date.parse(last.at) <= WAVE_MS;
    if (wave !== undefined && isSame) wave.push(each);
    else waves.push([each]);
  }
  return waves;
}

function describeWave(
  first: Submission,
  others: readonly Submission[],
  { study, round }: Round,
): HistoryEvent {
  const all = [first, ...others].sort((a, b) => a.array - b.array);
  return {
    ...{ kind: "submitted", study, round, at: first.at, who: first.who },
    arrays: all.map(({ array }) => array),
    jobs: all.map(({ job }) => job),
    elements: all.reduce((sum, { elements }) => sum + elements, 0),
  };
}

/** That trials ran, by round and whose processes they were. */
export function listRuns(study: string, activity: readonly ActivityRow[]): HistoryEvent[] {
  const groups = groupBy(activity, ({ file, user }) => `${file.split("/", 1)[0]} ${user ?? ""}`);
  return [...groups.values()].flatMap((own): HistoryEvent[] => {
    const [first] = own;
    const round = parseRoundName(first?.file.split("/", 1)[0] ?? "");
    if (first === undefined || round === undefined) return [];
    const results: Partial<Record<ActivityRow["state"], number>> = {};
    for (const { state } of own) results[state] = (results[state] ?? 0) + 1;
    const until = own.reduce(
      (latest, each) =>
        Math.max(latest, endOf({ start: Date.parse(each.startedAt), seconds: each.seconds })),
      -Infinity,
    );
    const hosts = new Set(own.map(({ host }) => host)).size;
    const { startedAt: at, user: who } = first;
    return [{ kind: "ran", study, round, at, who, until: momentOf(until), results, hosts }];
  });
}
