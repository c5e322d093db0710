import { plural } from "../../core/quantities.ts";
import pc from "picocolors";
import type { Argv } from "yargs";
import { resolve } from "node:path";
import type { ImageSource, PieceNumber } from "../../app/prepare/source.ts";
import type { PreparedDataset } from "../../app/prepare/merge.ts";
import { BsweepError } from "../../core/errors.ts";
import { logicalPath } from "../../workspace/layout.ts";
import type { Command, GlobalOptions } from "../command.ts";
import { createEffects, print, printJson } from "../output.ts";
import { TEXT } from "../options.ts";
import { addJobOptions, runJobs, wantsJobs, type JobOptions } from "../prepare-jobs.ts";

interface PrepareCommandOptions extends JobOptions {
  csv: string | undefined;
  images: string | undefined;
  labels: string | undefined;
  to: string;
  height: number | undefined;
  width: number | undefined;
  classes: number | undefined;
  shards: number;
  shard: string | undefined;
  merge: boolean;
  wait: number;
  receipt: string | undefined;
  force: boolean;
  json: boolean;
}

const MAX_CLASSES = 256;
const MAX_SHARDS = 1000;
const MAX_SIDE = 1_000_000;

/** `bsweep prepare`: CSV or IDX files -> packed data set. */
export const prepareCommand: Command<PrepareCommandOptions> = {
  command: "prepare",
  describe: "Pack images from CSV or IDX files into a data set that trials read fast",
  builder: (parser) =>
    addJobOptions(addWorkOptions(addSourceOptions(parser)))
      .option("json", { type: "boolean", default: false, describe: "Print the header as JSON" })
      .example("$0 prepare --csv train.csv --to data/digits", "Kaggle's digits")
      .example("$0 prepare --csv train.csv --to data/digits --shard 2/8", "One of eight pieces")
      .example("$0 prepare --to data/digits --merge", "All pieces to one data set")
      .example(
        "$0 prepare --csv train.csv --to data/digits --shards 16 --study study.yaml",
        "Sixteen jobs and a merge",
      ),
  handler: async (options) => {
    const { runInterruptible } = await import("../../process/signals.ts");
    await runInterruptible((signal) => run(options, signal));
  },
};

function addSourceOptions(parser: Argv<GlobalOptions>) {
  return parser
    .option("csv", { ...TEXT, describe: "CSV in Kaggle's form: label,pixel0,pixel1,..." })
    .option("images", { ...TEXT, describe: "IDX file of images (MNIST's form), gzipped or not" })
    .option("labels", { ...TEXT, implies: "images", describe: "IDX file of labels" })
    .option("height", {
      type: "number",
      implies: "csv",
      describe: "Height of the images of a CSV, if not square",
    })
    .option("width", {
      type: "number",
      implies: "csv",
      describe: "Width of the images of a CSV, if not square",
    })
    .option("classes", {
      type: "number",
      describe: "Number of classes; labels are 0 .. classes-1",
      defaultDescription: "largest label + 1",
    });
}

function addWorkOptions<T>(parser: Argv<T>) {
  return parser
    .option("to", {
      ...TEXT,
      demandOption: true,
      describe: "Folder to write; a relative one starts at the workspace",
    })
    .option("shards", {
      type: "number",
      default: 1,
      describe: "Processes that pack at the same time",
    })
    .option("shard", {
      ...TEXT,
      describe: "Pack only piece I of N, written I/N; --merge joins them",
    })
    .option("merge", {
      type: "boolean",
      default: false,
      describe: "Join the pieces that --shard made",
    })
    .option("wait", {
      type: "number",
      default: 0,
      describe: "With --merge: seconds to wait for pieces that storage shows late",
    })
    .option("receipt", {
      ...TEXT,
      implies: "merge",
      describe: "With --merge: also leave the header in this file",
    })
    .option("force", {
      type: "boolean",
      default: false,
      describe: "Replace a data set that is there",
    });
}

async function run(
  options: PrepareCommandOptions & { workspace: string },
  signal: AbortSignal,
): Promise<void> {
  const { prepareDataset, preparePiece } = await import("../../app/prepare.ts");
  const to = resolve(options.workspace, options.to);
  checkMode(options);
  const { force, shards, json } = options;
  const piece = options.shard === undefined ? undefined : parsePiece(options.shard);
  if (options.merge) {
    const { mergePieces } = await import("../../app/prepare/merge.ts");
    const { wait: waitSeconds, receipt } = options;
    const leave = receipt === undefined ? {} : { receipt: logicalPath(receipt) };
    tell(await mergePieces({ to, force, waitSeconds, ...leave, signal }), json);
    return;
  }
  const pack = { source: toSource(options), to, classes: options.classes ?? null, signal };
  if (wantsJobs(options)) {
    await runJobs(options, pack);
    return;
  }
  if (piece === undefined) {
    tell(await prepareDataset({ ...pack, shards, force }, createEffects()), json);
    return;
  }
  await preparePiece({ ...pack, piece }, createEffects());
  if (json) printJson(piece);
  else
    print(`piece ${piece.shard} of ${piece.shards} is packed; bsweep prepare --merge joins them`);
}

function checkMode(options: PrepareCommandOptions): void {
  const { csv, images, merge, shard, shards } = options;
  checkWholeNumber("height", options.height, MAX_SIDE);
  checkWholeNumber("width", options.width, MAX_SIDE);
  checkWholeNumber("classes", options.classes, MAX_CLASSES);
  checkWholeNumber("shards", shards, MAX_SHARDS);
  const modes = [csv !== undefined, images !== undefined, merge].filter(Boolean).length;
  if (modes !== 1) {
    throw new BsweepError("USAGE", "give one of --csv, --images and --merge", {
      hint: "bsweep prepare --csv train.csv --to data/digits",
    });
  }
  if (shard !== undefined && (merge || shards > 1)) {
    throw new BsweepError(
      "USAGE",
      "--shard packs one piece: it goes with neither --shards nor --merge",
    );
  }
  if (wantsJobs(options) && (merge || shard !== undefined)) {
    throw new BsweepError(
      "USAGE",
      "--site and --study write jobs: they go with neither --shard nor --merge",
    );
  }
  if (options.overwrite && !wantsJobs(options)) {
    throw new BsweepError("USAGE", "--overwrite belongs to the jobs of --site or --study");
  }
}

function toSource({ csv, images, labels, height, width }: PrepareCommandOptions): ImageSource {
  if (csv === undefined) {
    return { kind: "idx", images: images ?? "", ...(labels === undefined ? {} : { labels }) };
  }
  return {
    ...{ kind: "csv", csv },
    ...(height === undefined ? {} : { height }),
    ...(width === undefined ? {} : { width }),
  };
}

function tell({ folder, state, header }: PreparedDataset, json: boolean): void {
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

function checkWholeNumber(name: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return;
  throw new BsweepError("USAGE", `--${name}: found ${value}, expected a whole number 1..${most}`);
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
