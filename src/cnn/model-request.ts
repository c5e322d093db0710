import type { BsweepError } from "../core/errors.ts";

/** What the program that holds TensorFlow is asked about refitted models, as a JSON file. Paths are absolute. */
export interface ModelRequest {
  readonly schemaVersion: 1;
  readonly task: PredictTask | ExportTask;
  readonly threads: number;
  /** Removed by whoever asks. */
  readonly scratchFolder: string;
  /** Where the program leaves a ModelAnswer, written whole or not at all. */
  readonly answerFile: string;
}

/** The probabilities of images, as the mean over the models. */
export interface PredictTask {
  readonly kind: "predict";
  /** Folders of models for one shape of images and one number of classes. */
  readonly models: readonly string[];
  readonly images: ImagesToPredict;
  /** Takes raw float32 [images, classes], little-endian. */
  readonly probabilitiesFile: string;
}

export type ImagesToPredict =
  /** Folder of a packed data set of the models' shape. */
  | { readonly kind: "dataset"; readonly path: string }
  /** PNG, JPEG, BMP or GIF, of any size. */
  | { readonly kind: "files"; readonly files: readonly string[]; readonly inversion: Inversion };

/** Whether brightness is turned round: always, never, or (gray images only) where the border is bright. */
export const INVERSIONS = ["auto", "always", "never"] as const;
export type Inversion = (typeof INVERSIONS)[number];

/** One model as a TensorFlow SavedModel; its folder must exist. */
export interface ExportTask {
  readonly kind: "export-saved-model";
  readonly model: string;
  readonly to: string;
}

export type ModelAnswer =
  | { readonly ok: true; readonly files: readonly ReadImage[] }
  | { readonly ok: false; readonly error: ToldError };

/** An image file as it was read, before it was made the models' size. */
export interface ReadImage {
  readonly file: string;
  readonly height: number;
  readonly width: number;
  readonly inverted: boolean;
}

/** A BsweepError on its way from one process to another. */
export type ToldError = Pick<BsweepError, "code" | "message" | "issues"> & {
  readonly hint: string | null;
};
