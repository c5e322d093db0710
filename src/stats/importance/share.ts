import type { Interval } from "../moments.ts";

/** How much something matters. */
export interface Share {
  /** In [0, 1]. */
  readonly share: number;
  /** 95 % of it, over bootstraps of the rows. */
  readonly interval: Interval;
  /** Whether chance seldom (1 in 40 studies) gives so much to anything that was measured alike. */
  readonly isBeyondChance: boolean;
}
