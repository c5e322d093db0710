import { formatValue } from "../../../src/core/parameter-value.ts";
import { spaceOf } from "../../support/space-of.ts";
import { describe, expect, test } from "vitest";
import { deriveSeed, randomFor } from "../../../src/core/random.ts";
import type { Parameters, SearchSpace } from "../../../src/core/study.ts";
import { auto } from "../../../src/samplers/auto.ts";
import { gp } from "../../../src/samplers/gp.ts";
import { random } from "../../../src/samplers/random.ts";
import type { Observation, Sampler } from "../../../src/samplers/sampler.ts";
import { tpe } from "../../../src/samplers/tpe.ts";

const SPACE: SearchSpace = spaceOf([
  { name: "rate", distribution: { kind: "real", low: 1e-5, high: 1, log: true } },
  { name: "drop", distribution: { kind: "real", low: 0, high: 1, log: false } },
  { name: "units", distribution: { kind: "categorical", values: [16, 32, 64, 128, 256, 512] } },
  { name: "optimizer", distribution: { kind: "categorical", values: ["adam", "sgd", "lion"] } },
  {
    name: "momentum",
    distribution: { kind: "real", low: 0, high: 1, log: false },
    when: { optimizer: { oneOf: ["sgd"] } },
  },
]);
const OPTIMIZERS: Readonly<Record<string, number>> = { adam: 0.3, sgd: 0, lion: 0.6 };

/** 0 at the best: rate 10^-2, drop 0.3, 128 units, sgd with a momentum of 0.8. */
function lossOf({ rate, drop, units, optimizer, momentum = 0.8 }: Parameters): number {
  return (
    ((Math.log10(Number(rate)) + 2) / 3) ** 2 +
    (Number(drop) - 0.3) ** 2 +
    (Math.log2(Number(units) / 128) / 6) ** 2 +
    (OPTIMIZERS[formatValue(optimizer ?? "")] ?? 0) +
    (Number(momentum) - 0.8) ** 2
  );
}

/** The lowest true loss among those whose measured one is the lowest, of `trials`, `workers` of them always running. */
function search(sampler: Sampler<"trials">, seed: number, trials: number, workers: number): number {
  const noise = randomFor(seed, "noise");
  const history: Observation[] = [];
  for (let number = 0; number < trials; number++) {
    const settings = { seed: sampler.learns ? deriveSeed(seed, number) : seed, trials };
    const known = history.map((each): Observation["params"] => each.params);
    for (const params of sampler.propose(SPACE, settings, history)) {
      if (known.some((one) => JSON.stringify(one) === JSON.stringify(params))) continue;
      history.push({ params, state: "running", loss: null, share: 1 });
      break;
    }
    const ended = number - workers;
    const { params = {} } = history[ended] ?? {};
    if (ended >= 0)
      history[ended] = {
        params,
        state: "complete",
        loss: lossOf(params) + 0.02 * noise.next(),
        share: 1,
      };
  }
  const complete = history.filter(({ loss }) => loss !== null);
  const best = complete.reduce((one, other) => ((other.loss ?? 0) < (one.loss ?? 0) ? other : one));
  return lossOf(best.params);
}

function meanOf(sampler: Sampler<"trials">): number {
  const losses = [1, 2, 3, 4].map((seed) => search(sampler, seed, 70, 10));
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

describe("those that learn find more than chance does", { timeout: 120_000 }, () => {
  const chance = meanOf(random);

  // With these seeds random leaves 0.112, gp 0.004 and tpe 0.020.
  test("gp: a quarter of what random leaves, or less", () => {
    expect(meanOf(gp)).toBeLessThan(chance / 4);
  });

  test("tpe: half, or less", () => {
    expect(meanOf(tpe)).toBeLessThan(chance / 2);
  });

  test("auto goes as gp does, and as tpe does once there are many", () => {
    const settings = { seed: 1, trials: 2000 };
    const ask = (sampler: Sampler<"trials">, known: number): Parameters => {
      const history = [...random.propose(SPACE, { seed: 3, trials: known }, [])].map(
        (params): Observation => ({ params, state: "complete", loss: lossOf(params), share: 1 }),
      );
      const [first = {}] = sampler.propose(SPACE, settings, history);
      return first;
    };
    expect(ask(auto, 30)).toEqual(ask(gp, 30));
    expect(ask(auto, 1500)).toEqual(ask(tpe, 1500));
    expect(ask(gp, 1500)).not.toEqual(ask(tpe, 1500));
  });
});
