import { compareLosses, createRegion, type Point } from "./region.ts";

/** Without what the point of the least sum of scaled losses beats in every loss: mostly nearly all, which need no sorting. */
function dropClearlyBeaten(points: readonly Point[]): number[] {
  const [first = []] = points;
  const scales = first.map((_, at) => {
    let [low, high] = [Infinity, -Infinity];
    for (const point of points) {
      low = Math.min(low, point[at] ?? NaN);
      high = Math.max(high, point[at] ?? NaN);
    }
    return { low, range: high - low || 1 };
  });
  let [champion, least] = [first, Infinity];
  for (const point of points) {
    const sum = scales.reduce(
      (total, { low, range }, at) => total + ((point[at] ?? NaN) - low) / range,
      0,
    );
    if (sum < least) [champion, least] = [point, sum];
  }
  return [...points.keys()].filter((place) => {
    const point = points[place] ?? [];
    return champion.some((loss, at) => loss >= (point[at] ?? NaN));
  });
}

/**
 * Places of the points that no other one beats: none is as good in every loss, and better in one. Equal points are all
 * members, or none is. By a sweep in the order of the first loss (Kung, Luccio and Preparata, JACM 22, 1975): n log n for
 * two or three losses, n times the front for four.
 * @param points of two losses or more
 * @returns ascending by the losses, then by place
 */
export function findFront(points: readonly Point[]): readonly number[] {
  const order = dropClearlyBeaten(points).sort(
    (a, b) => compareLosses(points[a] ?? [], points[b] ?? []) || a - b,
  );
  const [first] = points;
  if (first === undefined) return [];
  const behind = createRegion(first.slice(1).map(() => Infinity));
  const front: number[] = [];
  let last: Point = [];
  let isMember = false;
  for (const place of order) {
    const point = points[place] ?? [];
    if (front.length === 0 || compareLosses(last, point) !== 0) {
      const [, ...others] = point;
      isMember = !behind.covers(others);
      if (isMember) behind.add(others);
    }
    last = point;
    if (isMember) front.push(place);
  }
  return front;
}
