import { join } from "node:path";
import type { DatasetHeader, PackedFile } from "../../core/dataset.ts";
import { computeDatasetDigest, formatDatasetHeader } from "../../formats/dataset-header.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import {
  DATASET_FILE,
  IMAGES_FILE,
  LABELS_FILE,
  writePackedFile,
} from "../../workspace/packed-dataset.ts";
import { readBytes } from "../prepare/content.ts";
import type { NamedData } from "./data.ts";

/**
 * Packs the rows of a training set and after them those of a test set into one: for a trainer that trains on some rows of a data set and is
 * judged on others. @returns its header
 */
export async function joinData(
  folder: string,
  train: NamedData,
  test: NamedData,
): Promise<DatasetHeader> {
  const { header } = train;
  const classCounts = header.classCounts.map(
    (count, label) => count + (test.header.classCounts[label] ?? 0),
  );
  const parts = [train, test];
  const content = {
    ...{ schemaVersion: 1 as const, classCounts, classes: header.classes },
    ...{ height: header.height, width: header.width, channels: header.channels },
    ...(header.classNames === undefined ? {} : { classNames: header.classNames }),
    count: header.count + test.header.count,
    images: await writePackedFile(
      folder,
      IMAGES_FILE,
      readParts(parts, ({ images }) => images),
    ),
    labels: await writePackedFile(
      folder,
      LABELS_FILE,
      readParts(parts, ({ labels }) => labels),
    ),
  };
  const joined = { ...content, digest: computeDatasetDigest(content) };
  writeFileAtomic(join(folder, DATASET_FILE), formatDatasetHeader(joined));
  return joined;
}

/** The bytes of one kind of file, of all parts. */
async function* readParts(
  parts: readonly NamedData[],
  pick: (header: DatasetHeader) => PackedFile | null,
): AsyncGenerator<Buffer> {
  for (const { folder, header } of parts) {
    const packed = pick(header);
    if (packed !== null) yield* readBytes(join(folder, packed.file), 0, packed.bytes);
  }
}
