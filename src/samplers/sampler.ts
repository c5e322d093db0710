import { MAX_TRIALS, type Parameters, type SearchSpace } from "../core/study.ts";
import type { Surrogate } from "./surrogate.ts";

/** A whole number that a sampler takes in the study file, under its name; samplers that share a name share its range. */
interface SamplerKey {
  readonly low: number;
  readonly high: number;
  readonly describe: string;
}

/** What a sampler is given of the study file, by name. */
export type SamplerKeys<Name extends string = string> = Readonly<Record<Name | "seed", number>>;

/** A trial that was proposed before, as far as it has come. */
export interface Observation {
  /** The space's parameters and no other: a row of anything else is left out by whoever learns. */
  readonly params: Parameters;
  readonly state: "running" | "complete" | "pruned" | "failed";
  /** What was measured last, turned so that lower is better; null where nothing was. */
  readonly loss: number | null;
  /** Of a pruned one, which part of all trials is better, in (0, 1), where that is known: then its loss does not count. */
  readonly quantile?: number | undefined;
  /** After which part of its training that was, in (0, 1]; 1 for a complete one. */
  readonly share: number;
}

export type History = readonly Observation[];

/** A way to choose combinations. A line in the table of `index.ts` makes it known to everything else. */
export interface Sampler<Name extends string = string> {
  /** What it proposes, for the study file's schema. */
  readonly describe: string;
  /** Raised whenever the same arguments would be answered otherwise. */
  readonly revision: number;
  /** Whether it proposes by what is known: then a trial chooses its parameters when it starts. */
  readonly learns: boolean;
  /** Whether ranges without a `step` may stand in its space. */
  readonly takesRanges: boolean;
  /** Keys of `sampler` beside `kind` and `seed`; whoever names this sampler has to give them. */
  readonly settings: Readonly<Record<Name, SamplerKey>>;
  /** How many combinations it is asked for; Infinity for what has no end. */
  count(space: SearchSpace, settings: SamplerKeys<Name>): number;
  /**
   * What to try after `history`, best first: all of it in the space and distinct, parameters present exactly where
   * their conditions hold, the same for the same arguments everywhere and always. Lazy: a caller takes as many as
   * it can use now. A sampler that learns goes on from the history and is asked again when there is more of it; one
   * that does not gives its whole sequence each time, and the caller leaves out what it has.
   */
  propose(space: SearchSpace, settings: SamplerKeys<Name>, history: History): Iterable<Parameters>;
  /**
   * What it goes by after `history`, of which enough has ended for a model (learner.ts); null where it would go by no such
   * model. Absent: it never does.
   */
  readonly model?: (space: SearchSpace, history: History) => Surrogate | null;
}

/** What samplers take that draw as many combinations as they are asked for. */
export const TRIALS = {
  trials: { low: 1, high: MAX_TRIALS, describe: "How many combinations are drawn" },
} as const satisfies Readonly<Record<string, SamplerKey>>;
