import { type AttemptRecord, endOf, momentOf } from "./attempt.ts";

/** How many trials ran at once. */
export interface SlotUse {
  /** Start of the first one, ISO 8601 UTC. */
  readonly origin: string;
  /** Step function: from so many seconds after the origin on, so many ran. Ascending; the last one is 0. */
  readonly steps: readonly (readonly [seconds: number, running: number])[];
  readonly peak: number;
  /** From the first start to the last end. */
  readonly seconds: number;
  /** Of these, with at least one at work. */
  readonly busySeconds: number;
  /** Over the time in which any was at work. */
  readonly mean: number;
}

/** Null where nothing ran. */
export function countSlots(attempts: readonly AttemptRecord[]): SlotUse | null {
  const changes = listChanges(attempts);
  const [first] = changes;
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return null;
  const [steps, peak] = sumUp(changes, first.at);
  let busySeconds = 0;
  let slotSeconds = 0;
  for (const [place, [from, running]] of steps.entries()) {
    const width = (steps[place + 1]?.[0] ?? from) - from;
    if (running > 0) busySeconds += width;
    slotSeconds += running * width;
  }
  return {
    origin: momentOf(first.at),
    ...{ steps, peak, busySeconds },
    seconds: (last.at - first.at) / 1000,
    mean: busySeconds === 0 ? peak : slotSeconds / busySeconds,
  };
}

interface Change {
  readonly at: number;
  readonly by: 1 | -1;
}

/** By time; at the same time an end comes first, for the next trial takes its slot. */
function listChanges(attempts: readonly AttemptRecord[]): readonly Change[] {
  return attempts
    .filter((attempt) => endOf(attempt) > attempt.start)
    .flatMap((attempt): Change[] => [
      { at: attempt.start, by: 1 },
      { at: endOf(attempt), by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
}

function sumUp(changes: readonly Change[], origin: number): [[number, number][], number] {
  const steps: [number, number][] = [];
  let running = 0;
  let peak = 0;
  for (const [place, { at, by }] of changes.entries()) {
    running += by;
    peak = Math.max(peak, running);
    // Only what holds for a while is a step.
    if (changes[place + 1]?.at === at) continue;
    if (steps.at(-1)?.[1] !== running) steps.push([(at - origin) / 1000, running]);
  }
  return [steps, peak];
}
