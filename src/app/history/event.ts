import type { ResultState } from "../../core/trial.ts";
import type { RoundKind } from "../../formats/round-file.ts";

interface EventParts {
  readonly study: string;
  /** When it began, ISO 8601 UTC. */
  readonly at: string;
  /** Who did it, for people; null where no file tells. */
  readonly who: string | null;
}

/** Something that was done, seen through the files it left. */
export type HistoryEvent = EventParts &
  (
    | {
        readonly kind: "planned";
        readonly round: number;
        readonly roundKind: RoundKind;
        readonly trials: number;
        /** The canary's left aside. */
        readonly arrays: number;
        /** Null in rounds of bsweep 0.1.0. */
        readonly site: string | null;
        readonly bsweep: string;
      }
    | {
        readonly kind: "submitted";
        readonly round: number;
        /** Array numbers, 0: the canary's; and their jobs, in the same order. */
        readonly arrays: readonly number[];
        readonly jobs: readonly string[];
        readonly elements: number;
      }
    | {
        /** Trials of a round ran. */
        readonly kind: "ran";
        readonly round: number;
        /** When the last one ended, ISO 8601 UTC. */
        readonly until: string;
        /** Attempts by how they ended; only what there is. */
        readonly results: Readonly<Partial<Record<ResultState, number>>>;
        readonly hosts: number;
      }
    /** Of these only the last one leaves a file; `cancelled`: by a `cancel` that held back what was yet to come. */
    | { readonly kind: "paused" | "cancelled" }
    | { readonly kind: "throttled"; readonly limit: number }
    | {
        /** The database changed last. */
        readonly kind: "collected";
        readonly results: number;
      }
    | { readonly kind: "refitted"; readonly model: string }
  );

export type HistoryKind = HistoryEvent["kind"];
