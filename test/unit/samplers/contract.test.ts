import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/core/identity.ts";
import { countCombinations, isActive, takesValue } from "../../../src/core/search-space.ts";
import type {
  Distribution,
  ParameterValue,
  Parameters,
  SamplerSpec,
  SearchSpace,
} from "../../../src/core/study.ts";
import { countAsked, propose, SAMPLERS } from "../../../src/samplers/index.ts";
import type { History, Sampler } from "../../../src/samplers/sampler.ts";
import { finiteSpaces, wideSpaces } from "../../support/spaces.ts";

/** Whose proposals are other ones when more are asked for: said in its docstring and in docs/study-file.md. */
const PROPOSES_ANEW: readonly string[] = ["latin-hypercube"];

const SEEDS = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const TRIALS = 12;

/** More combinations than anybody can hold. */
const HUGE: SearchSpace = Array.from({ length: 12 }, (_, at) => ({
  name: `p${at}`,
  distribution: { kind: "integer", low: 0, high: 999, log: false, step: 1 },
}));

function isInside(distribution: Distribution, value: ParameterValue): boolean {
  if (distribution.kind === "categorical" || distribution.step !== undefined)
    return takesValue(distribution, value);
  return typeof value === "number" && value >= distribution.low && value <= distribution.high;
}

function expectInSpace(space: SearchSpace, params: Parameters): void {
  const active = space.filter((dimension) => isActive(dimension, params));
  expect(Object.keys(params).sort()).toEqual(active.map(({ name }) => name).sort());
  for (const { name, distribution } of active)
    expect([name, params[name], isInside(distribution, params[name] ?? "")]).toEqual([
      name,
      params[name],
      true,
    ]);
}

describe.each(Object.entries(SAMPLERS))("%s", (kind, sampler: Sampler) => {
  const settingsFor = (trials: number): SamplerSpec["settings"] =>
    Object.fromEntries(
      Object.entries(sampler.settings).map(([name, { low, high }]) => [
        name,
        Math.min(high, Math.max(low, name === "trials" ? trials : low)),
      ]),
    );
  const specOf = (seed: number, trials = TRIALS): SamplerSpec => ({
    kind,
    seed,
    settings: settingsFor(trials),
  });
  const take = (space: SearchSpace, spec: SamplerSpec, history: History = []): Parameters[] => {
    const taken: Parameters[] = [];
    for (const params of propose(space, spec, history)) {
      if (taken.push(params) === 200) break;
    }
    return taken;
  };
  const spaces = sampler.takesRanges ? fc.oneof(finiteSpaces, wideSpaces) : finiteSpaces;
  /** What may have become of proposals of this space, under this seed or another. */
  const histories = (space: SearchSpace, seed: number): fc.Arbitrary<History> =>
    fc.array(
      fc.record({
        params: fc.constantFrom(...take(space, specOf(seed)), ...take(space, specOf(seed + 1))),
        state: fc.constantFrom("running", "complete", "pruned", "failed"),
        loss: fc.option(fc.double({ noNaN: true })),
        share: fc.double({ min: 0.01, max: 1, noNaN: true }),
      }),
      { maxLength: 8 },
    );
  const cases = fc
    .tuple(spaces, SEEDS)
    .chain(([space, seed]) =>
      fc.tuple(fc.constant(space), fc.constant(seed), histories(space, seed)),
    );

  test("stays in the space, keeps its conditions, is distinct, and the same for the same arguments", () => {
    fc.assert(
      fc.property(cases, ([space, seed, history]) => {
        const proposed = take(space, specOf(seed), history);
        for (const params of proposed) expectInSpace(space, params);
        expect(new Set(proposed.map(canonicalJson)).size).toBe(proposed.length);
        expect(take(space, specOf(seed), history)).toEqual(proposed);
      }),
    );
  });

  test("proposes as many as it is asked for, or all that a smaller space has", () => {
    fc.assert(
      fc.property(finiteSpaces, SEEDS, fc.integer({ min: 1, max: 60 }), (space, seed, trials) => {
        const spec = specOf(seed, trials);
        const most = Math.min(countAsked(space, spec), countCombinations(space));
        expect(take(space, spec)).toHaveLength(Math.min(most, 200));
      }),
    );
    expect(take([], specOf(1))).toEqual([{}]);
  });

  test("another seed proposes other ones, if any seed does", () => {
    const seen = [1, 2, 3].map((seed) => canonicalJson(take(HUGE, specOf(seed))));
    const draws = Object.hasOwn(sampler.settings, "trials");
    expect(new Set(seen).size).toBe(draws ? 3 : 1);
  });

  test("is lazy: the first of very many costs little", () => {
    const before = process.memoryUsage().heapUsed;
    const iterator = propose(HUGE, specOf(1, 20_000), [])[Symbol.iterator]();
    for (let taken = 0; taken < 3; taken++)
      expectInSpace(HUGE, iterator.next().value as Parameters);
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(20);
  });

  test("asked for more, it goes on, or is known to propose anew", () => {
    const [few, more] = [5, 15].map((trials) => take(HUGE, specOf(1, trials)));
    const goesOn = canonicalJson(more?.slice(0, few?.length)) === canonicalJson(few);
    expect(goesOn).toBe(!PROPOSES_ANEW.includes(kind));
  });
});
