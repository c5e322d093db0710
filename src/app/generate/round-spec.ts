import type { DatasetHeader } from "../../core/dataset.ts";
import type { RoundKind, Round } from "../../formats/round-file.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import type { Layout } from "../../workspace/layout.ts";
import type { RoundPlace } from "../../rounds/round-folder.ts";

/** Which round is to be written, whatever it is for. */
export interface RoundSpec {
  readonly layout: Layout;
  /** With the resources and the placement that this round is to have. */
  readonly study: Study;
  /** SHA-256 in hex of the study file, for provenance. */
  readonly sha256: string;
  readonly site: Site;
  /** Null for a command without data. */
  readonly header: DatasetHeader | null;
  readonly place: RoundPlace;
  readonly kind: RoundKind;
  /** In order, with the attempts they are to have; consumed once. */
  readonly trials: Iterable<Trial>;
  readonly trialsPerElement: number;
  /** Whether the first trial is to be tried alone before the others. */
  readonly canary: boolean;
  /** A command's image need not have bsweep: by default one is staged for it. */
  readonly imageHasBsweep?: boolean;
  /** Login name, for the default job group; by default that of the process. */
  readonly user?: string;
  /** Random hex for the job names; by default new with every round. */
  readonly nonce?: string;
}

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
