import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import type { Effects, Reporter } from "../core/effects.ts";
import { BsweepError, type Issue } from "../core/errors.ts";
import { openImageSource } from "./prepare/sources/index.ts";
import { checkTarget, mergePieces, type PreparedDataset } from "./prepare/merge.ts";
import { type PieceOptions, piecesFolder, writePiece } from "./prepare/pieces.ts";
import { watchImages } from "./prepare/seen-images.ts";
import {
  invalidData,
  MAX_ISSUES,
  type OpenSource,
  type PackOptions,
  type PieceNumber,
  type PrepareOptions,
  type RowSink,
  sourceWords,
} from "./prepare/source.ts";
import { escapeControls } from "../core/printable.ts";
import { runProcess } from "../process/exec.ts";
import { builtProgram } from "../workspace/package.ts";

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
  if (source.found !== undefined)
    effects.reporter.info(`${describeFrom(options.source)}: ${source.found}`);
  const leaveNothing = (): void => rmSync(piecesFolder(to), { recursive: true, force: true });
  leaveNothing();
  try {
    if (shards !== 1) {
      await packInProcesses(source, options, effects.reporter);
      return await mergePieces(options);
    }
    const { height, width, channels } = source.shape;
    const watch = watchImages(height * width * channels);
    await pack(source, { shard: 1, shards: 1 }, { ...options, see: watch.see }, effects);
    return await mergePieces({ ...options, seen: watch.finish() });
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
  const open = await openImageSource(source);
  if (classes === null || open.labelled) return open;
  const message = `${open.files[0]?.file ?? ""} has no labels, but --classes was given`;
  const hint =
    "leave --classes out for rows to be predicted; labels are a column label or --labels";
  throw new BsweepError("INVALID_DATA", message, { hint });
}

const describeFrom = (source: PackOptions["source"]): string =>
  source.kind === "from" ? escapeControls(source.from) : "";

async function pack(
  source: OpenSource,
  piece: PieceNumber,
  { to, classes, signal, see }: PackOptions & Pick<PieceOptions, "see">,
  { reporter }: Effects,
): Promise<void> {
  const toMiB = (bytes: number): number => Math.ceil(bytes / BYTES_PER_MIB);
  const advance: RowSink["advance"] = (done, total) => {
    signal.throwIfAborted();
    reporter.progress({ label: "packing", done: toMiB(done), total: toMiB(total), unit: "MB" });
  };
  await writePiece(source, piece, { classes, to, advance, see });
}

/**
 * Packs every piece with `bsweep prepare --shard`, as many at once as there are processors. A piece whose
 * process fails is packed again in this one: that either mends it or tells what is wrong, typed.
 * @throws BsweepError INVALID_DATA with the first issues of the whole source
 */
async function packInProcesses(
  source: OpenSource,
  options: PrepareOptions,
  reporter: Reporter,
): Promise<void> {
  const { shards, signal } = options;
  const program = builtProgram("main.js");
  const packed = packArguments(options);
  const failures: { readonly piece: PieceNumber; readonly reason: string }[] = [];
  let done = 0;
  const run = async (piece: PieceNumber): Promise<void> => {
    if (signal.aborted) return;
    const args = [program, "prepare", ...packed, `--shard=${piece.shard}/${shards}`];
    const result = await runProcess(process.execPath, args, { signal });
    if (!result.succeeded) failures.push({ piece, reason: result.failure });
    reporter.progress({ label: "packing", done: ++done, total: shards, unit: "pieces" });
  };
  const pieces = Array.from({ length: shards }, (_, at) => ({ shard: at + 1, shards }));
  await pLimit(availableParallelism()).map(pieces, run);
  signal.throwIfAborted();
  failures.sort((a, b) => a.piece.shard - b.piece.shard);
  await packAgain(
    source,
    options,
    failures.map(({ piece }) => piece),
  );
  for (const { piece, reason } of failures) {
    reporter.warn(`shard ${piece.shard}/${shards} was packed a second time: ${reason}`);
  }
}

async function packAgain(
  source: OpenSource,
  { to, classes, signal }: PrepareOptions,
  pieces: readonly PieceNumber[],
): Promise<void> {
  const issues: Issue[] = [];
  for (const piece of pieces) {
    if (issues.length >= MAX_ISSUES) break;
    try {
      await writePiece(source, piece, { classes, to, advance: () => signal.throwIfAborted() });
    } catch (error) {
      if (!(error instanceof BsweepError) || error.issues.length === 0) throw error;
      issues.push(...error.issues);
    }
  }
  if (issues.length > 0) throw invalidData(source.files[0]?.file ?? "", issues);
}

/** What is packed, and where to, as options of `bsweep prepare`, one word each. */
export function packArguments({ source, to, classes }: Omit<PackOptions, "signal">): string[] {
  return [
    ...sourceWords(source),
    `--to=${to}`,
    ...(classes === null ? [] : [`--classes=${classes}`]),
  ];
}
