import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { preparePython } from "../../support/python/environment.ts";
import type { DigitsTable } from "../digits-table/read.ts";
import { tell } from "../figure.ts";
import { askPeer } from "./peer.ts";
import type { Standing } from "./simulate.ts";

/** Someone else's searches of the digits' table, `SAMPLER + PRUNER` in its own words. */
interface Replay {
  readonly name: string;
  /** Files beside this one. */
  readonly requirements: string;
  readonly script: string;
  readonly record: string;
  readonly ways: readonly { readonly sampler: string; readonly pruner: string }[];
}

const OPTUNA: Replay = {
  name: "Optuna",
  requirements: "requirements.txt",
  script: "optuna_replay.py",
  record: "optuna-digits.jsonl.gz",
  ways: [
    { sampler: "random", pruner: "none" },
    { sampler: "random", pruner: "halving" },
    { sampler: "tpe", pruner: "none" },
    { sampler: "tpe", pruner: "halving" },
    { sampler: "tpe", pruner: "hyperband" },
  ],
};

/** What every search of a peer gets. */
export interface Asked {
  readonly workers: number;
  readonly trials: number;
  /** Seconds of all trials, until which it goes on though it has found what it looks for. */
  readonly until: number;
}

/** One way's searches, a seed each. */
export interface Replayed {
  readonly peer: string;
  readonly name: string;
  readonly searches: readonly (readonly Standing[])[];
}

type Line = [steps: number, seconds: number, time: number, row: number];

/**
 * What others find in the digits' table, in the order of events of `simulate.ts`.
 * @param folder for a file that they read
 */
export async function replayPeers(
  table: DigitsTable,
  asked: Asked,
  seeds: number,
  { folder, fresh }: { readonly folder: string; readonly fresh: boolean },
): Promise<readonly Replayed[]> {
  const problem = join(folder, "table.json");
  writeFileSync(problem, JSON.stringify(describe(table)));
  const replayed: Replayed[] = [];
  for (const replay of [OPTUNA])
    for (const way of replay.ways) {
      const name = `${replay.name} ${way.sampler}${way.pruner === "none" ? "" : ` + ${way.pruner}`}`;
      const searches = Array.from({ length: seeds }, (_, at) => ({
        ...way,
        seed: at + 1,
        ...asked,
      }));
      const answers = await ask(replay, name, { problem, fresh }, searches);
      replayed.push({ peer: replay.name, name, searches: answers });
    }
  return replayed;
}

async function ask(
  { requirements, script, record }: Replay,
  name: string,
  { problem, fresh }: { readonly problem: string; readonly fresh: boolean },
  searches: readonly (Asked & { readonly seed: number })[],
): Promise<readonly (readonly Standing[])[]> {
  const beside = (file: string): string => join(import.meta.dirname, file);
  const environment = { name: "bench-search", requirements: beside(requirements) };
  const python = await preparePython(environment, tell);
  const answers = await askPeer<{ readonly standings: readonly Line[] }>(
    {
      ...{ name: `${name}, ${searches[0]?.workers} at once`, python, problem, fresh },
      script: beside(script),
      sources: [environment.requirements, problem],
      record: beside(record),
    },
    searches,
  );
  return answers.map(({ standings }) =>
    standings.map(([steps, seconds, time, row]) => ({ steps, seconds, time, row })),
  );
}

/** As their scripts read it. */
function describe(table: DigitsTable): object {
  return {
    parameters: table.space.dimensions.map(({ name, distribution }) => ({
      name,
      values: distribution.kind === "categorical" ? distribution.values : [],
    })),
    rows: Array.from({ length: table.rows }, (_, row) => table.coursesOf(row)),
    goals: Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
      table.isAmongBest(row),
    ),
  };
}
