import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Trial } from "../core/trial.ts";
import { formatManifestLine } from "../formats/manifest.ts";
import { CANARY, manifestName } from "../workspace/layout.ts";

/** Characters collected before they are written: a system call for each line would cost more than the line. */
const CHUNK_LENGTH = 1 << 16;

/** How trials are dealt out. */
interface Packing {
  readonly trialsPerElement: number;
  /** Most elements of an array. */
  readonly maxArraySize: number;
  /** The first trial also gets an array of its own, number 0, unless the round is a single element. */
  readonly canary: boolean;
}

/** One manifest that was written. */
export interface WrittenManifest {
  /** From 1; 0 is the canary. */
  readonly array: number;
  readonly elements: number;
  readonly trials: number;
  /** File name. */
  readonly manifest: string;
}

/**
 * Writes the trials into `array-NN.trials.jsonl`, in order, as they come: all manifests are full but the
 * last, and all elements but the last; a canary comes first. Memory stays flat however many there are.
 */
export function writeManifests(
  folder: string,
  trials: Iterable<Trial>,
  { trialsPerElement, maxArraySize, canary }: Packing,
): WrittenManifest[] {
  const written: WrittenManifest[] = [];
  let lines: LineWriter | undefined;
  let counts = { elements: 0, trials: 0 };
  let first: Trial | undefined;
  const finish = (): void => {
    if (lines === undefined) return;
    lines.close();
    const array = written.length + 1;
    written.push({ array, ...counts, manifest: manifestName(array) });
    lines = undefined;
    counts = { elements: 0, trials: 0 };
  };
  try {
    for (const packed of inGroups(trials, trialsPerElement)) {
      first ??= packed[0];
      lines ??= openLines(join(folder, manifestName(written.length + 1)));
      counts = { elements: counts.elements + 1, trials: counts.trials + packed.length };
      lines.write(formatManifestLine({ schemaVersion: 1, index: counts.elements, trials: packed }));
      if (counts.elements === maxArraySize) finish();
    }
  } finally {
    finish();
  }
  const elements = written.reduce((sum, each) => sum + each.elements, 0);
  if (!canary || first === undefined || elements <= 1) return written;
  const manifest = manifestName(CANARY);
  const alone = openLines(join(folder, manifest));
  alone.write(formatManifestLine({ schemaVersion: 1, index: 1, trials: [first] }));
  alone.close();
  return [{ array: CANARY, elements: 1, trials: 1, manifest }, ...written];
}

function* inGroups<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

interface LineWriter {
  write(line: string): void;
  /** Writes what is left. */
  close(): void;
}

function openLines(path: string): LineWriter {
  const file = openSync(path, "wx");
  let pending = "";
  const flush = (): void => {
    const bytes = Buffer.from(pending);
    for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
    pending = "";
  };
  return {
    write: (line) => {
      pending += `${line}\n`;
      if (pending.length >= CHUNK_LENGTH) flush();
    },
    close: () => {
      try {
        flush();
      } finally {
        closeSync(file);
      }
    },
  };
}
