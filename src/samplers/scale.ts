import { normalDistribution, normalQuantile } from "../core/normal-distribution.ts";
import type { Distribution } from "../core/study.ts";

type Range = Exclude<Distribution, { readonly kind: "categorical" }>;

/** Below this, `high` / `low` - 1 is lost in the rounding of the ends' logarithms. */
const NARROW_RATIO = 1e-9;

/** Where the numbers of a range lie. */
export interface Scale {
  /** Neither logarithmic nor normal. */
  readonly isUniform: boolean;
  /** The number with this share of what is drawn below it; shares in [0, 1]. With steps it is still to be rounded to one. */
  readonly valueAt: (share: number) => number;
  /** The inverse. */
  readonly shareOf: (value: number) => number;
}

/** There are few ranges and very many draws. */
const known = new WeakMap<Range, Scale>();

/** Where the numbers of a range lie. Steps on a scale that is not uniform reach half a step beyond both ends, but not to 0. */
export function scaleOf(range: Range): Scale {
  const scale = known.get(range) ?? createScale(range);
  known.set(range, scale);
  return scale;
}

function createScale(range: Range): Scale {
  const { log, normal, step } = range;
  const isUniform = !log && normal === undefined;
  const margin = isUniform || step === undefined ? 0 : step / 2;
  const low = log ? range.low - Math.min(margin, range.low / 2) : range.low - margin;
  const high = range.high + margin;
  const plain = log ? logScale(low, high) : linearScale(low, high);
  if (normal === undefined) return { isUniform, ...plain };
  return { isUniform, ...normalScale(low, high, normal, log) };
}

type Places = Pick<Scale, "valueAt" | "shareOf">;

function linearScale(low: number, high: number): Places {
  return {
    valueAt: (share) => low + share * (high - low),
    shareOf: (value) => (value - low) / (high - low),
  };
}

/** Evenly in the logarithm. */
function logScale(low: number, high: number): Places {
  const ratio = (high - low) / low;
  return {
    valueAt: (share) =>
      ratio < NARROW_RATIO
        ? low + low * Math.expm1(share * Math.log1p(ratio))
        : Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low))),
    shareOf: (value) => Math.log1p((value - low) / low) / Math.log1p(ratio),
  };
}

/** Of a normal distribution what lies between the ends. */
function normalScale(
  low: number,
  high: number,
  { mean, sd }: NonNullable<Range["normal"]>,
  log: boolean,
): Places {
  const toDeviations = (value: number): number => ((log ? Math.log(value) : value) - mean) / sd;
  const [least, most] = [low, high].map((end) => normalDistribution(toDeviations(end))) as [
    number,
    number,
  ];
  return {
    valueAt: (share) => {
      const below = Math.min(1 - 1e-15, Math.max(1e-300, least + share * (most - least)));
      const value = mean + sd * normalQuantile(below);
      return Math.min(high, Math.max(low, log ? Math.exp(value) : value));
    },
    shareOf: (value) => (normalDistribution(toDeviations(value)) - least) / (most - least),
  };
}
