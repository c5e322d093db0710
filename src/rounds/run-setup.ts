import type { Failure, Trial, TrainerReport } from "../core/trial.ts";
import type { Round, RoundDataset } from "../formats/round-file.ts";
import type { Layout } from "../workspace/layout.ts";

/** Rows that are judged on: a part of all, or all from one on, to train on those before. */
type HeldOutRule = RoundDataset["holdout"] | { readonly from: number };

export type RunDataset = Omit<RoundDataset, "holdout"> & { readonly holdout: HeldOutRule };

/** What a trainer's run takes of its round. A refit, which is of none, says the same. */
export interface RunSetup extends Pick<
  Round,
  "study" | "trainer" | "limits" | "cluster" | "objective" | "pruning"
> {
  readonly dataset: RunDataset | null;
}

/** One training of chosen parameters on all rows, by a command. */
export interface CommandRefit {
  readonly trial: Trial;
  readonly setup: RunSetup;
  readonly layout: Layout;
  /** Where it leaves the model. */
  readonly artifactFolder: string;
  /** Undefined where it cannot save. */
  readonly checkpointFolder: string | undefined;
  /** Takes the probabilities of the rows judged on, where it leaves some. */
  readonly probabilitiesFile: string;
  /** File descriptor that takes what it writes. */
  readonly output: number;
  readonly signal: AbortSignal;
}

/** How it ended; `stopped`: run again, it goes on, where it saves. */
export type RefitEnd =
  | {
      readonly end: "trained";
      readonly report: TrainerReport;
      readonly warnings: readonly string[];
      readonly seconds: number;
    }
  | { readonly end: "stopped" }
  | { readonly end: "failed"; readonly failure: Failure };
