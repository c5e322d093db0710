/** A function's value at a point, with its gradient. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

/** Pairs of steps and changes of the gradient that are kept. */
const MEMORY = 8;
const MOST_HALVINGS = 12;
/** Part of the decrease that the gradient promises which a step has to bring (Armijo). */
const SUFFICIENT = 1e-4;
/** The longest first step. */
const FIRST_STEP = 1;

/**
 * Goes downhill from `start` (L-BFGS: Nocedal and Wright, "Numerical optimization", 2006, algorithm 7.4, with
 * backtracking).
 * @param measure the function; a value that is not finite is a place not to go to
 * @returns the best point seen
 */
export function minimize(
  measure: (point: Float64Array) => Slope,
  start: Float64Array,
  { steps, tolerance }: { readonly steps: number; readonly tolerance: number },
): Float64Array {
  const pairs: Pair[] = [];
  let point = start;
  let slope = measure(point);
  for (let step = 0; step < steps; step++) {
    if (Math.sqrt(dot(slope.gradient, slope.gradient)) < tolerance) break;
    const direction = chooseDirection(slope.gradient, pairs);
    const next = search(measure, point, slope, direction);
    if (next === null) break;
    const change = subtract(next.slope.gradient, slope.gradient);
    const taken = subtract(next.point, point);
    if (dot(change, taken) > 1e-12) pairs.push({ step: taken, change });
    if (pairs.length > MEMORY) pairs.shift();
    const gain = slope.value - next.slope.value;
    ({ point, slope } = next);
    if (gain < tolerance) break;
  }
  return point;
}

/** The two loops. */
function chooseDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.slice();
  const parts = pairs.toReversed().map(({ step, change }) => {
    const part = dot(step, direction) / dot(step, change);
    add(direction, change, -part);
    return part;
  });
  const last = pairs.at(-1);
  const norm = Math.sqrt(dot(gradient, gradient));
  const scale =
    last === undefined
      ? Math.min(1, FIRST_STEP / norm)
      : dot(last.step, last.change) / dot(last.change, last.change);
  for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] ?? 0) * scale;
  for (const [place, { step, change }] of pairs.entries()) {
    const part = dot(change, direction) / dot(step, change);
    add(direction, step, (parts[pairs.length - 1 - place] ?? 0) - part);
  }
  return direction.map((each) => -each);
}

/** Halves the step until it brings enough. */
function search(
  measure: (point: Float64Array) => Slope,
  point: Float64Array,
  slope: Slope,
  direction: Float64Array,
): { point: Float64Array; slope: Slope } | null {
  const descent = dot(slope.gradient, direction);
  if (!(descent < 0)) return null;
  for (let halving = 0, length = 1; halving < MOST_HALVINGS; halving++, length /= 2) {
    const next = point.slice();
    add(next, direction, length);
    const there = measure(next);
    if (there.value <= slope.value + SUFFICIENT * length * descent)
      return { point: next, slope: there };
  }
  return null;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}

function add(target: Float64Array, addend: Float64Array, factor: number): void {
  for (let at = 0; at < target.length; at++)
    target[at] = (target[at] ?? 0) + factor * (addend[at] ?? 0);
}

function subtract(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, at) => value - (other[at] ?? 0));
}
