import { createHash } from "node:crypto";
import { existsSync, linkSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { DatasetHeader, PackedFile, SeenImages } from "../../core/dataset.ts";
import { BsweepError, type Issue, valueOr } from "../../core/errors.ts";
import { computeDatasetDigest, formatDatasetHeader } from "../../formats/dataset-header.ts";
import { withFolderBeside, writeFileAtomic } from "../../workspace/atomic.ts";
import {
  checkPackedFile,
  DATASET_FILE,
  IMAGES_FILE,
  LABELS_FILE,
  openPackedDataset,
  writePackedFile,
} from "../../workspace/packed-dataset.ts";
import { numberPieces, placePiece } from "./numbering.ts";
import { piecesFolder, readPieces, type FoundPiece } from "./pieces.ts";
import { readBytes } from "./content.ts";
import { watchImages } from "./seen-images.ts";
import type { PrepareOptions } from "./source.ts";

interface MergeOptions extends Pick<PrepareOptions, "to" | "force" | "signal" | "like"> {
  /** How long to wait for pieces that are not there; storage may show them late. Default 0. */
  readonly waitSeconds?: number;
  /** A file that the data set's header is left in as well, so that others can tell that it was merged. */
  readonly receipt?: string;
  /** What was seen of the images of the only piece, where this process has just packed it: they need not be read again. */
  readonly seen?: SeenImages;
}

/** Between two looks at pieces that are not there. */
const LOOK_MS = 1000;

/** The data set that is there now, and what happened to get there. */
export interface PreparedDataset {
  readonly folder: string;
  readonly state: "written" | "replaced" | "unchanged";
  readonly header: DatasetHeader;
}

/**
 * Makes a data set of the pieces beside `to` and removes them. Every checksum is verified on the way. The
 * data set appears whole or not at all; after an error the pieces stay, so that one can be packed again.
 * @throws BsweepError INVALID_DATA for pieces that do not fit; CONFLICT when `to` holds something else
 */
export async function mergePieces(options: MergeOptions): Promise<PreparedDataset> {
  const { to, force } = options;
  checkTarget(to);
  const pieces = await awaitPieces(options);
  const prepared = await withFolderBeside(to, async (folder, publish) => {
    const header = await mergeInto(folder, pieces, options);
    const state = judgeExisting(to, header.digest, force);
    if (state !== "unchanged") publish();
    // An earlier bsweep may have written less into it.
    else writeFileAtomic(join(to, DATASET_FILE), formatDatasetHeader(header));
    return { folder: to, state, header };
  });
  if (options.receipt !== undefined) {
    writeFileAtomic(options.receipt, formatDatasetHeader(prepared.header));
  }
  rmSync(piecesFolder(to), { recursive: true, force: true });
  return prepared;
}

async function awaitPieces({
  to,
  waitSeconds = 0,
  signal,
}: MergeOptions): Promise<readonly [FoundPiece, ...FoundPiece[]]> {
  const end = Date.now() + waitSeconds * 1000;
  for (;;) {
    try {
      return readPieces(to);
    } catch (error) {
      if (Date.now() >= end) throw error;
    }
    await setTimeout(LOOK_MS, undefined, { signal });
  }
}

/** Only a data set or an empty folder may ever be replaced. @throws BsweepError CONFLICT */
export function checkTarget(to: string): void {
  if (!existsSync(to)) return;
  const own: readonly string[] = [DATASET_FILE, IMAGES_FILE, LABELS_FILE];
  const names = statSync(to).isDirectory() ? readdirSync(to) : ["no folder"];
  const foreign = names.find((name) => !own.includes(name));
  if (foreign === undefined) return;
  throw new BsweepError("CONFLICT", `${to} is no data set: found ${foreign}`, {
    hint: "give --to a folder that does not exist yet",
  });
}

function judgeExisting(to: string, digest: string, force: boolean): PreparedDataset["state"] {
  if (!existsSync(to) || readdirSync(to).length === 0) return "written";
  try {
    if (openPackedDataset(to, { verify: true }).header.digest === digest) return "unchanged";
  } catch {
    // What is damaged is another one.
  }
  if (force) return "replaced";
  throw new BsweepError("CONFLICT", `${to} holds another data set, or a damaged one`, {
    hint: "choose another folder with --to, or replace it with --force",
  });
}

async function mergeInto(
  folder: string,
  pieces: readonly [FoundPiece, ...FoundPiece[]],
  { signal, like, seen }: MergeOptions,
): Promise<DatasetHeader> {
  const [{ height, width, channels, labels }] = pieces;
  const count = pieces.reduce((sum, piece) => sum + piece.count, 0);
  if (count === 0) {
    const files = pieces[0].sources.map(({ file }) => file).join(", ");
    throw new BsweepError("INVALID_DATA", `found no rows in ${files}`);
  }
  const numbering =
    labels === null ? { classes: 0, classNames: undefined } : numberPieces(pieces, like);
  const { classes, classNames } = numbering;
  const placed = pieces.map((piece) => placePiece(piece, numbering));
  const classCounts = countClasses(pieces, placed, classes);
  const watch = watchImages(height * width * channels);
  const joining = { folder, pieces, signal, isFresh: seen !== undefined };
  const content = {
    ...{ schemaVersion: 1 as const, count, height, width, channels, classes },
    ...{ classCounts, ...(classNames === undefined ? {} : { classNames }) },
    images: await joinImages(joining, watch.see),
    labels:
      labels &&
      (await concatenate(LABELS_FILE, "labels", joining, (block, at) =>
        block.map((code) => placed[at]?.[code] ?? 0),
      )),
  };
  const header = {
    ...content,
    digest: computeDatasetDigest(content),
    seen: seen ?? watch.finish(),
  };
  writeFileAtomic(join(folder, DATASET_FILE), formatDatasetHeader(header));
  return header;
}

/** @param placed of each piece, the class of each code */
function countClasses(
  pieces: readonly FoundPiece[],
  placed: readonly ArrayLike<number>[],
  classes: number,
): number[] {
  const counts = Array.from({ length: classes }, () => 0);
  for (const [at, piece] of pieces.entries())
    for (const [code, label] of Array.from(placed[at] ?? []).entries())
      if (label < classes) counts[label] = (counts[label] ?? 0) + (piece.labelCounts?.[code] ?? 0);
  return counts;
}

interface Joining {
  readonly folder: string;
  readonly pieces: readonly [FoundPiece, ...FoundPiece[]];
  readonly signal: AbortSignal;
  /** Whether the only piece is what this process has just packed, and has been seen. */
  readonly isFresh: boolean;
}

async function joinImages(joining: Joining, see: (block: Uint8Array) => void): Promise<PackedFile> {
  const taken = joining.pieces.length === 1 ? await takeOver(joining, see) : undefined;
  const seen = (block: Uint8Array): Uint8Array => {
    see(block);
    return block;
  };
  return taken ?? concatenate(IMAGES_FILE, "images", joining, seen);
}

/** @param change shown every byte, in order, and the number of its piece; gives what is written */
function concatenate(
  name: string,
  content: "images" | "labels",
  joining: Joining,
  change: (block: Uint8Array, piece: number) => Uint8Array,
): Promise<PackedFile> {
  return writePackedFile(joining.folder, name, readChanged(content, joining, change));
}

async function* readChanged(
  content: "images" | "labels",
  { pieces, signal }: Joining,
  change: (block: Uint8Array, piece: number) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (const [at, piece] of pieces.entries()) {
    const packed = piece[content];
    if (packed === null) continue;
    for await (const block of readVerified(piece, packed)) {
      signal.throwIfAborted();
      yield change(block, at);
    }
  }
}

/** The bytes of a piece's file; after the last of them it is known whether they are those that were packed. */
async function* readVerified(piece: FoundPiece, packed: PackedFile): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const file = join(piece.folder, packed.file);
  const refuse = (issues: readonly Issue[]): never => {
    const { shard, shards } = piece;
    const hint = `pack it again with bsweep prepare --shard ${shard}/${shards}`;
    throw new BsweepError("INVALID_DATA", `piece ${shard} of ${shards} is damaged`, {
      issues,
      hint,
    });
  };
  const issues = checkPackedFile(piece.folder, packed, false);
  if (issues.length > 0) refuse(issues);
  for await (const block of readBytes(file, 0, packed.bytes)) {
    hash.update(block);
    yield block;
  }
  const found = hash.digest("hex");
  if (found !== packed.sha256)
    refuse([{ file, path: "", message: `found sha256 ${found}, expected ${packed.sha256}` }]);
}

/** The images of the only piece are those of the data set: they are looked at, and linked instead of written once more. */
async function takeOver(
  { folder, pieces: [piece], signal, isFresh }: Joining,
  see: (block: Uint8Array) => void,
): Promise<PackedFile | undefined> {
  const linked = valueOr(false, () => {
    linkSync(join(piece.folder, piece.images.file), join(folder, IMAGES_FILE));
    return true;
  });
  // Not every storage has links.
  if (!linked) return undefined;
  if (!isFresh)
    for await (const block of readVerified(piece, piece.images)) {
      signal.throwIfAborted();
      see(block);
    }
  return { ...piece.images, file: IMAGES_FILE };
}
