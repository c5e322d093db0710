import { addWrong, type Correctness, meanCorrect } from "./correctness.ts";

/**
 * Mean squares of a two-way layout, rows of the hold-out by replicates, of all candidates with replicates together
 * (Searle, Casella and McCulloch, "Variance components", 1992): seeds differ by more than the rows they are judged on
 * explain where `seeds` is above `residual`.
 */
export interface SeedVariance {
  readonly seeds: number;
  readonly residual: number;
  /** Of freedom, between replicates; 0 where there are none. */
  readonly degrees: number;
}

export function measureSeedVariance(correctness: Correctness): SeedVariance {
  const { candidates, starts, counts, rows } = correctness;
  let [seedSquares, allSquares, degrees] = [0, 0, 0];
  for (const place of candidates.keys()) {
    const [start, end] = [starts[place] ?? 0, starts[place + 1] ?? 0];
    if (end - start < 2) continue;
    degrees += end - start - 1;
    const centre = meanCorrect(correctness, counts, place);
    for (let run = start; run < end; run++)
      seedSquares += ((counts[run] ?? 0) - centre) ** 2 / rows;
    const shares = meanByRow(correctness, place);
    for (let row = 0; row < rows; row++)
      allSquares += (end - start) * (shares[row] ?? 0) * (1 - (shares[row] ?? 0));
  }
  if (degrees === 0 || rows < 2) return { seeds: 0, residual: 0, degrees: 0 };
  const residual = (allSquares - seedSquares) / ((rows - 1) * degrees);
  return { seeds: seedSquares / degrees, residual: Math.max(0, residual), degrees };
}

/** Variance of a run's right rows that is its seed's, where `meanSquare` is what seeds show. */
export function varianceOfSeeds(
  { residual }: SeedVariance,
  meanSquare: number,
  rows: number,
): number {
  return rows * Math.max(0, meanSquare - residual);
}

/** For each row, the share of the candidate's runs that have it right. */
export function meanByRow({ starts, wrong, rows }: Correctness, place: number): Float64Array {
  const runs = wrong.slice(starts[place], starts[place + 1]);
  const counts = new Int32Array(rows);
  for (const run of runs) addWrong(run, counts);
  const shares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) shares[row] = 1 - (counts[row] ?? 0) / runs.length;
  return shares;
}
