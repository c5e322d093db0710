/** Header of a packed data set of images: `dataset.json` in the data set's folder. */
export interface DatasetHeader {
  readonly schemaVersion: 1;
  /** Rows. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Number of classes: labels are 0 .. classes-1. 0 for a data set without labels. */
  readonly classes: number;
  /** Rows of each class, in class order; empty without labels. */
  readonly classCounts: readonly number[];
  /** What classes are called, in class order; absent where each is called by its number. No part of the digest. */
  readonly classNames?: readonly string[] | undefined;
  /** uint8, row-major [count, height, width, channels]. */
  readonly images: PackedFile;
  /** uint8, [count]; null for rows to be predicted. */
  readonly labels: PackedFile | null;
  /** `sha256:...` of shape, images and labels: the data set's identity. */
  readonly digest: string;
  /** Absent from data sets that were packed before it was looked at. */
  readonly seen?: SeenImages | undefined;
}

/** What was seen of the images while they were packed. It follows from them, and is no part of the digest. */
export interface SeenImages {
  /** Of all pixels, 0 .. 255. */
  readonly darkest: number;
  readonly brightest: number;
  /**
   * Some of the rows, so that two data sets can be compared without reading them: of the hashes of all different images,
   * the smallest `SAMPLED_ROWS`, ascending, `ROW_HASH_DIGITS` hex digits each.
   */
  readonly rows: string;
}

export const SAMPLED_ROWS = 512;
export const ROW_HASH_DIGITS = 10;

/** What the classes are called, in class order: by their numbers where they have no names. */
export function listClassNames({
  classes,
  classNames,
}: Pick<DatasetHeader, "classes" | "classNames">): readonly string[] {
  return classNames ?? Array.from({ length: classes }, (_, label) => String(label));
}

/** A raw file beside the header. */
export interface PackedFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}
