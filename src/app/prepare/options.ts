import type { ImageSource } from "./source.ts";

export interface PackOptions {
  readonly source: ImageSource;
  /** Absolute folder of the data set. */
  readonly to: string;
  /** Labels must be 0 .. classes-1; null: the largest label decides. At most 256. */
  readonly classes: number | null;
  readonly signal: AbortSignal;
}

export interface PrepareOptions extends PackOptions {
  /** Parts packed as processes of their own; 1 packs in this one. The result is the same. */
  readonly shards: number;
  /** Replace a data set with another content. */
  readonly force: boolean;
}
