/**
 * What bsweep itself knows of a trial that has ended, whatever trained it: names that objectives and requirements may
 * use like metrics. A metric of the same name that the trainer reports goes before it.
 */
export const COSTS = {
  seconds: { unit: "s", meaning: "wall time of the attempt that counts, start-up included" },
  cpuSeconds: { unit: "s", meaning: "time that processors were busy with it" },
  peakMemoryMiB: { unit: "MiB", meaning: "the most memory it held at once" },
  modelParameters: { unit: "", meaning: "trainable numbers of the model: its size" },
} as const satisfies Readonly<Record<string, { readonly unit: string; readonly meaning: string }>>;

export type Cost = keyof typeof COSTS;

export const COST_NAMES = Object.keys(COSTS) as readonly Cost[];

export function isCost(name: string): name is Cost {
  return Object.hasOwn(COSTS, name);
}
