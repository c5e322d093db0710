import { resolve } from "node:path";
import pc from "picocolors";
import type { PreparedDataset } from "../../app/prepare/merge.ts";
import type { ImageSource, PieceNumber } from "../../app/prepare/source.ts";
import { judgeDataset } from "../../core/dataset-sanity.ts";
import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import { plural } from "../../core/quantities.ts";
import { runInterruptible } from "../../process/signals.ts";
import { logicalPath } from "../../workspace/layout.ts";
import { defineCommand, type Surroundings, type Values } from "../command.ts";
import { flag, number, text } from "../options.ts";
import { print, printJson } from "../output.ts";
import { JOB_OPTIONS, runJobs, wantsJobs } from "../prepare-jobs.ts";

const MAX_SHARDS = 1000;
const SIDE = { implies: "csv", most: 1_000_000 } as const;

const OPTIONS = {
  csv: text("CSV in Kaggle's form: label,pixel0,pixel1,..."),
  images: text("IDX file of images (MNIST's form), gzipped or not"),
  labels: text("IDX file of labels", { implies: "images" }),
  height: number("Height of the images of a CSV, if not square", SIDE),
  width: number("Width of the images of a CSV, if not square", SIDE),
  classes: number("Number of classes; labels are 0 .. classes-1", {
    most: 256,
    defaultDescription: "largest label + 1",
  }),
  to: text("Folder to write; a relative one starts at the workspace", { demandOption: true }),
  shards: number("Processes that pack at the same time", { default: 1, most: MAX_SHARDS }),
  shard: text("Pack only piece I of N, written I/N; --merge joins them"),
  merge: flag("Join the pieces that --shard made"),
  wait: number("With --merge: seconds to wait for pieces that storage shows late", {
    ...{ default: 0, least: 0, whole: false },
  }),
  receipt: text("With --merge: also leave the header in this file", { implies: "merge" }),
  force: flag("Replace a data set that is there"),
  ...JOB_OPTIONS,
  json: flag("Print the header as JSON"),
};

type Asked = Values<typeof OPTIONS>;

/** `bsweep prepare`: CSV or IDX files -> packed data set. */
export const prepareCommand = defineCommand({
  command: "prepare",
  describe: "Pack images from CSV or IDX files into a data set that trials read fast",
  options: OPTIONS,
  examples: [
    ["$0 prepare --csv train.csv --to data/digits", "Kaggle's digits"],
    ["$0 prepare --csv train.csv --to data/digits --shard 2/8", "One of eight pieces"],
    ["$0 prepare --to data/digits --merge", "All pieces to one data set"],
    [
      "$0 prepare --csv train.csv --to data/digits --shards 16 --study study.yaml",
      "Sixteen jobs and a merge",
    ],
  ],
  run: async (options, surroundings) => {
    checkMode(options);
    await runInterruptible((signal) => run(options, surroundings, signal));
  },
});

async function run(options: Asked, surroundings: Surroundings, signal: AbortSignal): Promise<void> {
  const { prepareDataset, preparePiece } = await import("../../app/prepare.ts");
  const to = resolve(surroundings.workspace, options.to);
  const { force, shards, json, classes = null } = options;
  const piece = options.shard === undefined ? undefined : parsePiece(options.shard);
  if (options.merge) {
    const { mergePieces } = await import("../../app/prepare/merge.ts");
    const receipt = options.receipt === undefined ? undefined : logicalPath(options.receipt);
    const merging = { to, force, waitSeconds: options.wait, signal };
    tell(await mergePieces({ ...merging, ...dropAbsent({ receipt }) }), json, surroundings);
    return;
  }
  const pack = { source: toSource(options), to, classes, signal };
  if (wantsJobs(options)) {
    await runJobs(options, pack, surroundings);
    return;
  }
  if (piece === undefined) {
    const prepared = await prepareDataset({ ...pack, shards, force }, surroundings.effects);
    tell(prepared, json, surroundings);
    return;
  }
  await preparePiece({ ...pack, piece }, surroundings.effects);
  if (json) printJson(piece);
  else
    print(`piece ${piece.shard} of ${piece.shards} is packed; bsweep prepare --merge joins them`);
}

function checkMode(options: Asked): void {
  const { csv, images, merge, shard, shards } = options;
  const refuse = (message: string, hint?: string): never => {
    throw new BsweepError("USAGE", message, dropAbsent({ hint }));
  };
  const modes = [csv !== undefined, images !== undefined, merge].filter(Boolean).length;
  if (modes !== 1) {
    const hint = "bsweep prepare --csv train.csv --to data/digits";
    refuse("give one of --csv, --images and --merge", hint);
  }
  if (shard !== undefined && (merge || shards > 1))
    refuse("--shard packs one piece: it goes with neither --shards nor --merge");
  if (wantsJobs(options) && (merge || shard !== undefined))
    refuse("--site and --study write jobs: they go with neither --shard nor --merge");
  if (options.overwrite && !wantsJobs(options))
    refuse("--overwrite belongs to the jobs of --site or --study");
}

function toSource({ csv, images = "", labels, height, width }: Asked): ImageSource {
  return csv === undefined
    ? { kind: "idx", images, ...dropAbsent({ labels }) }
    : { kind: "csv", csv, ...dropAbsent({ height, width }) };
}

function tell(
  { folder, state, header }: PreparedDataset,
  json: boolean,
  { effects }: Surroundings,
): void {
  for (const warning of judgeDataset(header)) effects.reporter.warn(warning);
  if (json) {
    printJson({ folder, state, header });
    return;
  }
  const { count, height, width, classes, classCounts, digest } = header;
  const labels =
    classes === 0
      ? "no labels"
      : `${plural(classes, "class", "classes")} (${describeCounts(classCounts)})`;
  print(
    `${pc.green(state)} ${folder}: ${plural(count, "image")} of ${height} x ${width}, ${labels}`,
  );
  print(pc.dim(digest));
}

/** Images of each class, as far as a line holds them. */
function describeCounts(counts: readonly number[]): string {
  return counts.length <= 16
    ? `${counts.join(" ")} images`
    : `${Math.min(...counts)} to ${Math.max(...counts)} images in each`;
}

function parsePiece(text: string): PieceNumber {
  const match = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text);
  const piece = { shard: Number(match?.[1]), shards: Number(match?.[2]) };
  if (match !== null && piece.shard <= piece.shards && piece.shards <= MAX_SHARDS) return piece;
  throw new BsweepError(
    "USAGE",
    `--shard: found ${text}, expected I/N such as 2/8, N up to ${MAX_SHARDS}`,
  );
}
