import { resolve } from "node:path";
import pc from "picocolors";
import type { PreparedDataset } from "../../app/prepare/merge.ts";
import type { ImageSource, PieceNumber } from "../../app/prepare/source.ts";
import { describeDataset, judgeDataset } from "../../core/dataset-sanity.ts";
import { BsweepError } from "../../core/errors.ts";
import { dropAbsent, toKebabCase } from "../../core/objects.ts";
import { runInterruptible } from "../../process/signals.ts";
import { logicalPath } from "../../workspace/layout.ts";
import { defineCommand, type Surroundings, type Values } from "../command.ts";
import { choice, flag, number, text } from "../options.ts";
import { print, printJson } from "../output.ts";
import { JOB_OPTIONS, runJobs, wantsJobs } from "../prepare-jobs.ts";

const MAX_SHARDS = 1000;
const SIDE = { most: 1_000_000 } as const;
const group = "What --from cannot know:";

const OPTIONS = {
  from: text("What is to be packed: it is found out what it is, and said"),
  csv: text("CSV in Kaggle's form, read by the letter: label,pixel0,pixel1,..."),
  images: text("IDX file of images (MNIST's form), gzipped or not"),
  labels: text("File of the labels, where they lie apart"),
  height: number("Height of images whose values stand in a row, if not square", SIDE),
  width: number("Width of images whose values stand in a row, if not square", SIDE),
  part: text("Word in the name of the file or array that is wanted, such as test", { group }),
  "image-column": text("Column, or array, of the images", { group }),
  "label-column": text("Column, or array, of the labels; none: there are no labels", { group }),
  channels: number("Channels of the images: 1 grey, 3 colour", { most: 65536, group }),
  order: choice(["hwc", "chw"], "Order of values: a pixel's together, or one image a channel", {
    group,
  }),
  scale: number("What pixels are multiplied by, to be 0 .. 255", {
    ...{ least: Number.MIN_VALUE, whole: false, group },
  }),
  resize: text("Size that pictures get, HEIGHTxWIDTH", { group }),
  like: text("Data set whose classes these are, by number and name", { conflicts: "classes" }),
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

/** `bsweep prepare`: images as they come -> packed data set. */
export const prepareCommand = defineCommand({
  command: "prepare",
  describe: "Pack images into a data set that trials read fast",
  options: OPTIONS,
  examples: [
    ["$0 prepare --from mnist.npz --to data/digits", "Whatever it is"],
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
  const like =
    options.like === undefined ? undefined : resolve(surroundings.workspace, options.like);
  const piece = options.shard === undefined ? undefined : parsePiece(options.shard);
  if (options.merge) {
    const { mergePieces } = await import("../../app/prepare/merge.ts");
    const receipt = options.receipt === undefined ? undefined : logicalPath(options.receipt);
    const merging = { to, force, waitSeconds: options.wait, signal };
    tell(await mergePieces({ ...merging, ...dropAbsent({ receipt, like }) }), json, surroundings);
    return;
  }
  const pack = { source: toSource(options), to, classes, signal, ...dropAbsent({ like }) };
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

function refuse(message: string, hint?: string): never {
  throw new BsweepError("USAGE", message, dropAbsent({ hint }));
}

function checkMode(options: Asked): void {
  const { merge, shard, shards } = options;
  checkSource(options);
  if (shard !== undefined && (merge || shards > 1))
    refuse("--shard packs one piece: it goes with neither --shards nor --merge");
  if (wantsJobs(options) && (merge || shard !== undefined))
    refuse("--site and --study write jobs: they go with neither --shard nor --merge");
  if (options.overwrite && !wantsJobs(options))
    refuse("--overwrite belongs to the jobs of --site or --study");
}

/** What says more about one kind of source alone. */
const BELONGING: Readonly<Partial<Record<keyof Asked, readonly ("from" | "csv" | "images")[]>>> = {
  labels: ["images", "from"],
  ...{ height: ["csv", "from"], width: ["csv", "from"] },
  ...{ part: ["from"], imageColumn: ["from"], labelColumn: ["from"] },
  ...{ channels: ["from"], order: ["from"], scale: ["from"], resize: ["from"] },
};

function checkSource(options: Asked): void {
  const { from, csv, images, merge } = options;
  const given = Object.entries({ from, csv, images }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length !== (merge ? 0 : 1)) {
    const hint = "bsweep prepare --from train.csv --to data/digits";
    refuse("give one of --from, --csv, --images and --merge", hint);
  }
  for (const [name, sources] of Object.entries(BELONGING))
    if (
      options[name as keyof Asked] !== undefined &&
      !given.some((source) => sources.includes(source as "from"))
    )
      refuse(`--${toKebabCase(name)} belongs to --${sources.join(" or --")}`);
}

function toSource(options: Asked): ImageSource {
  const { from, csv, images = "", labels, height, width } = options;
  if (from !== undefined) {
    const { part, imageColumn, labelColumn, channels, order, scale, resize } = options;
    const told = { part, imageColumn, labelColumn, channels, order, scale, resize };
    return { kind: "from", from, ...dropAbsent({ labels, height, width, ...told }) };
  }
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
  print(`${pc.green(state)} ${folder}: ${describeDataset(header)}`);
  print(pc.dim(header.digest));
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
