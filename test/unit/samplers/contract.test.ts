import { spaceOf } from "../../support/space-of.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { countCombinations } from "../../../src/core/space/combinations.ts";
import { activeDimensions } from "../../../src/core/space/conditions.ts";
import { createConstraintTest } from "../../../src/core/space/constraints.ts";
import { takesValue } from "../../../src/core/space/values.ts";
import type {
  Distribution,
  ParameterValue,
  Parameters,
  SamplerSpec,
  SearchSpace,
} from "../../../src/core/study.ts";
import { countAsked, propose, SAMPLERS } from "../../../src/samplers/index.ts";
import type { History, Observation, Sampler } from "../../../src/samplers/sampler.ts";
import { boundSpaces, finiteSpaces, wideSpaces } from "../../support/spaces.ts";

/** Whose proposals are other ones when more are asked for: said in its docstring and in docs/study-file.md. */
const PROPOSES_ANEW: readonly string[] = ["latin-hypercube"];

const SEEDS = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const TRIALS = 12;

/** More combinations than anybody can hold. */
const HUGE = spaceOf(
  Array.from({ length: 12 }, (_, at) => ({
    name: `p${at}`,
    distribution: { kind: "integer", low: 0, high: 999, log: false, step: 1 },
  })),
);

function isInside(distribution: Distribution, value: ParameterValue): boolean {
  if (distribution.kind === "categorical" || distribution.step !== undefined)
    return takesValue(distribution, value);
  return typeof value === "number" && value >= distribution.low && value <= distribution.high;
}

function expectInSpace(space: SearchSpace, params: Parameters): void {
  const active = activeDimensions(space.dimensions, params);
  expect(createConstraintTest(space)(params)).toBeNull();
  expect(Object.keys(params).sort()).toEqual(active.map(({ name }) => name).sort());
  for (const { name, distribution } of active)
    expect([name, params[name], isInside(distribution, params[name] as ParameterValue)]).toEqual([
      name,
      params[name],
      true,
    ]);
}

describe.each(Object.entries(SAMPLERS))("%s", { timeout: 120_000 }, (kind, sampler: Sampler) => {
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
  const spaces = sampler.takesRanges
    ? fc.oneof(finiteSpaces, boundSpaces, wideSpaces)
    : fc.oneof(finiteSpaces, boundSpaces);
  /** What may have become of proposals of this space, under this seed or another. */
  const histories = (space: SearchSpace, seed: number): fc.Arbitrary<History> =>
    fc.array(
      fc.record({
        params: fc.constantFrom(...take(space, specOf(seed)), ...take(space, specOf(seed + 1))),
        state: fc.constantFrom("running", "complete", "pruned", "failed"),
        loss: fc.option(fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e308, -Infinity, NaN))),
        share: fc.double({ min: 0.01, max: 1, noNaN: true }),
      }),
      { maxLength: 40 },
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
        const known = sampler.learns ? history.map(({ params }) => canonicalJson(params)) : [];
        expect(proposed.filter((params) => known.includes(canonicalJson(params)))).toEqual([]);
        expect(new Set(proposed.map(canonicalJson)).size).toBe(proposed.length);
        expect(take(space, specOf(seed), history)).toEqual(proposed);
      }),
    );
  });

  test("proposes as many as it is asked for, or all that a smaller space has", () => {
    fc.assert(
      fc.property(
        fc.oneof(finiteSpaces, boundSpaces),
        SEEDS,
        fc.integer({ min: 1, max: 60 }),
        (space, seed, trials) => {
          const spec = specOf(seed, trials);
          const most = Math.min(countAsked(space, spec), countCombinations(space));
          expect(take(space, spec)).toHaveLength(Math.min(most, 200));
        },
      ),
    );
    expect(take(spaceOf([]), specOf(1))).toEqual([{}]);
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

  test("goes on after hostile histories", () => {
    const space: SearchSpace = spaceOf([
      { name: "mode", distribution: { kind: "categorical", values: ["a", "b"] } },
      { name: "rate", distribution: { kind: "real", low: 1e-5, high: 1, log: true } },
      {
        name: "depth",
        distribution: { kind: "integer", low: 1, high: 8, log: false, step: 1 },
        when: { mode: { oneOf: ["b"] } },
      },
    ]);
    const usable: SearchSpace = sampler.takesRanges
      ? space
      : spaceOf(space.dimensions.filter((each) => each.name !== "rate"));
    const params = take(usable, specOf(3, 60));
    const foreign: Parameters[] = [
      {},
      { mode: "c", rate: 0.1 },
      { mode: "b", rate: 0.1 },
      { mode: "a", rate: 7 },
      { mode: "a", rate: 0.1, depth: 2 },
      { mode: "a", rate: 0.1, other: 1 },
      { mode: "a", rate: NaN },
    ];
    const histories: Observation[][] = [
      foreign.map((each) => ({ params: each, state: "complete", loss: 1, share: 1 })),
      params.map((each) => ({ params: each, state: "failed", loss: null, share: 1 })),
      params.map((each) => ({ params: each, state: "complete", loss: 0.5, share: 1 })),
      params.map((each, at) => ({
        params: each,
        state: "complete",
        loss: [NaN, Infinity, -Infinity, 1e308, -1e308, null][at % 6] ?? null,
        share: 1,
      })),
      params.map((each) => ({ params: each, state: "pruned", loss: 1, share: 0 })),
      params.flatMap((each, at) =>
        Array.from({ length: 3 }, (_, replicate): Observation => ({
          params: each,
          state: "complete",
          loss: at + replicate,
          share: 1,
        })),
      ),
      params.map((each, at) => ({
        params: each,
        state: at < 10 ? "complete" : "running",
        loss: at < 10 ? at : null,
        share: 1,
      })),
    ];
    for (const history of histories) {
      const [first] = take(usable, specOf(5, 3), history);
      const known = new Set(history.map((each) => canonicalJson(each.params)));
      if (first !== undefined) expectInSpace(usable, first);
      if (first !== undefined && sampler.learns)
        expect(known.has(canonicalJson(first))).toBe(false);
    }
  });

  test("with thousands of trials known it proposes all the same", () => {
    const many = [...(SAMPLERS["random"]?.propose(HUGE, { seed: 1, trials: 5000 }, []) ?? [])];
    const history = many.map((params, at): Observation => ({
      params,
      state: at % 50 === 0 ? "running" : "complete",
      loss: Number(params["p0"]),
      share: 1,
    }));
    const [first, second] = propose(HUGE, specOf(1), history);
    for (const params of [first, second]) expectInSpace(HUGE, params ?? {});
    expect(first).not.toEqual(second);
  });
});

