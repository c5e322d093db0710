import { join } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError, messageOf, valueOr } from "../core/errors.ts";
import { listRounds, readUsableRounds } from "../rounds/round.ts";
import { MemoryDatabase } from "../storage/database.ts";
import { type ActivityRow, readActivity } from "../storage/round-activity.ts";
import { listFolder, readPlainFile, requireWorkspace } from "../workspace/folder.ts";
import type { Layout } from "../workspace/layout.ts";
import { listModelFiles } from "../workspace/models.ts";
import { collectInto, requireStudy } from "./collect/collect.ts";
import { quietly } from "./collect/collect-first.ts";
import type { HistoryEvent } from "./history/event.ts";
import { markOf } from "./history/owner.ts";
import { listRoundEvents, listRuns } from "./history/round-events.ts";

/** What was done in a workspace. */
export interface History {
  /** Names of the studies that it tells of, in order. */
  readonly studies: readonly string[];
  /** By time. */
  readonly events: readonly HistoryEvent[];
}

export interface HistoryOptions {
  readonly layout: Layout;
  /** Name of the one study to tell of; absent: all. */
  readonly name?: string;
}

/**
 * What was done in a workspace, as far as files tell: each tells of the last time only that it was written. Nothing is
 * written, not even the database: what is not collected yet is read into memory. What cannot be read is warned about.
 * @throws BsweepError CONFLICT when there is nothing of the study that was asked for; WORKSPACE for no workspace
 */
export async function readHistory(
  { layout, name }: HistoryOptions,
  effects: Effects,
): Promise<History> {
  requireWorkspace(layout);
  if (name !== undefined) requireStudy(layout, name);
  const studies = name === undefined ? listStudies(layout) : [name];
  const events: HistoryEvent[] = [];
  for (const study of studies) events.push(...(await listEvents(layout, study, effects)));
  return { studies, events: events.sort(compareEvents) };
}

/** Names of all studies that have left a round, or a database. */
export function listStudies(layout: Layout): string[] {
  const names = ["jobs", "results"].flatMap((folder) => listFolder(join(layout.workspace, folder)));
  return [...new Set(names)]
    .filter((name) => !name.startsWith(".") && isStudy(layout, name))
    .sort();
}

function isStudy(layout: Layout, name: string): boolean {
  const hasRounds = valueOr(true, () => listRounds(layout, name).length > 0);
  return hasRounds || markOf(layout.database(name)) !== null;
}

const ORDER: readonly HistoryEvent["kind"][] = [
  ...(["planned", "submitted", "ran", "throttled", "paused"] as const),
  ...(["cancelled", "collected", "refitted"] as const),
];

function compareEvents(a: HistoryEvent, b: HistoryEvent): number {
  return (
    Date.parse(a.at) - Date.parse(b.at) ||
    compareTexts(a.study, b.study) ||
    ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
    compareTexts(JSON.stringify(a), JSON.stringify(b))
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function listEvents(
  layout: Layout,
  study: string,
  effects: Effects,
): Promise<HistoryEvent[]> {
  const { usable, unusable } = readUsableRounds(layout, study, (round) =>
    listRoundEvents(layout, round),
  );
  for (const { error } of unusable) effects.reporter.warn(error.message);
  const activity = await readActivityOrWarn(layout, study, effects);
  return [
    ...usable.flat(),
    ...listRuns(study, activity),
    ...listSteering(layout, study),
    ...listCollections(layout, study, activity.length),
    ...listRefits(layout, study),
  ];
}

async function readActivityOrWarn(
  layout: Layout,
  study: string,
  effects: Effects,
): Promise<readonly ActivityRow[]> {
  try {
    return await new MemoryDatabase().use(layout.database(study), async (database) => {
      await collectInto(database, { study, layout }, quietly(effects));
      return readActivity(database);
    });
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    effects.reporter.warn(`what ran of ${study} cannot be told: ${messageOf(error)}`);
    return [];
  }
}

/** How `pause` and `cancel` say so in the file that holds a study back. */
const HELD_BACK = /^bsweep (pause|cancel), (\S+)/;

function listSteering(layout: Layout, study: string): HistoryEvent[] {
  const [, command, since = ""] = HELD_BACK.exec(readOr(layout.pausedFile(study))) ?? [];
  const paused = markOf(layout.pausedFile(study));
  const kind = command === "cancel" ? ("cancelled" as const) : ("paused" as const);
  const limit = Number(readOr(layout.limitFile(study)).trim());
  const limited = markOf(layout.limitFile(study));
  return [
    ...(paused === null ? [] : [{ kind, study, ...paused, at: timeOr(paused.at, since) }]),
    ...(limited === null || !(limit >= 1)
      ? []
      : [{ kind: "throttled" as const, study, ...limited, limit }]),
  ];
}

const readOr = (file: string): string => valueOr("", () => readPlainFile(file));

function timeOr(otherwise: string, text: string): string {
  return valueOr(otherwise, () => new Date(text).toISOString());
}

function listCollections(layout: Layout, study: string, results: number): HistoryEvent[] {
  const mark = markOf(layout.database(study));
  return mark === null ? [] : [{ kind: "collected", study, ...mark, results }];
}

function listRefits(layout: Layout, study: string): HistoryEvent[] {
  return valueOr([], () => listModelFiles(layout, study)).flatMap(
    ({ name, file }): HistoryEvent[] => {
      const mark = markOf(file);
      return mark === null ? [] : [{ kind: "refitted", study, ...mark, model: name }];
    },
  );
}
