import { HOLDOUT_LOSS, SELECTED_EPOCH } from "./outcome.ts";
import type { TrialTable } from "./trial-table.ts";

/** What complete trials measured, an entry a row of their table; NaN where nothing was. */
export interface Measurements {
  readonly objective: Float64Array;
  readonly holdoutLoss: Float64Array;
  readonly selectedEpoch: Float64Array;
  /** By setting, the names of what was measured, in the order in which trials, by number, tell them. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

/** @param metric the objective's */
export function measureTrials(table: TrialTable, metric: string): Measurements {
  const column = (): Float64Array => new Float64Array(table.length).fill(NaN);
  const [objective, holdoutLoss, selectedEpoch] = [column(), column(), column()];
  const names = new Map<string, Set<string>>();
  for (const row of table.listByNumber()) {
    if (table.states[row] !== "complete") continue;
    const setting = table.settings[row] ?? "";
    const own = names.get(setting) ?? new Set();
    if (own.size === 0) names.set(setting, own);
    const metrics = table.metricsOf(row);
    for (const name in metrics) if (!own.has(name)) own.add(name);
    const read = (name: string): number =>
      Object.hasOwn(metrics, name) ? (metrics[name] ?? NaN) : NaN;
    objective[row] = read(metric);
    holdoutLoss[row] = read(HOLDOUT_LOSS);
    selectedEpoch[row] = read(SELECTED_EPOCH);
  }
  return { objective, holdoutLoss, selectedEpoch, names };
}
