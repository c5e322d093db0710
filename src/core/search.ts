import type { Parameters, SamplerSpec, SearchSpace, StopRule } from "./study.ts";

/** What a late-bound trial needs to choose its parameters. */
export interface Search {
  readonly sampler: SamplerSpec;
  readonly space: SearchSpace;
  /** Parameters fixed for every trial. */
  readonly set: Parameters;
  /** Hash of the setting and the epochs: what its trials compare within. */
  readonly within: string;
  /** SHA-256 of what was known before the round, beside its manifests. */
  readonly history: string;
  readonly stop?: StopRule;
}

/** What a proposal was made from: given this, it is made again. Trials by number, as ranges. */
export interface Seen {
  /** SHA-256 of what was known before the round. */
  readonly history: string;
  /** Attempt -> trials of which it was known how that attempt had ended. */
  readonly ended: Readonly<Record<string, string>>;
  /** Trials whose choice was known, and nothing more. */
  readonly running: string;
}

/** What late-bound trials run: one choice for all replicates. It is made once, by the first of them to start. */
export interface Choice {
  readonly schemaVersion: 1;
  readonly slot: string;
  /** The trial that made it. */
  readonly number: number;
  readonly params: Parameters;
  /** The id that a trial of these parameters has which did not choose them: no two slots choose the same. */
  readonly content: string;
  readonly within: string;
  /** `seed`: of this proposal alone, the trial's own. */
  readonly sampler: { readonly kind: string; readonly revision: number; readonly seed: number };
  readonly seen: Seen;
  /** Which of the proposals it was, from 0: earlier ones were taken, or no network can be of them. */
  readonly place: number;
  /** What reading and proposing took. */
  readonly seconds: number;
  /** ISO 8601 UTC. */
  readonly chosenAt: string;
  readonly host: string;
}

/** How one attempt at a trial ended, for those that choose later. */
export interface TrialObservation {
  readonly schemaVersion: 1;
  readonly number: number;
  readonly trialId: string;
  readonly slot: string | null;
  readonly attempt: number;
  readonly params: Parameters;
  readonly within: string;
  readonly state: "complete" | "pruned" | "failed";
  /** The objective where it was last measured, turned so that lower is better; null where nothing was. */
  readonly loss: number | null;
  /** Of a pruned one, where it stood among those it was compared with (core/pruning.ts): by whatever metric, so it goes before its loss. */
  readonly quantile?: number | undefined;
  /** After which part of its training that was, in (0, 1]. */
  readonly share: number;
  /** Processor time, where it is known, else wall time. */
  readonly cpuSeconds: number;
  /** ISO 8601 UTC. */
  readonly endedAt: string;
}
