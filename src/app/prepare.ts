import { rmSync } from "node:fs";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import { openCsvSource } from "./prepare/csv-source.ts";
import { openIdxSource } from "./prepare/idx-source.ts";
import { checkTarget, mergePieces, type PreparedDataset } from "./prepare/merge.ts";
import { piecesFolder, writePiece } from "./prepare/pieces.ts";
import { packInProcesses } from "./prepare/shard-processes.ts";
import type { PackOptions, PrepareOptions } from "./prepare/options.ts";
import type { OpenSource, PieceNumber, RowSink } from "./prepare/source.ts";

const BYTES_PER_MIB = 1 << 20;

/**
 * Packs CSV or IDX files into a data set. It appears whole or not at all, and no piece of it is left.
 * @throws BsweepError INVALID_DATA with files and lines; CONFLICT when `to` holds something else
 */
export async function prepareDataset(
  options: PrepareOptions,
  effects: Effects,
): Promise<PreparedDataset> {
  const { to, shards } = options;
  checkTarget(to);
  const source = await openSource(options);
  const leaveNothing = (): void => rmSync(piecesFolder(to), { recursive: true, force: true });
  leaveNothing();
  try {
    if (shards === 1) await pack(source, { shard: 1, shards: 1 }, options, effects);
    else await packInProcesses(source, options, effects.reporter);
    return await mergePieces(options);
  } finally {
    effects.reporter.endProgress();
    leaveNothing();
  }
}

/**
 * Packs one piece and leaves it beside `to` for `mergePieces`; a piece that was there is replaced.
 * @throws BsweepError INVALID_DATA with files and lines
 */
export async function preparePiece(
  options: PackOptions & { readonly piece: PieceNumber },
  effects: Effects,
): Promise<void> {
  await pack(await openSource(options), options.piece, options, effects);
  effects.reporter.endProgress();
}

/** Checks the form of the source. @throws BsweepError INVALID_DATA */
export async function openSource({ source, classes }: PackOptions): Promise<OpenSource> {
  const open = await (source.kind === "csv" ? openCsvSource(source) : openIdxSource(source));
  if (classes === null || open.labelled) return open;
  const message = `${open.files[0]?.file ?? ""} has no labels, but --classes was given`;
  const hint =
    "leave --classes out for rows to be predicted; labels are a column label or --labels";
  throw new BsweepError("INVALID_DATA", message, { hint });
}

async function pack(
  source: OpenSource,
  piece: PieceNumber,
  { to, classes, signal }: PackOptions,
  { reporter }: Effects,
): Promise<void> {
  const toMiB = (bytes: number): number => Math.ceil(bytes / BYTES_PER_MIB);
  const advance: RowSink["advance"] = (done, total) => {
    signal.throwIfAborted();
    reporter.progress({ label: "packing", done: toMiB(done), total: toMiB(total), unit: "MB" });
  };
  await writePiece(source, piece, classes, to, advance);
}
