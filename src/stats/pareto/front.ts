import { compareLosses, createRegion, type Point } from "./region.ts";

/**
 * Places of the points that no other one beats: none is as good in every loss, and better in one. Equal points are all
 * members, or none is. By a sweep in the order of the first loss (Kung, Luccio and Preparata, JACM 22, 1975): n log n for
 * two or three losses, n times the front for four.
 * @param points of two losses or more
 * @returns ascending by the losses, then by place
 */
export function findFront(points: readonly Point[]): readonly number[] {
  const order = [...points.keys()].sort(
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
