import type { AttemptColumns } from "../../../stats/report-page.ts";

/** How many ran at once: from so many seconds after the first start on, so many. */
export type Slots = readonly (readonly [seconds: number, running: number])[];

/** More steps than a chart shows. */
const MAX_STEPS = 1000;

/** Of more changes than a chart shows, the most at once in each of as many spans of time. */
export function countSlots({ start, seconds }: AttemptColumns): Slots {
  const starts = start.slice().sort();
  const ends = start.map((each, place) => each + (seconds[place] ?? 0)).sort();
  const steps: [number, number][] = [];
  let ended = 0;
  for (const [begun, from] of starts.entries()) {
    while (ended < ends.length && (ends[ended] ?? Infinity) <= from)
      push(steps, ends[ended] ?? 0, begun - ++ended);
    push(steps, from, begun + 1 - ended);
  }
  for (; ended < ends.length; ended++) push(steps, ends[ended] ?? 0, starts.length - ended - 1);
  return thin(steps);
}

/** At one moment the last change holds. */
function push(steps: [number, number][], at: number, running: number): void {
  if (steps.at(-1)?.[0] === at) steps.pop();
  steps.push([at, running]);
}

function thin(steps: Slots): Slots {
  if (steps.length <= MAX_STEPS) return steps;
  const end = steps.at(-1)?.[0] ?? 0;
  const most = new Map<number, number>();
  for (const [at, running] of steps) {
    const span = Math.floor((at / end) * MAX_STEPS);
    most.set(span, Math.max(most.get(span) ?? 0, running));
  }
  return [...most].map(([span, running]) => [(span * end) / MAX_STEPS, running]);
}
