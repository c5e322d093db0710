import type { Objective } from "../core/study.ts";
import type { FailureKind } from "../core/trial.ts";
import type { Interval } from "./moments.ts";
import type { PageSearch } from "./search/search-page.ts";
import type { StudyRanking } from "./study-report.ts";

/**
 * All that the HTML report shows of a study. A hundred thousand trials fit: what there is of each stands in columns, and
 * names that people gave are values here, never keys. Equal databases give equal pages.
 */
export interface ReportPage {
  readonly study: string;
  readonly objective: Objective;
  /** Where there are several, `objective` first. */
  readonly objectives?: readonly Objective[];
  /** Rows of the ranking, the first ones, that meet what is required: ranks beyond this do not. */
  readonly meeting: number;
  readonly pareto?: PagePareto;
  /** Of a study that searches or stops trials early. */
  readonly search?: PageSearch;
  /** Its version. */
  readonly bsweep: string;
  readonly counts: StudyRanking["counts"];
  /** The setting's differences by code; 0 is the present one, with none. */
  readonly settings: readonly (readonly string[])[];
  /** Null while no trial is ranked. */
  readonly answer: PageAnswer | null;
  readonly trials: TrialColumns;
  /** Those that vary first, the one that matters most before all. */
  readonly parameters: readonly PageParameter[];
  readonly metrics: PageNumbers;
  readonly histories: Histories;
  readonly importance: readonly PageImportance[];
  readonly pairs: readonly PagePair[];
  readonly next?: readonly NextStep[];
  readonly holdout: PageHoldout;
  readonly attempts: AttemptColumns;
  readonly slots: PageSlots;
  /** The most frequent kind first. */
  readonly failures: readonly PageFailures[];
  readonly ledger: readonly LedgerLine[];
  readonly provenance: Provenance;
}

/** What no trial beats in all objectives at once. */
export interface PagePareto {
  readonly sentences: readonly string[];
  /** Numbers of the trials, the best in the first objective first. */
  readonly members: Int32Array;
  /** For each objective, for each member: means over replicates. */
  readonly values: readonly Float64Array[];
  /** How the hypervolume grew: rows of the ranking that had ended by then. */
  readonly ended: Int32Array;
  readonly hypervolume: Float64Array;
}

export interface PageAnswer {
  readonly number: number;
  readonly trialId: string;
  readonly objective: number;
  readonly replicates: number;
  readonly spread: Interval;
  /** 95 %, over rows only; null where there is none. */
  readonly interval: Interval | null;
  readonly holdout: { readonly correct: number; readonly count: number } | null;
  /** Rows of the ranking that share the first rank, this one among them. */
  readonly sharing: number;
  /** What the study does not have any more; null when it has it all. */
  readonly outside: string | null;
  /** Its parameters as `bsweep best` prints them. */
  readonly yaml: string;
  readonly corrected?: {
    readonly estimate: number;
    readonly low: number;
    readonly high: number;
    readonly sentence: string;
  };
  /** What cannot be told from the best, the first of the ranking first. */
  readonly tieGroup?: {
    /** Numbers of rows of the ranking. */
    readonly members: readonly number[];
    /** Places of all their trials, replicates one by one. */
    readonly trials: readonly number[];
    readonly sentence: string;
  };
}

/** One entry a planned trial, replicates one by one, by number. */
export interface TrialColumns {
  readonly number: Int32Array;
  /** Of the row of the ranking that it is part of; 0: in none. */
  readonly rank: Int32Array;
  /** Its place there, from 1: rows that share a rank have their own, which hold-out loss and size decide; 0: in none. */
  readonly place: Int32Array;
  /** Place in `TRIAL_STATES`. */
  readonly state: Uint8Array;
  readonly replicate: Uint16Array;
  readonly epochs: Int32Array;
  /** Place in `settings`. */
  readonly setting: Uint8Array;
  /** Trainable numbers of the model; NaN: not told. */
  readonly modelParameters: Float64Array;
  /** Place of the attempt that counts; -1: none. */
  readonly attempt: Int32Array;
  /** Place in `notes` of what went wrong, or why it ended early; -1: nothing. */
  readonly note: Int32Array;
  readonly notes: readonly string[];
  /** Place in `warningTexts` of what was odd; -1: nothing. */
  readonly warning: Int32Array;
  readonly warningTexts: readonly string[];
}

/** A parameter as trials have it. */
export interface PageParameter {
  readonly name: string;
  /** Each value once, ascending; a long text is cut and says so. */
  readonly values: readonly (string | number | boolean)[];
  /** Place of a trial's value; -1: it has no such parameter. */
  readonly codes: Int32Array;
  /** Whether the search space takes its logarithm. */
  readonly isLog: boolean;
  /** Whether it takes more than one value. */
  readonly varies: boolean;
}

/** Numbers by name, as there may be any number of names. */
export interface PageNumbers {
  readonly columns: readonly PageColumn[];
  /** Names that are left out, for there are too many. */
  readonly omitted: number;
}

