/**
 * Trials that no other one beats: none is at least as good and as cheap, and better in one of the two. Ascending by cost.
 * @param isBetter of two objectives, whether the first is
 */
export function findFront(
  trials: readonly number[],
  cost: (trial: number) => number,
  objective: (trial: number) => number,
  isBetter: (a: number, b: number) => boolean,
): readonly number[] {
  const told = trials.filter(
    (trial) => !Number.isNaN(cost(trial)) && !Number.isNaN(objective(trial)),
  );
  told.sort((a, b) => {
    const difference = cost(a) - cost(b);
    if (difference !== 0) return difference;
    return isBetter(objective(a), objective(b))
      ? -1
      : isBetter(objective(b), objective(a))
        ? 1
        : a - b;
  });
  const front: number[] = [];
  for (const trial of told) {
    const best = front.at(-1);
    if (best === undefined || isBetter(objective(trial), objective(best))) front.push(trial);
  }
  return front;
}
