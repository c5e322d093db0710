import { explainMisfit } from "../../core/dataset-sanity.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Study } from "../../core/study.ts";
import type { Layout } from "../../workspace/layout.ts";
import { openPackedDataset, type PackedDataset } from "../../workspace/packed-dataset.ts";

/** A data set as the study names it, and where it stands. */
export interface NamedData extends Pick<PackedDataset, "folder" | "header"> {
  readonly path: string;
}

/** What a study trains on and is judged on, with labels. @throws BsweepError INVALID_DATA, also where they do not fit together */
export function openRefitData(
  { train: trained, test: tested }: NonNullable<Study["data"]>,
  layout: Layout,
): { readonly train: NamedData; readonly test: NamedData | null } {
  const train = openData(layout, trained);
  const test = tested === undefined ? null : openData(layout, tested);
  const misfit = test && explainMisfit(test.header, train.header);
  if (misfit)
    throw new BsweepError(
      "INVALID_DATA",
      `the test set in ${test.folder} does not fit: ${misfit}`,
      { hint: "prepare it again, with --classes if the last classes do not occur" },
    );
  return { train, test };
}

function openData(layout: Layout, path: string): NamedData {
  const { header, folder } = openPackedDataset(layout.resolve(path));
  if (header.classes === 0)
    throw new BsweepError("INVALID_DATA", `the data set in ${folder} has no labels`, {
      hint: "rows to be predicted are for bsweep predict",
    });
  return { path, folder, header };
}
