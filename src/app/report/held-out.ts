import { readFileSync } from "node:fs";
import { splitRows } from "../../cnn/split.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Setting } from "../../core/setting.ts";
import { type LabelledDataset, openLabelledDataset } from "../../workspace/packed-dataset.ts";

/** The rows that a study's trials are judged on, with their labels. */
export interface HeldOut {
  readonly dataset: LabelledDataset;
  /** Rows of the data set, in the order of stored predictions. */
  readonly rows: Int32Array;
  readonly labels: Uint8Array;
}

/** @returns why not, where the data set cannot be read any more */
export function openHeldOut(
  folder: string | undefined,
  { datasetDigest, holdout }: Pick<Setting, "datasetDigest" | "holdout">,
): HeldOut | { readonly reason: string } {
  if (folder === undefined)
    return { reason: "the trainer brings its own data, so their labels are not known here" };
  try {
    const dataset = openLabelledDataset(folder, datasetDigest);
    const all = readFileSync(dataset.labelsFile);
    const { fraction, seed } = holdout;
    const { holdout: rows } = splitRows(all, { holdout: fraction, validation: 0, seed });
    return { dataset, rows, labels: Uint8Array.from(rows, (row) => all[row] ?? 0) };
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    return { reason: `the data set is not here any more: ${error.message}` };
  }
}
