import { join } from "node:path";
import { askPeer } from "./peer.ts";
import { listTables } from "./tables.ts";

/** Regrets of one search of one table, after as many trials as `optuna_search.py` says. */
export interface Course {
  readonly table: string;
  readonly seed: number;
  readonly regrets: readonly number[];
}

/** One of Optuna's searches: of a table, by whom, with which seed, so many trials at once and in all. */
interface Search {
  readonly table: string;
  readonly sampler: string;
  readonly seed: number;
  readonly workers: number;
  readonly trials: number;
}

/** What all searches have in common. */
export interface Optuna {
  readonly python: string;
  /** Of the tables. */
  readonly folder: string;
  readonly trials: number;
  readonly fresh: boolean;
}

const beside = (name: string): string => join(import.meta.dirname, name);

/** Optuna's searches of all tables, seed for seed, so that whole seeds are known when they are broken off. */
export async function askOptuna(
  { python, folder, trials, fresh }: Optuna,
  sampler: string,
  workers: number,
  seeds: number,
): Promise<readonly Course[]> {
  const searches = Array.from({ length: seeds }, (_, at) => at + 1).flatMap((seed) =>
    listTables(folder).map((table): Search => ({ table, sampler, seed, workers, trials })),
  );
  const answers = await askPeer<{ readonly regrets: readonly number[] }>(
    {
      ...{ name: `Optuna ${sampler}, ${workers} at once`, python, problem: folder, fresh },
      script: beside("optuna_search.py"),
      sources: [beside("requirements.txt"), beside("dump_tables.py")],
      record: beside("optuna-tables.jsonl.gz"),
    },
    searches,
  );
  return searches.map(({ table, seed }, at) => ({
    ...{ table, seed, regrets: answers[at]?.regrets ?? [] },
  }));
}
