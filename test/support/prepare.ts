import { gzipSync } from "node:zlib";
import type { ImageSource, PackOptions } from "../../src/app/prepare/source.ts";
import { prepareDataset, preparePiece } from "../../src/app/prepare.ts";
import { mergePieces, type PreparedDataset } from "../../src/app/prepare/merge.ts";
import type { Effects, Progress } from "../../src/core/effects.ts";
import { BsweepError, formatIssue } from "../../src/core/errors.ts";

/** Effects that keep what they are told. */
export function recordEffects(): Effects & {
  readonly lines: string[];
  readonly states: Progress[];
} {
  const lines: string[] = [];
  const states: Progress[] = [];
  const keep = (line: string): void => void lines.push(line);
  const reporter = {
    info: keep,
    warn: keep,
    progress: (state: Progress) => void states.push(state),
    endProgress: () => undefined,
  };
  return { reporter, now: () => new Date(0), lines, states };
}

export const never = new AbortController().signal;

export function packOptions(source: ImageSource, to: string, classes?: number): PackOptions {
  return { source, to, classes: classes ?? null, signal: never };
}

export async function prepare(
  source: ImageSource,
  to: string,
  options: { readonly classes?: number; readonly force?: boolean } = {},
): Promise<PreparedDataset> {
  const pack = packOptions(source, to, options.classes);
  return prepareDataset({ ...pack, shards: 1, force: options.force ?? false }, recordEffects());
}

/** Packs every piece on its own, the last one first, and merges them. */
export async function prepareInPieces(
  source: ImageSource,
  to: string,
  shards: number,
): Promise<PreparedDataset> {
  for (let shard = shards; shard >= 1; shard--) {
    await preparePiece({ ...packOptions(source, to), piece: { shard, shards } }, recordEffects());
  }
  return mergePieces({ to, force: false, signal: never });
}

/** The error `work` ends with. */
export async function errorOf(work: Promise<unknown>): Promise<BsweepError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BsweepError) return error;
  throw new Error("expected a BsweepError", { cause: error });
}

export async function issuesOf(work: Promise<unknown>): Promise<string[]> {
  return (await errorOf(work)).issues.map(formatIssue);
}

/** An IDX file of uint8. */
export function encodeIdx(sizes: readonly number[], values: readonly number[]): Buffer {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.writeUInt8(8, 2);
  head.writeUInt8(sizes.length, 3);
  for (const [at, size] of sizes.entries()) head.writeUInt32BE(size, 4 + 4 * at);
  return Buffer.concat([head, Buffer.from(values)]);
}

export const gzip = (bytes: Buffer): Buffer => gzipSync(bytes);
