import type { KeptTrials, Objective } from "./study.ts";

/** Which trials' artifacts a round keeps. */
export interface ArtifactRule {
  readonly keep: KeptTrials;
  /** Hash of the setting and the epochs: what is compared. */
  readonly within: string;
}

/** A file that a trial has left, its name relative to the folder of the trial's artifacts, with `/`. */
export interface ArtifactFile {
  readonly file: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** What a complete trial has left, beside the folder that holds it: made once its result stands. */
export interface ArtifactRecord {
  readonly schemaVersion: 1;
  readonly number: number;
  readonly trialId: string;
  readonly attempt: number;
  readonly within: string;
  readonly objective: Objective & { readonly value: number };
  /** Whether the trial keeps to what its study requires. */
  readonly isWanted: boolean;
  /** Of all files, also of those that are not listed. */
  readonly count: number;
  readonly bytes: number;
  /** By name; the first MOST_LISTED of them. */
  readonly files: readonly ArtifactFile[];
}

/** So many files of a trial are listed with their hashes. */
export const MOST_LISTED = 1000;

/**
 * The records that are not among the best `keep` of their kind: of one setting and objective. Better is who keeps to what is required,
 * then whose value is better, then the lower number: a total order, so that whoever looks, whenever, never
 * finds one of the best to go.
 */
export function listBeyond(
  records: readonly ArtifactRecord[],
  keep: KeptTrials,
): readonly ArtifactRecord[] {
  if (keep === "all") return [];
  const kinds = new Set(records.map(kindOf));
  return [...kinds].flatMap((kind) =>
    records
      .filter((record) => kindOf(record) === kind)
      .sort(compareRecords)
      .slice(keep),
  );
}

const kindOf = ({ within, objective: { metric, direction } }: ArtifactRecord): string =>
  JSON.stringify([within, metric, direction]);

/** The better one first, of one kind. */
export function compareRecords(one: ArtifactRecord, other: ArtifactRecord): number {
  const sign = one.objective.direction === "maximize" ? -1 : 1;
  return (
    Number(other.isWanted) - Number(one.isWanted) ||
    sign * (one.objective.value - other.objective.value) ||
    one.number - other.number
  );
}
