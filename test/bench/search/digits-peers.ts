import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { preparePython } from "../../support/python/environment.ts";
import type { DigitsTable } from "../digits-table/read.ts";
import { tell } from "../figure.ts";
import { askPeer } from "./peer.ts";
import type { Standing } from "./simulate.ts";

/** Someone else's searches of the digits' table. */
interface Replay {
  readonly name: string;
  /** Of its Python. */
  readonly environment: string;
  /** Files beside this one. */
  readonly requirements: string;
  readonly script: string;
  readonly record: string;
  /** What its script is asked for, by the name in the table. */
  readonly ways: Readonly<Record<string, object>>;
  /** How many trials at once it is tried with. */
  readonly workers: readonly number[];
}

const REPLAYS: readonly Replay[] = [
  {
    name: "Optuna",
    environment: "bench-search",
    requirements: "requirements.txt",
    script: "optuna_replay.py",
    record: "optuna-digits.jsonl.gz",
    ways: {
      "Optuna random": { sampler: "random", pruner: "none" },
      "Optuna random + halving": { sampler: "random", pruner: "halving" },
      "Optuna tpe": { sampler: "tpe", pruner: "none" },
      "Optuna tpe + halving": { sampler: "tpe", pruner: "halving" },
      "Optuna tpe + hyperband": { sampler: "tpe", pruner: "hyperband" },
    },
    workers: [5, 20, 50],
  },
  {
    name: "NePS",
    environment: "bench-neps",
    requirements: "requirements-neps.txt",
    script: "neps_replay.py",
    record: "neps-digits.jsonl.gz",
    // The script knows more of them, whose searches take minutes each: docs/benchmarks.md.
    ways: { "NePS asha": { optimizer: "asha" } },
    workers: [20],
  },
];

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
  for (const replay of REPLAYS.filter(({ workers }) => workers.includes(asked.workers)))
    for (const [name, way] of Object.entries(replay.ways)) {
      const searches = Array.from({ length: seeds }, (_, at) => ({
        ...{ ...way, seed: at + 1, ...asked },
      }));
      const answers = await ask(replay, `${name}, ${asked.workers} at once`, searches, {
        problem,
        fresh,
      });
      replayed.push({ peer: replay.name, name, searches: answers });
    }
  return replayed;
}

async function ask(
  { environment, requirements, script, record }: Replay,
  name: string,
  searches: readonly object[],
  { problem, fresh }: { readonly problem: string; readonly fresh: boolean },
): Promise<readonly (readonly Standing[])[]> {
  const beside = (file: string): string => join(import.meta.dirname, file);
  const packages = beside(requirements);
  const python = await preparePython({ name: environment, requirements: packages }, tell);
  const answers = await askPeer<{ readonly standings: readonly Line[] }>(
    {
      ...{ name, python, script: beside(script), problem, fresh },
      sources: [packages, problem],
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
