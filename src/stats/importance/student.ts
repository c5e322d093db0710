/** Two-sided 95 % of the normal distribution. */
const Z = 1.959963984540054;
/** Of Student's with one and two degrees of freedom, where the expansion does not serve. */
const FEW = [12.706204736174694, 4.302652729749462];

/**
 * The quantile of 0.975 of Student's t distribution: two-sided 95 %. By the expansion of Abramowitz and Stegun, "Handbook of
 * mathematical functions", 1964, 26.7.5; within 0.15 % from three degrees of freedom on.
 * @param freedom degrees of freedom, at least 1
 */
export function studentQuantile(freedom: number): number {
  const known = FEW[freedom - 1];
  if (known !== undefined) return known;
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
    (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92160,
  ];
  return terms.reduce((sum, term, at) => sum + term / freedom ** (at + 1), Z);
}
