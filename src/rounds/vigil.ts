import type { ClaimFolder } from "./claims.ts";

/** What is known of a claim that another task holds. */
interface Seen {
  readonly stamp: string;
  /** For how long this task has looked and seen no change. */
  readonly silentSeconds: number;
}

/** So long without a change: dead; and so long between two looks. */
type Timing = Readonly<Record<"patienceSeconds" | "pauseSeconds", number>>;

/**
 * Finds out whether the holders of claims are still alive: each changes its claim now and then, and one that
 * stays the same while this task looks is a dead task's. No clock is read but this task's own stopwatch, so it
 * does not matter what time it is elsewhere, nor how late storage shows a change, as long as it is less than
 * the patience.
 * @param now seconds of a clock that only ever runs forward
 * @returns looks at claims that are held, and gives the indices whose holders are dead. Where more time has passed than
 *   between two looks, this task was suspended, and the others may have been with it: that time does not count
 */
export function keepVigil(
  folder: ClaimFolder,
  { patienceSeconds, pauseSeconds }: Timing,
  now: () => number = () => process.uptime(),
) {
  let seen = new Map<string, Seen>();
  let lookedAt: number | undefined;
  return (held: readonly { readonly index: number; readonly generation: number }[]): number[] => {
    const time = now();
    const passed = Math.min(time - (lookedAt ?? time), 2 * pauseSeconds);
    lookedAt = time;
    const before = seen;
    seen = new Map();
    const dead: number[] = [];
    for (const { index, generation } of held) {
      const key = `${index}.${generation}`;
      const stamp = folder.readStamp(index, generation);
      const last = before.get(key);
      const silentSeconds = last?.stamp === stamp ? last.silentSeconds + passed : 0;
      seen.set(key, { stamp, silentSeconds });
      if (silentSeconds >= patienceSeconds) dead.push(index);
    }
    return dead;
  };
}
