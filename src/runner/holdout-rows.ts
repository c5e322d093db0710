import { readFileSync } from "node:fs";
import { splitRows } from "../cnn/split.ts";
import type { RoundDataset } from "../formats/round-file.ts";
import type { Layout } from "../workspace/layout.ts";
import { openLabelledDataset } from "../workspace/packed-dataset.ts";
import type { RunDataset } from "../rounds/run-setup.ts";

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
export function readHoldout(dataset: RunDataset, layout: Layout): HeldOut {
  const { path, digest, holdout } = dataset;
  const { labelsFile, header } = openLabelledDataset(layout.resolve(path), digest);
  const labels = readFileSync(labelsFile);
  const { rows, trainingRows } =
    "from" in holdout ? splitAt(labels, holdout.from) : split(labels, dataset, holdout);
  return {
    ...{ rows, trainingRows },
    labels: Uint8Array.from(rows, (row) => labels[row] ?? 0),
    classes: header.classes,
  };
}

type Rows = Pick<HeldOut, "rows" | "trainingRows">;

function split(
  labels: Uint8Array,
  { rows }: RunDataset,
  { fraction, seed }: RoundDataset["holdout"],
): Rows {
  const { holdout, training } = splitRows(labels, { holdout: fraction, validation: 0, seed, rows });
  return { rows: [...holdout], trainingRows: [...training] };
}

function splitAt(labels: Uint8Array, from: number): Rows {
  const all = [...labels.keys()];
  return { rows: all.slice(from), trainingRows: all.slice(0, from) };
}
