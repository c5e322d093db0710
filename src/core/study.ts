import type { GpuRequest, Placement, Pool } from "./placement.ts";
import type { ArgsStyle } from "./args-style.ts";

/** A study as the rest of the program sees it: validated, defaults filled in, units in the names. */

/** Texts, numbers, yes or no; of commands also nothing, lists and mappings of these. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

/** Parameter name -> value. What a trial is run with, apart from its resource. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/**
 * Numbers in [low, high], both ends included; `log`: uniform in the logarithm; `step`: low, low+step, ... <= high. `normal`: not
 * uniform but normal, of the numbers or of their logarithms, cut off at the ends.
 */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly normal?: { readonly mean: number; readonly sd: number };
}

/** A list. */
interface Categorical {
  readonly kind: "categorical";
  readonly values: readonly ParameterValue[];
  /** How often each is drawn, beside the others; absent: all alike. */
  readonly weights?: readonly number[];
}

/** The values a parameter may take. */
export type Distribution =
  | Categorical
  | (Range & { readonly kind: "real"; readonly step?: number })
  | (Range & { readonly kind: "integer"; readonly step: number });

/** What a condition asks of a parameter's value: all that is here. Comparisons pass numbers only. */
export interface ValueTest {
  readonly oneOf?: readonly ParameterValue[];
  readonly noneOf?: readonly ParameterValue[];
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly above?: number;
  readonly below?: number;
}

/** One dimension of the search space. */
export interface Dimension {
  /** Several may have one name: the first whose condition holds is searched. */
  readonly name: string;
  readonly distribution: Distribution;
  /** It is searched only in trials in which every parameter named here is there and passes. */
  readonly when?: Readonly<Record<string, ValueTest>>;
}

/** What combinations keep to that have all its parameters. */
export interface Constraint {
  /** In the Common Expression Language (space/constraints.ts). */
  readonly expression: string;
  /** Parameters that it speaks of and that no trial changes. */
  readonly fixed: Parameters;
}

/** What is searched. */
export interface SearchSpace {
  readonly dimensions: readonly Dimension[];
  readonly constraints: readonly Constraint[];
}

/** Most trials a study may have; it bounds the time `plan` takes. */
export const MAX_TRIALS = 1_000_000;

/** Which combinations are proposed. */
export interface SamplerSpec {
  /** A line in the table of `samplers`, which knows what `settings` it takes. */
  readonly kind: string;
  /** Seed of the study: of the trials and of the hold-out too, whatever the sampler. */
  readonly seed: number;
  readonly settings: Readonly<Record<string, number>>;
  /** Of one that learns: trials of elsewhere to start from, by the names of studies, imports or tables. */
  readonly from?: readonly string[];
}

/** When a search has what it wanted: trials that start after one of these holds are skipped. */
export interface StopRule {
  /** The objective is at least as good. */
  readonly target?: number;
  /** So many trials in a row have ended without a new best. */
  readonly patience?: number;
  /** Core-hours that the study's trials have used together. */
  readonly cpuHours?: number;
}

/** How trials are stopped early. */
export interface PrunerSpec {
  /** A line in the table of `pruners`. */
  readonly kind: string;
  readonly minResource: number;
  readonly reductionFactor: number;
  /** Told at steps while a trial runs; absent: what the objective is measured by then. */
  readonly metric?: string;
  readonly keepCheckpoints: boolean;
}

/** Of how many trials artifacts are kept: of the best, or of all. */
export type KeptTrials = number | "all";

export interface Objective {
  /** Key into a result's metrics. */
  readonly metric: string;
  readonly direction: "maximize" | "minimize";
}

/** The metric that holds the best of what a trial's steps tell of another: `accuracy.max`, `loss.min`. */
export function bestOfSteps({ metric, direction }: Objective): string {
  return `${metric}.${direction === "maximize" ? "max" : "min"}`;
}

/** The metric of the steps that a result's metric is the best of; itself where it is none. */
export function stepMetricOf(metric: string, best: readonly Objective[] = []): string {
  return best.find((each) => bestOfSteps(each) === metric)?.metric ?? metric;
}

/** A value turned so that lower is better; null where there is none. */
export function toLoss(
  value: number | null,
  { direction }: Pick<Objective, "direction">,
): number | null {
  return value !== null && direction === "maximize" ? -value : value;
}

/** Most objectives of a study. */
export const MAX_OBJECTIVES = 4;