describe.each(Object.entries(SAMPLERS).filter(([, { learns }]) => learns))(
  "%s, which learns",
  { timeout: 120_000 },
  (kind) => {
    const ask = (
      space: SearchSpace,
      seed: number,
      history: History,
      trials = 60,
    ): Iterable<Parameters> => propose(space, { kind, seed, settings: { trials } }, history);
    const bowl = (params: Parameters): number =>
      ["p0", "p1", "p2"].reduce((sum, name) => sum + (Number(params[name]) / 999 - 0.3) ** 2, 0);

    test("fifty that run at once are all different, and no heap", () => {
      const space = spaceOf(HUGE.dimensions.slice(0, 3));
      const ended = [...ask(space, 1, [], 40)].map((params): Observation => ({
        params,
        state: "complete",
        loss: bowl(params),
        share: 1,
      }));
      const history: Observation[] = [...ended];
      for (let number = 0; number < 50; number++) {
        const [params = {}] = ask(space, number, history);
        history.push({ params, state: "running", loss: null, share: 1 });
      }
      const running = history.slice(ended.length).map(({ params }) => params);
      expect(new Set(running.map(canonicalJson)).size).toBe(50);
      for (const { name } of space.dimensions) {
        const values = running.map((params) => Number(params[name]));
        expect(new Set(values).size).toBeGreaterThan(15);
        expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(100);
      }
    });

    test("whoever comes second takes the second proposal: another one, and hardly worse", () => {
      const space = spaceOf(HUGE.dimensions.slice(0, 3));
      const history = [...ask(space, 1, [], 60)].map((params): Observation => ({
        params,
        state: "complete",
        loss: bowl(params),
        share: 1,
      }));
      const losses: number[] = [];
      for (const params of ask(space, 2, history)) if (losses.push(bowl(params)) === 10) break;
      const drawn = history.map(({ loss }) => loss ?? 0).sort((one, other) => one - other);
      const middle = losses.sort((one, other) => one - other)[5] ?? Infinity;
      expect(middle).toBeLessThan(drawn[drawn.length >> 1] ?? 0);
    });

    test("a small space is gone through to its end", () => {
      const space: SearchSpace = spaceOf([
        { name: "a", distribution: { kind: "categorical", values: ["x", "y", "z"] } },
        { name: "b", distribution: { kind: "integer", low: 1, high: 9, log: false, step: 1 } },
        {
          name: "c",
          distribution: { kind: "categorical", values: [1, 2] },
          when: { a: { oneOf: ["z"] } },
        },
      ]);
      const history: Observation[] = [];
      for (let number = 0; number < 100; number++) {
        const [params] = ask(space, number, history, 100);
        if (params === undefined) break;
        history.push({ params, state: "complete", loss: Number(params["b"]), share: 1 });
      }
      expect(history).toHaveLength(countCombinations(space));
    });
  },
);
