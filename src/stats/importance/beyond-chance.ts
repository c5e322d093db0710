import { mean } from "../moments.ts";

/** Chance gives so much to any of the effects in one study of forty: two methods look, so that in one of twenty either finds any. */
const SIGNIFICANCE = 0.05 / 2;
/** What of a permutation's spread is rounding. */
const NO_SPREAD = 1e-12;

/**
 * Which of several effects are larger than chance explains, corrected over all of them: each effect is measured in standard
 * deviations of its own values, so that one with many values stands beside one with two, and held against the largest of each
 * permutation (Westfall and Young, "Resampling-based multiple testing", 1993: maxT, single step). What was observed counts
 * among the permutations, for mean and deviation too, so that where nothing matters the chance of any is at most 1 in 40, exactly.
 * @param observed one number an effect
 * @param permuted the same for each permutation of the objective; at least 39, or nothing can be beyond chance
 */
export function findBeyondChance(
  observed: Float64Array,
  permuted: readonly Float64Array[],
): readonly boolean[] {
  const all = [observed, ...permuted];
  const scales = Array.from(observed, (_, effect) => {
    const values = Float64Array.from(all, (one) => one[effect] ?? 0);
    const centre = mean(values);
    const spread = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
    return { centre, spread: spread > NO_SPREAD * Math.abs(centre) ? spread : Infinity };
  });
  const standardized = all.map((one) =>
    one.map((value, effect) => {
      const { centre = 0, spread = Infinity } = scales[effect] ?? {};
      return (value - centre) / spread;
    }),
  );
  const largest = standardized.map((one) => one.reduce((most, value) => Math.max(most, value), 0));
  return Array.from(standardized[0] ?? [], (value) => {
    const asLarge = largest.slice(1).filter((other) => other >= value).length;
    return value > 0 && (1 + asLarge) / all.length <= SIGNIFICANCE;
  });
}
