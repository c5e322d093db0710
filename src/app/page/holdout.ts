import { listClassNames } from "../../core/dataset.ts";
import { closeSync, openSync, readSync } from "node:fs";
import type { Confusion, HoldoutView, PageHoldout } from "../../stats/report-page.ts";
import type { LabelledDataset } from "../../workspace/packed-dataset.ts";
import type { HeldOut } from "../report/held-out.ts";
import { listConfusedRows } from "./confused-rows.ts";

/** Trials whose confusion matrix a page holds. */
export const CONFUSIONS = 20;
/** Rows that a page shows as the hardest, and the most bytes that their images, and those of confused pairs, may take. */
const MAX_HARD = 64;
const MAX_IMAGE_BYTES = 256 * 1024;

/** Counts what trials say of the rows that were held out, as their predictions come in, in any order. */
export class HoldoutCounter {
  readonly #held: HeldOut;
  readonly #classes: number;
  /** [row, class]: how many said so, where that is wrong; where it is right, it is seen at the end. */
  readonly #said: Int32Array;
  /** The trial that is looked at: rows that it has wrong. */
  readonly #wrong: Int32Array;
  readonly #top: ReadonlySet<number>;
  readonly #predictions = new Map<number, Uint8Array>();
  #judged = 0;

  /** @param top places of the trials whose confusion is wanted, the best first */
  constructor(held: HeldOut, top: readonly number[]) {
    this.#held = held;
    this.#classes = held.dataset.header.classes;
    this.#said = new Int32Array(held.rows.length * this.#classes);
    this.#wrong = new Int32Array(held.rows.length);
    this.#top = new Set(top);
  }

  /** Predictions of other rows, or of classes there are not, are of no use. */
  add(trial: number, predictions: Uint8Array): void {
    const classes = this.#classes;
    const { labels } = this.#held;
    if (predictions.length !== labels.length) return;
    // A hundred million of them in a large study: nothing is written for what is right.
    const wrong = this.#wrong;
    let count = 0;
    for (let row = 0; row < labels.length; row++) {
      if (predictions[row] === labels[row]) continue;
      if ((predictions[row] ?? 0) >= classes) return;
      wrong[count++] = row;
    }
    const said = this.#said;
    for (let at = 0; at < count; at++) {
      const row = wrong[at] ?? 0;
      const place = row * classes + (predictions[row] ?? 0);
      said[place] = (said[place] ?? 0) + 1;
    }
    this.#judged += 1;
    if (this.#top.has(trial)) this.#predictions.set(trial, Uint8Array.from(predictions));
  }

  finish(): PageHoldout {
    if (this.#judged === 0)
      return { reason: "No trial told what it predicted for the rows that were held out." };
    const { dataset, rows } = this.#held;
    const { height, width, channels } = dataset.header;
    this.#countRight();
    const confusions = [...this.#top].flatMap((trial) => this.#confusionOf(trial));
    return {
      reason: null,
      ...{ rows: rows.length, classes: this.#classes, judged: this.#judged },
      names: listClassNames(dataset.header),
      confusions,
      image: { height, width, channels },
      ...this.#showRows(confusions),
    };
  }

  #countRight(): void {
    for (const [row, label] of this.#held.labels.entries()) {
      const own = this.#said.subarray(row * this.#classes, (row + 1) * this.#classes);
      own[label] = 0;
      own[label] = own.reduce((rest, count) => rest - count, this.#judged);
    }
  }

  #confusionOf(trial: number): readonly Confusion[] {
    const predictions = this.#predictions.get(trial);
    if (predictions === undefined) return [];
    const classes = this.#classes;
    const counts = new Int32Array(classes * classes);
    for (const [row, said] of predictions.entries()) {
      const place = (this.#held.labels[row] ?? 0) * classes + said;
      counts[place] = (counts[place] ?? 0) + 1;
    }
    return [{ trial, counts }];
  }

  #showRows(confusions: readonly Confusion[]): Pick<HoldoutView, "shown" | "hard" | "pairs"> {
    const { rows, labels, dataset } = this.#held;
    const { height, width, channels } = dataset.header;
    const most = Math.floor(MAX_IMAGE_BYTES / (height * width * channels));
    const best = this.#predictions.get([...this.#top][0] ?? -1);
    const wrong = Int32Array.from(rows, (_, row) => this.#judged - this.#saidOf(row, labels[row]));
    const isMissed = (row: number): boolean => best !== undefined && best[row] !== labels[row];
    const hard = listHard(wrong, isMissed, Math.min(MAX_HARD, most));
    const said = { labels, classes: this.#classes, counts: this.#said };
    const pairs = listConfusedRows(said, confusions, most);
    const shown = [...new Set([...hard, ...pairs.flatMap((pair) => pair.rows)])];
    const places = new Map(shown.map((row, place) => [row, place]));
    const placesOf = (list: readonly number[]) =>
      Int32Array.from(list, (row) => places.get(row) ?? -1);
    return {
      shown: {
        row: Int32Array.from(shown, (row) => rows[row] ?? 0),
        label: Uint8Array.from(shown, (row) => labels[row] ?? 0),
        wrong: Int32Array.from(shown, (row) => wrong[row] ?? 0),
        common: Uint8Array.from(shown, (row) => this.#commonMistake(row)),
        best: Uint8Array.from(shown, (row) => best?.[row] ?? labels[row] ?? 0),
        pixels: readImages(
          dataset,
          shown.map((row) => rows[row] ?? 0),
        ),
      },
      hard: placesOf(hard),
      pairs: pairs.map(({ rows: own, ...pair }) => ({ ...pair, places: placesOf(own) })),
    };
  }

  #saidOf(row: number, label = 0): number {
    return this.#said[row * this.#classes + label] ?? 0;
  }

  #commonMistake(row: number): number {
    const label = this.#held.labels[row];
    let most = -1;
    for (let each = 0; each < this.#classes; each++)
      if (each !== label && (most < 0 || this.#saidOf(row, each) > this.#saidOf(row, most)))
        most = each;
    return Math.max(0, most);
  }
}

/** Half of the room is for what the best trial gets wrong. */
function listHard(
  wrong: Int32Array,
  isMissed: (row: number) => boolean,
  most: number,
): readonly number[] {
  const hardest = [...wrong.keys()]
    .filter((row) => (wrong[row] ?? 0) > 0)
    .sort((a, b) => (wrong[b] ?? 0) - (wrong[a] ?? 0) || a - b);
  const half = Math.ceil(most / 2);
  return [...new Set([...hardest.slice(0, half), ...hardest.filter(isMissed)])].slice(0, most);
}

function readImages({ header, imagesFile }: LabelledDataset, rows: readonly number[]): Uint8Array {
  const size = header.height * header.width * header.channels;
  const pixels = new Uint8Array(rows.length * size);
  const file = openSync(imagesFile, "r");
  try {
    for (const [place, row] of rows.entries())
      readSync(file, pixels, place * size, size, row * size);
  } finally {
    closeSync(file);
  }
  return pixels;
}
