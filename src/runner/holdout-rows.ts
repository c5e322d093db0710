import { readFileSync } from "node:fs";
import { splitRows } from "../cnn/split.ts";
import type { RoundDataset } from "../formats/round-file.ts";
import type { Layout } from "../workspace/layout.ts";
import { openLabelledDataset } from "../workspace/packed-dataset.ts";

/** The rows that every trainer is judged on, and what they are. */
export interface HeldOut {
  /** Ascending. */
  readonly rows: readonly number[];
  /** One class a row, in their order. */
  readonly labels: Uint8Array;
  /** Of the data set. */
  readonly classes: number;
  /** Those to train and stop on, ascending: all others, or as many of them as the study's `data.rows` says. */
  readonly trainingRows: readonly number[];
}

/** The same that the built-in trainer is judged on. @throws BsweepError INVALID_DATA where the data set is another one */
export function readHoldout(dataset: RoundDataset, layout: Layout): HeldOut {
  const { path, digest, holdout } = dataset;
  const { labelsFile, header } = openLabelledDataset(layout.resolve(path), digest);
  const labels = readFileSync(labelsFile);
  const { fraction, seed } = holdout;
  const split = splitRows(labels, { holdout: fraction, validation: 0, seed, rows: dataset.rows });
  const rows = [...split.holdout];
  return {
    rows,
    labels: Uint8Array.from(rows, (row) => labels[row] ?? 0),
    classes: header.classes,
    trainingRows: [...split.training],
  };
}
