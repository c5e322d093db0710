import { randomFor, shuffle } from "../../core/random.ts";
import { mean } from "../moments.ts";
import { findBeyondChance } from "./beyond-chance.ts";
import type { SearchedParameter } from "./cell-grid.ts";
import { type ForestGroup, groupParameters, growShares, takeRows } from "./forest-group.ts";
import { rankRows } from "./ranked-rows.ts";
import type { Share } from "./share.ts";
import { spanInterval } from "./span-interval.ts";

/**
 * How much of the objective's variance over the search space one parameter explains, or two beyond what both do alone: the
 * mean over trees, each grown on a bootstrap of the rows.
 */
export interface VarianceImportance extends Share {
  /** Of the parameter, or of both. */
  readonly names: readonly string[];
  /** Ranked rows that have what is named: of these the share is. */
  readonly rows: number;
}

export interface Fanova {
  /** For each parameter. */
  readonly mains: readonly VarianceImportance[];
  /** For each two parameters of which one is there wherever the other is. */
  readonly pairs: readonly VarianceImportance[];
}

/** As many trees as Optuna grows, which are grown to the end as there; more rows than these are drawn from. */
const FOREST = { trees: 64, leastPart: 0 };
const FOREST_ROWS = 2048;
/** Held against chance is a smaller forest on fewer rows: the same for what was observed as for each permutation. */
const CHANCE_FOREST = { trees: 4, leastPart: 1 / 256 };
const CHANCE_ROWS = 640;
const PERMUTATIONS = 79;

/**
 * Functional ANOVA (Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML
 * 2014): a random forest learns the objective, and the variance of what it predicts over the whole search space is taken apart.
 * A range is weighed as it is searched, evenly in the logarithm where it is logarithmic (Optuna weighs it linearly then);
 * a list of numbers is ordered, each value weighing the same. A parameter that only some rows have is looked at in a
 * forest of these rows and of all that every one of them has, as Optuna does when asked for such parameters. The order of rows
 * does not matter.
 * @param objectives a row each; those that are not finite are left out
 * @returns with fewer than two rows, or where all objectives are equal, shares of 0 and nothing beyond chance
 */
export function measureFanova(
  parameters: readonly SearchedParameter[],
  objectives: Float64Array,
): Fanova {
  const columns = parameters.map(({ column }) => column);
  const groups = groupParameters(parameters, rankRows(columns, objectives, "minimize"));
  const beyond = compareWithChance(groups);
  const effects = groups.flatMap(measureGroup).map(({ places, ...effect }, at) => ({
    places,
    importance: {
      names: places.map((place) => columns[place]?.name ?? ""),
      ...effect,
      isBeyondChance: beyond[at] ?? false,
    },
  }));
  const tell = (size: number): VarianceImportance[] =>
    effects
      .filter(({ places }) => places.length === size)
      .sort((one, other) => comparePlaces(one.places, other.places))
      .map(({ importance }) => importance);
  return { mains: tell(1), pairs: tell(2) };
}

function comparePlaces(
  [a = 0, b = 0]: readonly number[],
  [c = 0, d = 0]: readonly number[],
): number {
  return a - c || b - d;
}

function measureGroup(group: ForestGroup) {
  const random = randomFor(group.rows, "fANOVA's trees");
  const some = takeRows(group, FOREST_ROWS, random);
  const trees = growShares(some, some.targets, FOREST, random);
  return group.effects.map((effect, at) => {
    const shares = trees.map((tree) => tree[at] ?? 0);
    return {
      places: effect.map((column) => group.places[column] ?? 0),
      rows: group.rows,
      share: shares.length === 0 ? 0 : mean(shares),
      interval: spanInterval(shares),
    };
  });
}

/** For each effect of all groups. Targets are permuted within a group, among the rows that could have had them. */
function compareWithChance(groups: readonly ForestGroup[]): readonly boolean[] {
  const [observed = new Float64Array(), ...permuted] = groups
    .map(listChances)
    .reduce((all, own) => all.map((one, at) => Float64Array.of(...one, ...(own[at] ?? []))), NONE);
  return findBeyondChance(observed, permuted);
}

const NONE: readonly Float64Array[] = Array.from(
  { length: PERMUTATIONS + 1 },
  () => new Float64Array(),
);

/** The shares of a group's effects, then those that each permutation of its targets gives. */
function listChances(group: ForestGroup): readonly Float64Array[] {
  const random = randomFor(group.rows, "fANOVA's permutations");
  const some = takeRows(group, CHANCE_ROWS, random);
  const targets = some.targets === null ? null : Float64Array.from(some.targets);
  return NONE.map((_, permutation) => {
    if (permutation > 0 && targets !== null) shuffle(targets, random);
    const trees = growShares(some, targets, CHANCE_FOREST, random);
    return Float64Array.from(group.effects, (_effect, at) =>
      trees.length === 0 ? 0 : mean(trees.map((tree) => tree[at] ?? 0)),
    );
  });
}
