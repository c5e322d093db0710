import type { Round } from "../../formats/round-file.ts";

/** What `generate` wrote. */
export interface GenerateReport {
  readonly study: string;
  /** The study file, as the user named it. */
  readonly studyFile: string;
  readonly site: string;
  /** Trials that stand in earlier rounds. */
  readonly earlierTrials: number;
  /** Null when no trial is new: nothing was written. */
  readonly written: WrittenRound | null;
}

export interface WrittenRound {
  readonly round: number;
  readonly kind: Round["kind"];
  /** Absolute. */
  readonly folder: string;
  readonly trials: number;
  readonly elements: number;
  /** The canary's left out, as in `elements`. */
  readonly arrays: number;
  readonly canary: boolean;
  /** submit.sh, absolute; null on a site without a scheduler. */
  readonly submitScript: string | null;
}
