import type { ResultState } from "../../core/trial.ts";
import type { Disagreement } from "../../stats/outcome.ts";

/** What `collect` did, and what a person should look into. */
export interface CollectSummary {
  readonly study: string;
  /** Results that were not in the database before. */
  readonly added: Readonly<Record<ResultState, number>>;
  /** Results that were. */
  readonly unchanged: number;
  /** Every file that does not verify, by name. */
  readonly setAside: readonly SetAsideFile[];
  readonly disagreements: readonly Disagreement[];
}

export interface SetAsideFile {
  /** Below results/<study>. */
  readonly file: string;
  readonly reason: string;
  /** Told before, for the same reason. */
  readonly known: boolean;
}
