import { promises as fs } from "node:fs";
import { dirname, join, relative } from "node:path";
import { BsweepError } from "../core/errors.ts";
import { gather, type ToldFile } from "../formats/metrics-file.ts";
import { MAX_RECORD_BYTES, takeEvents } from "../formats/tensorboard-event.ts";
import type { Json } from "../formats/tolerant-json.ts";
import type { Warnings } from "../formats/warnings.ts";
import { explainUnread, READ_FLAGS } from "../rounds/result-text.ts";

/** Of all files; graphs and images among it are passed over unread. */
const MAX_READ_BYTES = 256 * 1024 * 1024;
const MAX_VALUES = 1_000_000;
/** Files and folders below the folder, and how deep. */
const MAX_ENTRIES = 10_000;
const MAX_DEPTH = 10;
/** At once, a multiple of what the longest record takes. */
const BLOCK_BYTES = 4 * MAX_RECORD_BYTES;

/** How TensorBoard knows its files. */
const EVENT_FILE = "tfevents";

/** What is told of one step in one file. */
interface Told {
  /** Of its file, from the folder that is read, as its parts. */
  readonly folder: readonly string[];
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * Reads the scalars of TensorBoard's event files below a folder, or of one file. Names are those of the tags; where files
 * stand in several folders, as Keras' `train` and `validation`, the part in which these differ stands before them.
 * @throws BsweepError INVALID_RESULT with the reason, with a cause where it cannot be read
 */
export async function readEventFiles(path: string, warnings: Warnings): Promise<ToldFile> {
  try {
    const files = await findFiles(path);
    if (files.length === 0) throw refuse("holds no event file of TensorBoard (*tfevents*)");
    const told: Told[] = [];
    const budget = { bytes: MAX_READ_BYTES, values: MAX_VALUES };
    for (const file of files) await readFile(file, path, { told, budget, warnings });
    const shared = countShared(told.map(({ folder }) => folder));
    return gather(
      told.map((each) => toRow(each, shared)),
      {},
      warnings,
    );
  } catch (cause) {
    throw explainUnread(cause);
  }
}

function refuse(message: string): BsweepError {
  return new BsweepError("INVALID_RESULT", message);
}

/** In the order of their names, which begin with the time at which they were begun. Links are not followed. */
async function findFiles(path: string): Promise<string[]> {
  const found = await fs.lstat(path);
  if (found.isFile() && path.includes(EVENT_FILE)) return [path];
  if (!found.isDirectory()) throw refuse("is no folder of TensorBoard's event files");
  const files: string[] = [];
  let left = MAX_ENTRIES;
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await fs.readdir(folder, { withFileTypes: true })) {
      if (left-- === 0) throw refuse(`holds more than ${MAX_ENTRIES} files and folders`);
      const name = join(folder, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH) await walk(name, depth + 1);
      else if (entry.isFile() && entry.name.includes(EVENT_FILE)) files.push(name);
    }
  };
  await walk(path, 1);
  return files.sort();
}

interface Reading {
  readonly told: Told[];
  readonly budget: { bytes: number; values: number };
  readonly warnings: Warnings;
}

async function readFile(
  file: string,
  path: string,
  { told, budget, warnings }: Reading,
): Promise<void> {
  const folder = relative(path, dirname(file))
    .split("/")
    .filter((part) => part !== "");
  const handle = await fs.open(file, READ_FLAGS);
  try {
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, 1 + (await handle.stat()).size));
    for (let position = 0; ;) {
      const { bytesRead } = await handle.read(block, 0, block.length, position);
      if (bytesRead === 0) return;
      const { events, end, isBroken } = takeEvents(block.subarray(0, bytesRead));
      for (const { step, scalars } of events) {
        const values = Object.fromEntries(scalars.map(({ tag, value }) => [tag, value]));
        told.push({ folder, step, values });
        budget.values -= scalars.length;
      }
      budget.bytes -= bytesRead;
      if (budget.values < 0) throw refuse(`holds more than ${MAX_VALUES} values`);
      if (budget.bytes < 0) throw refuse(`holds more than ${MAX_READ_BYTES} bytes`);
      if (isBroken || end === 0) {
        const name = relative(path, file);
        warnings.add("no whole record, so the rest is left out", `${name}, byte ${position + end}`);
        return;
      }
      position += end;
    }
  } finally {
    await handle.close();
  }
}

/** How many parts all of them begin with. */
function countShared(folders: readonly (readonly string[])[]): number {
  const [first = [], ...others] = new Map(
    folders.map((parts) => [parts.join("/"), parts]),
  ).values();
  const differs = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  return differs < 0 ? first.length : differs;
}

function toRow({ folder, step, values }: Told, shared: number): Json {
  const apart = folder.slice(shared);
  const named = Object.entries(values).map(([tag, value]) => [[...apart, tag].join("/"), value]);
  return { ...(Object.fromEntries(named) as Record<string, number>), step };
}
