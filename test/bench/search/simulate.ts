import { deriveSeed } from "../../../src/core/random.ts";
import type { Parameters, ParameterValue } from "../../../src/core/study.ts";
import type { Observation, Sampler } from "../../../src/samplers/sampler.ts";
import type { Search } from "./optuna.ts";
import type { Table } from "./tables.ts";

interface Running {
  readonly number: number;
  readonly row: number;
  readonly end: number;
}

/** What came of a simulated search. */
export interface Simulated {
  /** After each finished trial: that of the trial whose observed loss is the lowest. */
  readonly regrets: readonly number[];
  /** What each ask took of the processor, ms. */
  readonly askMilliseconds: readonly number[];
}

/**
 * A search on a simulated clock: a trial takes its table's time, whoever is free asks with a seed of its own and what is known then,
 * as elements do. `optuna_search.py` asks and tells in the same order.
 */
export function simulate(
  table: Table,
  sampler: Sampler<"trials">,
  { seed, workers, trials }: Omit<Search, "table" | "sampler">,
): Simulated {
  const history: Observation[] = [];
  const running: Running[] = [];
  const regrets: number[] = [];
  const askMilliseconds: number[] = [];
  const taken = new Set<number>();
  let best = { loss: Infinity, row: 0 };
  const ask = (now: number): void => {
    const number = history.length;
    const started = process.cpuUsage();
    const settings = { seed: sampler.learns ? deriveSeed(seed, number) : seed, trials };
    const params = takeFirstFree(sampler.propose(table.space, settings, history), table, taken);
    askMilliseconds.push(millisecondsSince(started));
    const row = table.rowOf(params);
    taken.add(row);
    history.push({ params, state: "running", loss: null, share: 1 });
    running.push({ number, row, end: now + table.secondsOf(row) });
  };
  let now = 0;
  while (regrets.length < trials) {
    while (history.length < trials && running.length < workers) ask(now);
    const next = running.reduce((one, other) =>
      other.end < one.end || (other.end === one.end && other.number < one.number) ? other : one,
    );
    running.splice(running.indexOf(next), 1);
    now = next.end;
    const loss = table.observe(next.row, seed, 0);
    const params = history[next.number]?.params ?? {};
    history[next.number] = { params, state: "complete", loss, share: 1 };
    if (loss < best.loss) best = { loss, row: next.row };
    regrets.push(table.regretOf(best.row));
  }
  return { regrets, askMilliseconds };
}

function takeFirstFree(
  proposals: Iterable<Parameters>,
  table: Table,
  taken: ReadonlySet<number>,
): Readonly<Record<string, ParameterValue>> {
  for (const params of proposals) if (!taken.has(table.rowOf(params))) return params;
  throw new Error(`nothing is left of ${table.name}`);
}

/** Processor time: others compute on the same machine. */
export function millisecondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
