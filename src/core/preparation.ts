import type { DatasetHeader } from "./dataset.ts";
import type { SchedulerName } from "./site.ts";

/** A data set that jobs pack: `preparation.json` beside their scripts. */
export interface Preparation {
  readonly schemaVersion: 1;
  /** Random hex, part of the job names. */
  readonly nonce: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  readonly bsweep: string;
  /** Absolute folder of the data set. */
  readonly to: string;
  /** Pieces: elements of the array that packs them. */
  readonly shards: number;
  readonly site: string;
  readonly scheduler: SchedulerName;
  /** SHA-256 of everything that was asked for, the size and time of the source files among it. */
  readonly request: string;
}

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
