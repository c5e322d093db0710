import type { Parameters } from "./study.ts";
import type { Resource } from "./trial.ts";

/** What the runner hands a trainer, as a JSON file. The answer is a TrainerReport at `reportFile`. */
export interface TrainerRequest {
  readonly schemaVersion: 1;
  readonly trialId: string;
  readonly params: Parameters;
  readonly resource: Resource;
  /** The trial's seed; purposes derive from it (random.ts). */
  readonly seed: number;
  readonly threads: number;
  readonly dataset: {
    /** Absolute folder of the packed data set. */
    readonly path: string;
    /** The digest the study was planned with; other data is refused. */
    readonly digest: string;
    readonly holdout: { readonly fraction: number; readonly seed: number };
  };
  /** Absolute path where the trainer leaves its report, written whole or not at all. */
  readonly reportFile: string;
  /** Folder for scratch files, removed by the runner. */
  readonly scratchFolder: string;
}
