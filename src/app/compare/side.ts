import { dirname, resolve } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { PlannedSetting } from "../../core/setting.ts";
import type { Objective, Study } from "../../core/study.ts";
import type { ImportedTrial } from "../../formats/imported-trials.ts";
import { readUsableRounds } from "../../rounds/round.ts";
import { type AttemptRecord, sortAttempts, UNRANKED } from "../../stats/ledger/attempt.ts";
import type { TrialOutcome } from "../../stats/trial-table.ts";
import { MemoryDatabase, type StudyDatabase, withDatabase } from "../../storage/database.ts";
import { type Makers, readMakers } from "../../storage/makers.ts";
import { readTrialTable } from "../../storage/outcomes.ts";
import { readRounds, readSettings } from "../../storage/rounds.ts";
import { createLayout, type Layout } from "../../workspace/layout.ts";
import { collectFirst, quietly } from "../collect/collect-first.ts";
import { readAttemptRecords } from "../ledger.ts";
import { readImportedTrials } from "../import/read.ts";
import { rankStudy } from "../report.ts";

/** What a study ranks by, as far as it is known: a database does not tell in which direction. */
export interface KnownObjective {
  readonly metric: string;
  readonly direction: Objective["direction"] | null;
}

/** A study to be compared, by its file or its database. */
export type Source =
  | { readonly kind: "study"; readonly study: Study; readonly layout: Layout }
  | { readonly kind: "database"; readonly path: string }
  /** A file that `import` has written. */
  | { readonly kind: "imported"; readonly path: string };

/** What is known of it. */
export interface Side {
  /** The study's name. */
  readonly name: string;
  /** Path of its database, resolved. */
  readonly path: string;
  readonly objective: KnownObjective;
  /** The one that is compared: a study file's present one, else the one of the latest round; null where nothing is planned. */
  readonly setting: PlannedSetting | null;
  /** All in that setting. */
  readonly outcomes: readonly TrialOutcome[];
  readonly makers: Makers;
  /** Trials of other settings, left aside. */
  readonly leftAside: number;
  /** At these trials. */
  readonly attempts: readonly AttemptRecord[];
}

/** Collects first, where it is a study file's. @throws BsweepError as collectFirst and withDatabase do */
export function openSide(source: Source, effects: Effects): Promise<Side> {
  if (source.kind === "study") return openStudySide(source, effects);
  return source.kind === "database"
    ? openDatabaseSide(source.path)
    : Promise.resolve(openImportedSide(source.path));
}

async function openStudySide(
  { study, layout }: Extract<Source, { kind: "study" }>,
  effects: Effects,
): Promise<Side> {
  const memory = new MemoryDatabase();
  const options = { study, layout, memory };
  // First, so that what is new is told of once.
  const ranking = await collectFirst(options, effects, () => null).then(() =>
    rankStudy({ ...options, collect: true }, quietly(effects)),
  );
  const others = new Set(ranking.settings.slice(1).map(({ setting }) => setting));
  return collectFirst(options, quietly(effects), (database) =>
    readSide(database, {
      ...{ name: study.name, path: layout.database(study.name), layout },
      objective: study.objective,
      isCompared: ({ hash }) => !others.has(hash),
    }),
  );
}

/** All of it; what its attempts asked for is not known. @throws BsweepError INVALID_DATA */
function openImportedSide(path: string): Side {
  const { header, trials } = readImportedTrials(path);
  const numbered = trials.map((trial, at) => ({ ...trial, trialId: `imported-${at}` }));
  return {
    name: `${header.study}, imported from ${header.source.name ?? header.source.file}`,
    path: resolve(path),
    objective: header.objective,
    setting: null,
    outcomes: numbered.map((trial, key) => toOutcome(trial, key, header.objective.metric)),
    makers: { bsweep: [], tensorflow: [], processors: [] },
    leftAside: 0,
    attempts: numbered.flatMap(toAttempt),
  };
}

type NumberedTrial = ImportedTrial & { readonly trialId: string };

function toOutcome(
  { number, trialId, params, epochs, state, objective, metrics, seconds }: NumberedTrial,
  key: number,
  metric: string,
): TrialOutcome {
  const measured = objective === null ? metrics : { ...metrics, [metric]: objective };
  return {
    ...{ key, resultKey: null, number, trialId, epochs, setting: "", state, seconds },
    params: canonicalJson(params),
    metrics: JSON.stringify(measured),
    ...{ correct: null, count: null, modelParameters: null },
    ...{ peakMemoryMiB: null, cpuSeconds: null },
    failure: state === "failed" ? "error" : null,
  };
}

/** None where nobody knows how long it took. */
function toAttempt({ trialId, number, epochs, state, seconds }: NumberedTrial): AttemptRecord[] {
  if (seconds === null) return [];
  return [
    {
      ...{ trialId, number, epochs, state, seconds, attempt: 1, file: trialId, element: trialId },
      ...{ failure: null, counts: true, ...UNRANKED, lastStep: null, start: 0 },
      ...{ cpuSeconds: null, peakMemoryMiB: null, request: null, submitted: null },
    },
  ];
}

function openDatabaseSide(path: string): Promise<Side> {
  const folder = dirname(resolve(path));
  const layout = createLayout(dirname(dirname(folder)));
  return withDatabase(path, "readonly", (database) => {
    const name = folder.split("/").at(-1) ?? "";
    const [latest] = readSettings(database);
    const objective = findObjective(database, layout, name);
    const isCompared = ({ hash }: PlannedSetting): boolean => hash === latest?.hash;
    return readSide(database, { name, path, layout, objective, isCompared });
  });
}

/** The direction stands in the rounds alone, where they lie beside the database. */
function findObjective(database: StudyDatabase, layout: Layout, name: string): KnownObjective {
  const saved = [...readRounds(database).values()].sort((a, b) => b.round - a.round);
  const metric = saved[0]?.metric ?? "";
  const { usable } = readUsableRounds(layout, name, ({ objective }) => objective);
  const told = usable.findLast((objective) => objective.metric === metric);
  return { metric, direction: told?.direction ?? null };
}

interface SideSource {
  readonly name: string;
  readonly path: string;
  readonly layout: Layout;
  readonly objective: KnownObjective;
  readonly isCompared: (setting: PlannedSetting) => boolean;
}

function readSide(
  database: StudyDatabase,
  { name, path, layout, objective, isCompared }: SideSource,
): Side {
  const compared = readSettings(database).filter(isCompared);
  const hashes = new Set(compared.map(({ hash }) => hash));
  const table = readTrialTable(database);
  const all = [...table.listByNumber()];
  const outcomes = all
    .filter((row) => hashes.has(table.settings[row] ?? ""))
    .map((row) => table.rowAt(row));
  const ids = new Set(outcomes.map(({ trialId }) => trialId));
  const standings = (): typeof UNRANKED => UNRANKED;
  const records = readAttemptRecords(database, table, { name, layout, standings });
  return {
    ...{ name, path: resolve(path), objective, outcomes },
    setting: compared[0] ?? null,
    makers: readMakers(database),
    leftAside: all.length - outcomes.length,
    attempts: sortAttempts(records.filter(({ trialId }) => ids.has(trialId))),
  };
}
