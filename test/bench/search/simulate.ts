import { quantileOf } from "../../../src/core/pruning.ts";
import { deriveSeed } from "../../../src/core/random.ts";
import type { Parameters, SearchSpace } from "../../../src/core/study.ts";
import { prunerOf } from "../../../src/pruners/index.ts";
import type { PrunerKeys } from "../../../src/pruners/pruner.ts";
import type { Observation, Sampler } from "../../../src/samplers/sampler.ts";

/** What a trial comes to, step by step; losses are better when lower. */
export interface Course {
  /** The loss that pruners see after each step. */
  readonly losses: readonly number[];
  /** What each step takes. */
  readonly seconds: readonly number[];
  /** The objective's, after the last step. */
  readonly loss: number;
}

/** What is searched: a study whose every outcome is known. */
export interface Problem {
  readonly name: string;
  readonly space: SearchSpace;
  rowOf(params: Parameters): number;
  /** @param seed chooses among a combination's replicates */
  courseOf(row: number, seed: number): Course;
}

export interface SimulatedSearch {
  readonly seed: number;
  /** Trials at once, and in all. */
  readonly workers: number;
  readonly trials: number;
  readonly pruner?: PrunerKeys & { readonly kind: string };
}

/** Where a search stands when a trial has ended. */
export interface Standing {
  /** Of all trials until now, as far as they were done. */
  readonly steps: number;
  readonly seconds: number;
  /** On the simulated clock, seconds. */
  readonly time: number;
  /** That of the complete trial whose observed loss is the lowest; none yet: -1. */
  readonly row: number;
}

/** What came of a simulated search. */
interface Simulated {
  /** After each trial that has ended. */
  readonly standings: readonly Standing[];
  /** What each ask took of the processor, ms. */
  readonly askMilliseconds: readonly number[];
}

interface Running {
  readonly number: number;
  readonly row: number;
  readonly course: Course;
  readonly bracket: number;
  /** Steps after which it is compared. */
  readonly rungs: readonly number[];
  /** Steps that are done, and when the next one is. */
  at: number;
  time: number;
}

/**
 * A search on a simulated clock: a trial takes its course's time, whoever is free asks with a seed of its own and what is known then,
 * as elements do, and at rungs trials are held against those that have come there by then. `optuna_search.py` and
 * `optuna_replay.py` ask and tell in the same order.
 */
export function simulate(
  problem: Problem,
  sampler: Sampler<"trials">,
  search: SimulatedSearch,
  isOver: (standing: Standing) => boolean = () => false,
): Simulated {
  const { seed, workers, trials } = search;
  const history: Observation[] = [];
  const running: Running[] = [];
  const standings: Standing[] = [];
  const askMilliseconds: number[] = [];
  const taken = new Set<number>();
  const rungs = new Map<string, number[]>();
  const spent = { steps: 0, seconds: 0 };
  let best = { loss: Infinity, row: -1 };
  const ask = (now: number): boolean => {
    const number = history.length;
    const started = process.cpuUsage();
    const settings = { seed: sampler.learns ? deriveSeed(seed, number) : seed, trials };
    const params = takeFirstFree(sampler.propose(problem.space, settings, history), problem, taken);
    askMilliseconds.push(millisecondsSince(started));
    if (params === undefined) return false;
    const row = problem.rowOf(params);
    taken.add(row);
    history.push({ params, state: "running", loss: null, share: 1 });
    const one = start(number, row, problem.courseOf(row, seed), search);
    one.time = now + secondsOfNext(one);
    running.push(one);
    return true;
  };
  let now = 0;
  let isOpen = true;
  while (standings.length < trials) {
    while (isOpen && history.length < trials && running.length < workers) isOpen = ask(now);
    if (running.length === 0) break;
    const next = running.reduce((one, other) =>
      other.time < one.time || (other.time === one.time && other.number < one.number) ? other : one,
    );
    now = next.time;
    spent.steps += 1;
    spent.seconds += secondsOfNext(next);
    next.at += 1;
    const { params = {} } = history[next.number] ?? {};
    const { row, course, at } = next;
    if (at < course.losses.length) {
      const pruned = next.rungs.includes(at) ? compare(next, search, rungs) : undefined;
      if (pruned === undefined) {
        next.time += secondsOfNext(next);
        continue;
      }
      const share = at / course.losses.length;
      history[next.number] = { params, state: "pruned", share, ...pruned };
    } else {
      history[next.number] = { params, state: "complete", loss: course.loss, share: 1 };
      if (course.loss < best.loss) best = { loss: course.loss, row };
    }
    running.splice(running.indexOf(next), 1);
    const standing = { ...spent, time: now, row: best.row };
    standings.push(standing);
    if (isOver(standing)) break;
  }
  return { standings, askMilliseconds };
}

function start(number: number, row: number, course: Course, { pruner }: SimulatedSearch): Running {
  const last = course.losses.length;
  const ladder = pruner && prunerOf(pruner.kind).ladderOf(pruner, number + 1, last);
  const { bracket = 0, rungs = [] } = ladder ?? {};
  return { number, row, course, bracket, rungs, at: 0, time: 0 };
}

function secondsOfNext({ course, at }: Running): number {
  return course.seconds[at] ?? 0;
}

/** Undefined where it goes on. */
function compare(
  { course, bracket, at, rungs: [first = at] }: Running,
  { pruner }: SimulatedSearch,
  rungs: Map<string, number[]>,
): Pick<Observation, "loss" | "quantile"> | undefined {
  if (pruner === undefined) return undefined;
  const loss = course.losses[at - 1] ?? NaN;
  const others = rungs.get(`${bracket} ${at}`) ?? [];
  rungs.set(`${bracket} ${at}`, [...others, loss]);
  const { goesOn, rank, of, cut } = prunerOf(pruner.kind).judge(pruner, loss, others);
  if (goesOn) return undefined;
  const entered = rungs.get(`${bracket} ${first}`)?.length ?? of;
  return { loss, quantile: quantileOf({ rung: at, bracket, rank, of, cut, entered }) };
}

function takeFirstFree(
  proposals: Iterable<Parameters>,
  problem: Problem,
  taken: ReadonlySet<number>,
): Parameters | undefined {
  for (const params of proposals) if (!taken.has(problem.rowOf(params))) return params;
  return undefined;
}

/** Processor time: others compute on the same machine. */
export function millisecondsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
