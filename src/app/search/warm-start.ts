import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defaultsOf } from "../../cnn/parameters.ts";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { plural } from "../../core/quantities.ts";
import { listNames } from "../../core/space/conditions.ts";
import { type Parameters, type Study, toLoss } from "../../core/study.ts";
import type { EarlierTrial } from "../../formats/search-history.ts";
import { parseMetrics } from "../../stats/trial-table.ts";
import { readTriedTrials } from "../../storage/bound-trials.ts";
import { withDatabase } from "../../storage/database.ts";
import { readSettings } from "../../storage/rounds.ts";
import type { Layout } from "../../workspace/layout.ts";
import { openSide } from "../compare/side.ts";
import { readCsvTrials } from "../import/csv.ts";
import { fitTrial } from "../import/fit.ts";
import { learnFrom } from "./earlier.ts";

/**
 * Trials of elsewhere that a study's proposals begin with (`sampler.from`): never results of its own.
 * @throws BsweepError INVALID_STUDY for what is not there
 */
export async function readWarmStart(
  study: Study,
  layout: Layout,
  effects: Effects,
): Promise<readonly EarlierTrial[]> {
  const { from = [] } = study.sampler;
  const all: EarlierTrial[] = [];
  for (const source of from) {
    const trials = await readSource(source, study, layout, effects);
    const useful = trials.filter(({ loss }) => loss !== null).length;
    effects.reporter.info(`starting from ${source}: ${plural(useful, "trial")} with a value`);
    all.push(...trials);
  }
  return all;
}

async function readSource(
  source: string,
  study: Study,
  layout: Layout,
  effects: Effects,
): Promise<readonly EarlierTrial[]> {
  const imported = layout.imported(study.name, source);
  const database = layout.database(source);
  const table = resolve(dirname(study.file), source);
  if (existsSync(imported)) return fromImported(imported, study, effects);
  if (existsSync(database)) return fromDatabase(database, study);
  if (existsSync(table)) return fromTable(table, study);
  throw new BsweepError("INVALID_STUDY", `${study.file}: sampler.from: there is no ${source}`, {
    hint: `looked for trials imported under that name, a study of the workspace that was collected, and a table ${table}`,
  });
}

/** Those of the setting of its latest round. What was stopped early has the value it was stopped at. */
async function fromDatabase(path: string, study: Study): Promise<readonly EarlierTrial[]> {
  const trials = await withDatabase(path, "readonly", (database) => {
    const [latest] = readSettings(database);
    return latest === undefined ? [] : readTriedTrials(database, latest.hash);
  });
  return trials.flatMap((trial) => (trial.state === null ? [] : learnFrom(trial, study)));
}

async function fromImported(
  path: string,
  study: Study,
  effects: Effects,
): Promise<readonly EarlierTrial[]> {
  const { outcomes } = await openSide({ kind: "imported", path }, effects);
  return outcomes.flatMap((outcome) => {
    const { state, epochs } = outcome;
    if (state === "waiting" || state === "skipped") return [];
    const value = parseMetrics(outcome)[study.objective.metric] ?? null;
    return [toEarlier(JSON.parse(outcome.params) as Parameters, state, value, epochs, study)];
  });
}

function fromTable(file: string, study: Study): readonly EarlierTrial[] {
  const { metric } = study.objective;
  const parameters = [...listNames(study.space), ...Object.keys(study.trainer.set)];
  const { trials } = readCsvTrials(file, { parameters, metric, column: undefined });
  return trials.flatMap((raw) => {
    const fitted = fitTrial(raw, study, defaultsOf(study));
    if ("reason" in fitted) return [];
    return [toEarlier(fitted.params, fitted.state, fitted.objective, fitted.epochs, study)];
  });
}

function toEarlier(
  params: Parameters,
  state: "complete" | "pruned" | "failed",
  value: number | null,
  epochs: number,
  { objective, trainer }: Study,
): EarlierTrial {
  const loss = toLoss(value, objective);
  return { params, state, loss, share: Math.min(1, epochs / trainer.epochs) };
}
