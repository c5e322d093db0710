/**
 * What bsweep itself knows of a trial that has ended, whatever trained it: names that objectives and requirements may
 * use like metrics. A metric of the same name that the trainer reports goes before it.
 */
export const COSTS = {
  seconds: {
    ...{ title: "seconds", unit: "s" },
    meaning: "wall time of the attempt that counts, start-up included",
  },
  cpuSeconds: {
    ...{ title: "cpu seconds", unit: "s" },
    meaning: "time that processors were busy with it",
  },
  peakMemoryMiB: {
    ...{ title: "memory MiB", unit: "MiB" },
    meaning: "the most memory it held at once",
  },
  modelParameters: {
    ...{ title: "model parameters", unit: "" },
    meaning: "trainable numbers of the model: its size",
  },
} as const satisfies Readonly<
  Record<string, Readonly<Record<"title" | "unit" | "meaning", string>>>
>;

export type Cost = keyof typeof COSTS;

export const COST_NAMES = Object.keys(COSTS) as readonly Cost[];

export function isCost(name: string): name is Cost {
  return Object.hasOwn(COSTS, name);
}
