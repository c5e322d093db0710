import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import type { Reporter } from "../../core/effects.ts";
import { BsweepError, type Issue } from "../../core/errors.ts";
import { runProcess } from "../../process/exec.ts";
import { builtProgram } from "../../workspace/package.ts";
import type { PrepareOptions } from "./options.ts";
import { writePiece } from "./pieces.ts";
import {
  invalidData,
  MAX_ISSUES,
  type ImageSource,
  type OpenSource,
  type PieceNumber,
} from "./source.ts";

/**
 * Packs every piece with `bsweep prepare --shard`, as many at once as there are processors. A piece whose
 * process fails is packed again in this one: that either mends it or tells what is wrong, typed.
 * @throws BsweepError INVALID_DATA with the first issues of the whole source
 */
export async function packInProcesses(
  source: OpenSource,
  options: PrepareOptions,
  reporter: Reporter,
): Promise<void> {
  const { shards, signal } = options;
  const limit = pLimit(availableParallelism());
  const failures: { readonly piece: PieceNumber; readonly reason: string }[] = [];
  let done = 0;
  const run = async (piece: PieceNumber): Promise<void> => {
    if (signal.aborted) return;
    const result = await runProcess(process.execPath, toArguments(options, piece), { signal });
    if (!result.succeeded) failures.push({ piece, reason: result.failure });
    reporter.progress({ label: "packing", done: ++done, total: shards, unit: "pieces" });
  };
  const pieces = Array.from({ length: shards }, (_, at) => ({ shard: at + 1, shards }));
  await Promise.all(pieces.map((piece) => limit(run, piece)));
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
      await writePiece(source, piece, classes, to, () => signal.throwIfAborted());
    } catch (error) {
      if (!(error instanceof BsweepError) || error.issues.length === 0) throw error;
      issues.push(...error.issues);
    }
  }
  if (issues.length > 0) throw invalidData(source.files[0]?.file ?? "", issues);
}

function toArguments({ source, to, classes }: PrepareOptions, piece: PieceNumber): string[] {
  return [
    builtProgram("main.js"),
    "prepare",
    ...sourceArguments(source),
    `--to=${to}`,
    `--shard=${piece.shard}/${piece.shards}`,
    ...(classes === null ? [] : [`--classes=${classes}`]),
  ];
}

/** A source as options of `bsweep prepare`, one word each. */
export function sourceArguments(source: ImageSource): string[] {
  const options =
    source.kind === "csv"
      ? { csv: source.csv, height: source.height, width: source.width }
      : { images: source.images, labels: source.labels };
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name}=${value ?? ""}`);
}
