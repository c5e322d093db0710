import { foldRanges, unfoldRanges } from "../../core/ranges.ts";
import type { Choice, Search, Seen, TrialObservation } from "../../core/search.ts";
import type { Parameters } from "../../core/study.ts";
import type { EarlierTrial } from "../../formats/search-history.ts";
import type { History } from "../../samplers/sampler.ts";
import type { Layout } from "../../workspace/layout.ts";
import { Choices } from "./choices.ts";
import { readObservations } from "./observations.ts";

/** What is known of a search at a moment. */
export interface Known {
  /** SHA-256 of `earlier` as its file has it. */
  readonly historyHash: string;
  /** From before the round. */
  readonly earlier: readonly EarlierTrial[];
  /** Of trials that chose, by number and attempt: others are among the earlier ones of the round after theirs. */
  readonly ended: readonly TrialObservation[];
  /** Choices of which nothing more is known, by number. */
  readonly running: readonly Choice[];
}

/** Reads what a study's late-bound trials have told so far; why, for files that cannot be used. @throws BsweepError WORKSPACE */
export function readKnown(
  layout: Layout,
  study: string,
  { within, history }: Pick<Search, "within" | "history">,
  earlier: readonly EarlierTrial[],
): { readonly known: Known; readonly complaints: readonly string[] } {
  const { observations, complaints } = readObservations(layout.observations(study));
  const ended = observations.filter((each) => each.within === within && each.slot !== null);
  const over = new Set(observations.map(({ slot }) => slot));
  const choices = new Choices(layout.choices(study));
  const open = choices.readAll(choices.slots().filter((slot) => !over.has(slot)));
  const running = [...open.choices.values()].filter((each) => each.within === within);
  return {
    known: {
      ...{ historyHash: history, earlier },
      ...{ ended: ended.sort(byNumber), running: running.sort(byNumber) },
    },
    complaints: [...complaints, ...open.complaints],
  };
}

interface Numbered {
  readonly number: number;
  readonly attempt?: number;
}

function byNumber(a: Numbered, b: Numbered): number {
  return a.number - b.number || (a.attempt ?? 0) - (b.attempt ?? 0);
}

/**
 * What is known as samplers take it: of a trial's attempts the one that counts. Its order is that of the numbers.
 * @param set what the study fixes for every trial, which is no matter of its samplers
 */
export function historyOf({ earlier, ended, running }: Known, set: Parameters): History {
  const fixed = Object.entries(set);
  const own = (params: Parameters): Parameters => {
    if (fixed.length === 0) return params;
    const others = Object.entries(params).filter(([name, value]) => set[name] !== value);
    return Object.fromEntries(others);
  };
  return [
    ...[...earlier, ...countedOf(ended)].map((each) => ({ ...each, params: own(each.params) })),
    ...running.map(({ params }) => ({
      ...{ params: own(params), state: "running" as const, loss: null, share: 1 },
    })),
  ];
}

/** Of a trial's attempts the first complete one, else the last. */
export function countedOf(ended: readonly TrialObservation[]): readonly TrialObservation[] {
  const counted = new Map<number, TrialObservation>();
  for (const each of ended) {
    if (counted.get(each.number)?.state !== "complete") counted.set(each.number, each);
  }
  return [...counted.values()];
}

export function seenOf({ historyHash, ended, running }: Known): Seen {
  const attempts = [...new Set(ended.map(({ attempt }) => attempt))].sort((a, b) => a - b);
  const numbersOf = (attempt: number): number[] =>
    ended.filter((each) => each.attempt === attempt).map(({ number }) => number);
  return {
    history: historyHash,
    ended: Object.fromEntries(
      attempts.map((attempt) => [attempt, foldRanges(numbersOf(attempt)).join(",")]),
    ),
    running: foldRanges(running.map(({ number }) => number)).join(","),
  };
}

/** What was known when a choice was made: of all that is known now, what it says it has seen. */
export function knownAt(
  { seen }: Choice,
  now: Pick<Known, "earlier" | "ended">,
  choices: readonly Choice[],
): Known {
  const attempts = new Map(
    Object.entries(seen.ended).map(([attempt, text]) => [Number(attempt), numbersIn(text)]),
  );
  const running = numbersIn(seen.running);
  return {
    historyHash: seen.history,
    earlier: now.earlier,
    ended: now.ended.filter(({ attempt, number }) => attempts.get(attempt)?.has(number) === true),
    running: choices.filter(({ number }) => running.has(number)).toSorted(byNumber),
  };
}

function numbersIn(text: string): ReadonlySet<number> {
  return new Set(text.split(",").flatMap((range) => unfoldRanges(range, 1e9)));
}