/** One number a trial; NaN: none. */
export interface PageColumn {
  readonly name: string;
  readonly values: Float64Array;
}

/** What trials measured step by step. */
export interface Histories {
  /** For each trial the place of its first step; one entry more, which ends the last one. */
  readonly starts: Int32Array;
  readonly steps: Int32Array;
  readonly metrics: readonly Curve[];
  readonly omitted: number;
  /** Whether a trial with more steps shows some of them. */
  readonly isThinned: boolean;
}

/**
 * One metric at each step. `codes`: 16 bits from `low` to `high`, at most 1/131,068 of that range off, a hundredth of a pixel;
 * 65535: not told. `values`: where few values stretch the range so far that this would flatten the others.
 */
export interface Curve {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly codes: Uint16Array | null;
  readonly values: Float32Array | null;
}

/** A share in [0, 1] with its 95 % interval. */
export interface PageShare extends Interval {
  readonly share: number;
  readonly isBeyondChance: boolean;
}

export interface PageImportance {
  readonly parameter: string;
  /** Of the objective's variance; null when it cannot be told. */
  readonly variance: PageShare | null;
  /** Of what tells the best tenth from all. */
  readonly best: PageShare | null;
}

/** What two parameters explain together beyond what both do alone, as a share of the variance. */
export interface PagePair extends PageShare {
  readonly parameters: readonly [string, string];
}

/** What to try next, and what to paste into a study for it. */
export interface NextStep {
  readonly sentence: string;
  readonly yaml: string;
}

/** What became of the rows that were held out. */
export type PageHoldout = HoldoutView | { readonly reason: string };

export interface HoldoutView {
  readonly reason: null;
  readonly rows: number;
  readonly classes: number;
  /** What they are called, in class order. */
  readonly names: readonly string[];
  /** Trials whose predictions are counted in `hardest`. */
  readonly judged: number;
  readonly confusions: readonly Confusion[];
  readonly image: { readonly height: number; readonly width: number; readonly channels: number };
  /** Each once; `hard` and `pairs` name them by their place. */
  readonly shown: ShownRows;
  /** The rows that most trials get wrong, hardest first, then those that the best one gets wrong. */
  readonly hard: Int32Array;
  readonly pairs: readonly PairRows[];
}

/** Rows whose images a page holds. */
export interface ShownRows {
  /** Row of the data set, from 0. */
  readonly row: Int32Array;
  readonly label: Uint8Array;
  /** Trials that were wrong. */
  readonly wrong: Int32Array;
  /** What the most of these said, and what the best trial said. */
  readonly common: Uint8Array;
  readonly best: Uint8Array;
  /** [rows, height, width, channels], 0 .. 255. */
  readonly pixels: Uint8Array;
}

/** Rows of one class that are taken for another. */
export interface PairRows {
  readonly truth: number;
  readonly said: number;
  /** Places in `shown`, the one that most trials take for it first. */
  readonly places: Int32Array;
  /** How many trials did, of each. */
  readonly trials: Int32Array;
}

/** What one trial took for what. */
export interface Confusion {
  readonly trial: number;
  /** [true class, predicted class], row-major. */
  readonly counts: Int32Array;
}

/** One entry a result, by trial and attempt. */
export interface AttemptColumns {
  /** Place of its trial. */
  readonly trial: Int32Array;
  readonly attempt: Uint16Array;
  readonly round: Uint16Array;
  /** Seconds from `firstStart`. */
  readonly start: Float64Array;
  readonly seconds: Float64Array;
  /** NaN where it was not told, as below. */
  readonly cpuSeconds: Float64Array;
  readonly peakMemoryMiB: Float64Array;
  /** Place in `hosts`, and in `jobs`. */
  readonly host: Int32Array;
  readonly job: Int32Array;
  readonly state: Uint8Array;
  /** 1: it is the result of its trial that counts. */
  readonly counts: Uint8Array;
  readonly hosts: readonly string[];
  readonly jobs: readonly string[];
  /** ISO 8601 UTC; null without any. */
  readonly firstStart: string | null;
}

/** How many trials ran at once, those of all settings: from so many seconds after the first start on, so many. */
export interface PageSlots {
  readonly seconds: Float64Array;
  readonly running: Int32Array;
}

/** Failed trials of a kind. */
export interface PageFailures {
  readonly kind: FailureKind;
  readonly trials: number;
  /** Some of them, by number. */
  readonly examples: readonly {
    readonly number: number;
    readonly message: string;
    /** The last lines that it said. */
    readonly tail: string;
  }[];
}

/** What something cost, in words. */
export interface LedgerLine {
  readonly label: string;
  readonly value: string;
  readonly explanation: string;
}

/** Where the numbers come from. */
export interface Provenance {
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** Paragraphs for a paper, and what they cite. */
  readonly methods: readonly string[];
  readonly citations: readonly string[];
}
