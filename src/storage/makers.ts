import type { NumericsFingerprint } from "../core/trial.ts";
import type { StudyDatabase } from "./database.ts";

/** What computed results: distinct values, ascending. */
export interface Makers {
  /** Versions of bsweep. */
  readonly bsweep: readonly string[];
  readonly tensorflow: readonly string[];
  /** Models of processors and GPUs, where trainers told them. */
  readonly processors: readonly string[];
}

export function readMakers(database: StudyDatabase): Makers {
  const list = (query: string): string[] => database.prepare(query).pluck().all() as string[];
  const numerics = list("SELECT DISTINCT numerics FROM results WHERE numerics IS NOT NULL").map(
    (text) => JSON.parse(text) as NumericsFingerprint,
  );
  return {
    bsweep: list("SELECT DISTINCT bsweep FROM results ORDER BY bsweep"),
    tensorflow: distinct(numerics.map(({ tensorflow }) => tensorflow)),
    processors: distinct(numerics.map(({ cpu, gpu }) => gpu ?? cpu)),
  };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
