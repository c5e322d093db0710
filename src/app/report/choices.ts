import { countIn } from "../../core/ranges.ts";
import type { Choice, Search } from "../../core/search.ts";
import type { EarlierTrial } from "../../formats/search-history.ts";
import { historyOf, type Known, knownAt } from "../../rounds/search/known.ts";
import { Candidates } from "../../samplers/candidate.ts";
import { createSpaceTest, readHistory } from "../../samplers/history.ts";
import { FEWEST_ENDED, isModelled } from "../../samplers/learner.ts";
import type { History } from "../../samplers/sampler.ts";
import type { ReportedChoice } from "../../stats/search/search-report.ts";
import { SeenCounter } from "../../stats/search/seen-counts.ts";

/** A round whose trials choose, as far as their choices depend on it. */
export interface SearchedRound {
  readonly search: Pick<Search, "space" | "set">;
  /** Null where that is gone. */
  readonly earlier: readonly EarlierTrial[] | null;
}

interface ChoiceContext {
  /** By what was known before the round. */
  readonly rounds: ReadonlyMap<string, SearchedRound>;
  /** What became of the trial of that number. */
  readonly standingOf: (number: number) => Pick<ReportedChoice, "state" | "objective">;
}

/** What each choice was made from, and came to; as they were made. */
export function describeChoices(
  choices: readonly Choice[],
  ended: Known["ended"],
  { rounds, standingOf }: ChoiceContext,
): readonly ReportedChoice[] {
  const counter = new SeenCounter(ended);
  const isSpread = createSpreadTest(ended, rounds);
  return choices
    .map((choice): ReportedChoice => {
      const { number, chosenAt, seconds, sampler, seen } = choice;
      const earlier = rounds.get(seen.history)?.earlier?.length ?? null;
      return {
        ...{ number, chosenAt, seconds, sampler: sampler.kind, isSpread: isSpread(choice) },
        seen: { ...counter.count(seen), earlier },
        ...standingOf(number),
      };
    })
    .sort((a, b) => Date.parse(a.chosenAt) - Date.parse(b.chosenAt) || a.number - b.number);
}

/** Whether too little was known for a model, as the sampler saw it. Rounds that are gone are taken to have known nothing. */
function createSpreadTest(
  ended: Known["ended"],
  rounds: ReadonlyMap<string, SearchedRound>,
): (choice: Choice) => boolean {
  const attempts = new Map<string, number>();
  for (const { slot } of ended) attempts.set(slot ?? "", (attempts.get(slot ?? "") ?? 0) + 1);
  const most = [...attempts.values()].reduce((high, each) => Math.max(high, each), 1);
  const openings = new Map(Array.from(rounds, ([hash, round]) => [hash, openRound(round)]));
  return (choice) => {
    const seen = Object.values(choice.seen.ended).reduce((sum, each) => sum + countIn(each), 0);
    const opened = openings.get(choice.seen.history);
    // However many attempts and replicates each combination had: slots choose different ones.
    if (seen >= FEWEST_ENDED * most || opened?.isEnough === true) return false;
    if (opened === undefined) return seen < FEWEST_ENDED;
    const known = knownAt(choice, { earlier: [], ended }, []);
    const own = historyOf({ ...known, running: [] }, opened.set);
    return !isEnough(opened, [...opened.history, ...own]);
  };
}

type Opened = SearchedRound["search"] & {
  /** Of before the round, what ended and is of its space. */
  readonly history: History;
  /** For a model. */
  readonly isEnough: boolean;
};

function openRound({ search: { space, set }, earlier }: SearchedRound): Opened {
  const before = { historyHash: "", earlier: earlier ?? [], ended: [], running: [] };
  const isOfSpace = createSpaceTest(space);
  const history = historyOf(before, set).filter(
    ({ state, params }) => state !== "running" && isOfSpace(params),
  );
  return { space, set, history, isEnough: isEnough({ space }, history) };
}

/** Whether samplers go by a model after this history. */
export function isEnough({ space }: Pick<Search, "space">, history: History): boolean {
  return isModelled([...readHistory(space, history, new Candidates(space)).values()]);
}