/** What trials must keep to for being the best: one bound of a metric, or both. */
export interface Requirement {
  /** Key into a result's metrics, or a cost (costs.ts). */
  readonly metric: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** What is asked of trials that have ended. It is no part of what they are: asked anew, the same trials are ranked anew. */
export interface Goals {
  /** What trials are ranked by. */
  readonly objective: Objective;
  /** Where there are several: `objective` first. Their metrics differ; beyond the first it may be a cost (costs.ts). */
  readonly objectives?: readonly Objective[];
  readonly requirements?: readonly Requirement[];
}

export const PRECISIONS = ["float32", "bfloat16"] as const;
export type Precision = (typeof PRECISIONS)[number];

/** The built-in CNN. `set` fixes parameters for every trial. */
interface CnnTrainer {
  readonly kind: "cnn";
  /** The resource: most epochs a trial may train. */
  readonly epochs: number;
  /** Of convolutions and matrix products; variables, loss and updates are float32 always. */
  readonly precision: Precision;
  /** Parameters fixed for all trials; a name may not also stand in the search space. */
  readonly set: Parameters;
}

/** How a program is started, and how it tells what it has measured; a key is absent where the study has none. */
export interface CommandSetup {
  /** Program and arguments, with placeholders. */
  readonly command: readonly string[];
  /** As far as it is not the default. */
  readonly argsStyle?: Partial<ArgsStyle>;
  /** Variables of its environment beside its runner's, with placeholders. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs, with placeholders, relative to the workspace; by default that. */
  readonly cwd?: string;
  /** Metric -> expression that finds it in a line of output (formats/metric-patterns.ts). */
  readonly metrics?: Readonly<Record<string, string>>;
  /** File that it writes its metrics to, with placeholders, relative to where it runs. */
  readonly metricsFile?: string;
}

/** Any program: it is handed its parameters and tells what it has measured (trainer-command.ts). */
export interface CommandTrainer extends CommandSetup, Pick<CnnTrainer, "epochs" | "set"> {
  readonly kind: "command";
  /** Numerics revision, raised by hand when the same parameters would train otherwise. */
  readonly version: number;
  /** What the best of the steps is kept of, beside the last (`bestOfSteps`); absent where the study asks for none. */
  readonly best?: readonly Objective[];
}

/** Folders of packed data sets, relative to the workspace. */
interface StudyData {
  /** The rows that trials train on and are judged on. */
  readonly train: string;
  /** Rows that nothing looks at before a model was refitted on all of `train`. */
  readonly test?: string;
  /** Fraction of the rows held out from every trial and used only for the objective, in (0, 1). */
  readonly holdout: number;
  /** So many of the other rows trials train and stop on, or a fraction of them, in (0, 1); absent: all of them. */
  readonly rows?: number;
}

/** Where the study runs on a cluster. A key of the placement that is absent here takes the site's value. */
export interface StudyCluster extends Placement {
  readonly site: string;
  /** Most elements of the study running at once. */
  readonly concurrencyLimit: number;
  readonly jobGroup?: string;
  /** Set: the elements are taken by the tasks of parallel jobs, instead of being elements of job arrays. */
  readonly pool?: Pool;
  /** Address for one mail when everything has ended. */
  readonly notify?: string;
}

/** What one element asks of the scheduler. */
export interface Resources {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  readonly gpu?: GpuRequest;
  /** Room in the host's /tmp, MiB. */
  readonly tmpMiB?: number;
  /** Seconds of training between a trial's checkpoints, 0: one after each epoch, null: none. */
  readonly checkpointSeconds: number | null;
  /** Trials packed into one element, run one after another; `auto`: by the time that the first one took. */
  readonly trialsPerElement: number | "auto";
  /** What a retry may raise memory and wall time to. */
  readonly maxMemoryMiB?: number;
  readonly maxWalltimeSeconds?: number;
}

interface StudyParts extends Goals {
  /** `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 64 characters: it becomes a job name and a folder. */
  readonly name: string;
  /** The study file, as the user named it. */
  readonly file: string;
  readonly space: SearchSpace;
  readonly sampler: SamplerSpec;
  /** Of a study whose trials choose when they start. */
  readonly stop?: StopRule;
  /** Absent: every trial is trained to its end. */
  readonly pruner?: PrunerSpec;
  readonly replicates: number;
  /** Of which trials it is kept what they leave beside their results; absent: of none. */
  readonly artifacts?: { readonly keep: KeptTrials };
  /** What was made of the file that whoever wrote it should be told; absent where there is nothing. */
  readonly notes?: readonly string[];
  readonly cluster: StudyCluster;
  readonly resources: Resources;
}

export interface CnnStudy extends StudyParts {
  readonly data: StudyData;
  readonly trainer: CnnTrainer;
}

export interface CommandStudy extends StudyParts {
  /** Null for a command that brings its own. */
  readonly data: StudyData | null;
  readonly trainer: CommandTrainer;
}

export type Study = CnnStudy | CommandStudy;

export function isCnnStudy(study: Study): study is CnnStudy {
  return study.trainer.kind === "cnn";
}
