/** What `bsweep predict` wrote for the rows of a data set. */
export interface Submission {
  readonly output: string;
  readonly probabilitiesOutput: string | null;
  readonly rows: number;
  /** Names of the models whose mean it is. */
  readonly models: readonly string[];
  /** Rows predicted as each class, in class order. */
  readonly classCounts: readonly number[];
}

/** What `bsweep predict` says of image files. */
export interface ImagePredictions {
  /** Names of the models whose mean it is. */
  readonly models: readonly string[];
  readonly images: readonly ImagePrediction[];
}

export interface ImagePrediction {
  readonly file: string;
  /** Of the file, before it was made the models' size. */
  readonly height: number;
  readonly width: number;
  /** Whether dark was made bright. */
  readonly inverted: boolean;
  readonly label: number;
  readonly probability: number;
  /** The second best; null for a model of one class. */
  readonly runnerUp: { readonly label: number; readonly probability: number } | null;
  /** Of every class, in class order. */
  readonly probabilities: readonly number[];
}
