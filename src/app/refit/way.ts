import type { Effects } from "../../core/effects.ts";
import type { Parameters, Study } from "../../core/study.ts";
import type { Choice, RefitOptions, ResolveParameters } from "./choose.ts";
import type { NamedData } from "./data.ts";

/** What every kept model tells. */
export interface RefitFacts {
  readonly name: string;
  /** Null when the study left nothing to choose. */
  readonly trial: { readonly number: number } | null;
  readonly seed: number;
  readonly epochs: number;
  readonly seconds: number;
  /** On the test set; null without one, or where the trainer told no predictions. */
  readonly test: {
    readonly rows: number;
    readonly correct: number;
    readonly accuracy: number;
  } | null;
}

/** What a model comes from: the same comes to the same. */
export interface Origin {
  readonly params: Parameters;
  readonly epochs: number;
  readonly trainingSeed: number;
  /** Of the data it is trained on; "" without. */
  readonly data: string;
  /** Of the data it is judged on; null without. */
  readonly test: string | null;
  /** What else the trainer says. */
  readonly trainer: Parameters;
}

/** How a study's trainer makes models. */
export interface RefitWay<M extends RefitFacts> {
  /** What is trained on, and what is judged on; null where the study has none. */
  readonly data: { readonly train: NamedData; readonly test: NamedData | null } | null;
  /** What progress counts, and how many of them a training is. */
  readonly unit: string;
  readonly unitsOf: (choice: Choice) => number;
  readonly resolve: ResolveParameters;
  /** @throws BsweepError where this can be no model */
  readonly check: (choice: Choice) => void;
  /** @returns undefined when it was stopped */
  readonly train: (
    choice: Choice,
    onUnit: () => void,
    signal: AbortSignal,
  ) => Promise<M | undefined>;
  /** A model that is there. @throws BsweepError INVALID_MODEL */
  readonly open: (folder: string) => M;
  readonly wantedOf: (choice: Choice) => Origin;
  readonly foundOf: (model: M) => Origin;
  /** Name of the file with its probabilities of the test set, in its folder; null where it left none. */
  readonly probabilitiesOf: (model: M) => string | null;
}

/** What a way is made of. */
export interface RefitScene<S extends Study> {
  readonly study: S;
  readonly options: RefitOptions;
  readonly modelsFolder: string;
  readonly effects: Effects;
}
