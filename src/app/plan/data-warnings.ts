import type { DatasetHeader } from "../../core/dataset.ts";
import { judgeTest, judgeTraining } from "../../core/dataset-sanity.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Study } from "../../core/study.ts";
import type { Layout } from "../../workspace/layout.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";

/**
 * What is odd about a study's data sets, a line each. Their headers tell; no row is read, of the test set neither.
 * @param train of the training set; null for a command without data
 */
export function* judgeData(
  { data }: Pick<Study, "data">,
  train: DatasetHeader | null,
  layout: Layout,
): Generator<string> {
  if (data === null || train === null) return;
  for (const warning of judgeTraining(train, data.holdout))
    yield `data.train ${data.train}: ${warning}`;
  if (data.test === undefined) return;
  try {
    const test = openPackedDataset(layout.resolve(data.test)).header;
    for (const warning of judgeTest(test, train)) yield `data.test ${data.test}: ${warning}`;
  } catch (error) {
    // Trials need none: only refit does, after them.
    if (!(error instanceof BsweepError)) throw error;
    yield `data.test ${data.test}: ${error.message}; ${error.hint ?? "prepare it before refit"}`;
  }
}
