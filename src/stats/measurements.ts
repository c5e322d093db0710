import { isCost } from "../core/costs.ts";
import type { Goals } from "../core/study.ts";
import type { Metrics } from "../core/trial.ts";
import { HOLDOUT_LOSS, SELECTED_EPOCH } from "./outcome.ts";
import type { TrialTable } from "./trial-table.ts";

/** What complete trials measured, an entry a row of their table; NaN where nothing was. */
export interface Measurements {
  readonly objective: Float64Array;
  readonly holdoutLoss: Float64Array;
  readonly selectedEpoch: Float64Array;
  /** Of the goals' objectives and requirements, by metric. */
  readonly asked: ReadonlyMap<string, Float64Array>;
  /** By setting, the names of what was measured, in the order in which trials, by number, tell them. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The columns of what is asked: of a cost that no trial of its setting reports itself, what bsweep knows. */
export function measureTrials(
  table: TrialTable,
  { objective, objectives = [], requirements = [] }: Goals,
): Measurements {
  const column = (): Float64Array => new Float64Array(table.length).fill(NaN);
  const wanted = [objective, ...objectives, ...requirements].map(({ metric }) => metric);
  const asked = new Map(wanted.map((metric) => [metric, column()]));
  const [holdoutLoss, selectedEpoch] = [column(), column()];
  const names = new Map<string, Set<string>>();
  for (const row of table.listByNumber()) {
    if (table.states[row] !== "complete") continue;
    const setting = table.settings[row] ?? "";
    const metrics = table.metricsOf(row);
    noteNames(metrics, setting, names);
    const read = (name: string): number => readMetric(metrics, name);
    for (const [metric, values] of asked) values[row] = read(metric);
    holdoutLoss[row] = read(HOLDOUT_LOSS);
    selectedEpoch[row] = read(SELECTED_EPOCH);
  }
  for (const [metric, values] of asked) fillCost(metric, values, table, names);
  return {
    ...{ objective: asked.get(objective.metric) ?? column(), holdoutLoss, selectedEpoch },
    ...{ asked, names },
  };
}

function fillCost(
  metric: string,
  values: Float64Array,
  table: TrialTable,
  names: Measurements["names"],
): void {
  if (!isCost(metric)) return;
  for (const [row, known] of table[metric].entries()) {
    const isReported = names.get(table.settings[row] ?? "")?.has(metric) === true;
    if (!isReported && table.states[row] === "complete") values[row] = known;
  }
}

function noteNames(metrics: Metrics, setting: string, names: Map<string, Set<string>>): void {
  const own = names.get(setting) ?? new Set();
  if (own.size === 0) names.set(setting, own);
  for (const name in metrics) if (!own.has(name)) own.add(name);
}

function readMetric(metrics: Metrics, name: string): number {
  return Object.hasOwn(metrics, name) ? (metrics[name] ?? NaN) : NaN;
}
