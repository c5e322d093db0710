import { expect } from "vitest";
import type { Choice } from "../../src/core/search.ts";
import { readRound } from "../../src/rounds/round.ts";
import { Choices } from "../../src/rounds/search/choices.ts";
import { readEarlierTrials } from "../../src/rounds/search/earlier.ts";
import { historyOf, knownAt, readKnown } from "../../src/rounds/search/known.ts";
import { propose } from "../../src/samplers/index.ts";
import type { SearchStudy } from "./search-study.ts";

/** By number; each of them can be read. */
export function readChoices({ layout }: Pick<SearchStudy, "layout">): Choice[] {
  const { choices, complaints } = new Choices(layout.choices("s")).readAll();
  expect(complaints).toEqual([]);
  return [...choices.values()].sort((a, b) => a.number - b.number);
}

/** Every choice is what its sampler proposes for what it says it has seen. */
export function expectRepeatable(study: Pick<SearchStudy, "layout">, round = 1): void {
  const { layout } = study;
  const search = readRound(layout, "s", round)?.search;
  if (search === undefined) throw new Error("the round does not say how its trials choose");
  const earlier = readEarlierTrials(layout, { study: "s", round, search });
  const { known } = readKnown(layout, "s", search, earlier);
  const choices = readChoices(study);
  for (const choice of choices.filter(({ seen }) => seen.history === search.history)) {
    const history = historyOf(knownAt(choice, known, choices), search.set);
    const proposals = propose(
      search.space,
      { ...search.sampler, seed: choice.sampler.seed },
      history,
    );
    const proposed = [...take(proposals, choice.place + 1)].at(-1);
    expect([choice.number, { ...search.set, ...proposed }]).toEqual([choice.number, choice.params]);
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === count) return;
    yield item;
  }
}
