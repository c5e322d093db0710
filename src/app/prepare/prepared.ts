import type { DatasetHeader } from "../../core/dataset.ts";
import type { Preparation } from "../../formats/dataset-piece.ts";

/** How far it is, as files tell. */
export interface PreparationReport extends Pick<Preparation, "to" | "shards" | "site"> {
  /** `written`: by this call, or by an earlier one that was never submitted. */
  readonly state: "written" | "submitted" | "merged";
  /** Of the scripts, absolute. */
  readonly folder: string;
  readonly submitScript: string;
  /** Pieces that are not there, from 1, in order. */
  readonly missing: readonly number[];
  /** Ids of the jobs, as far as they are submitted. */
  readonly jobs: { readonly pieces: string | null; readonly merge: string | null };
  /** Null until it is merged. */
  readonly dataset: DatasetHeader | null;
}
