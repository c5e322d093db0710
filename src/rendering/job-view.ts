/**
 * What templates see. templates/README.md says what each field holds; a test holds the two together.
 * Text is raw: a template writes `{{shell name}}` wherever a value stands in a script.
 */

/** Fields of every template, whatever it is for. */
export interface ScriptView {
  readonly bsweepVersion: string;
  readonly title: string;
  readonly workspace: string;
  readonly roundFolder: string;
}

/** Fields of every template of a round. */
export interface RoundView extends ScriptView {
  readonly study: string;
  readonly studyFile: string;
  readonly round: number;
  readonly resultsFolder: string;
  readonly arrayCount: number;
}

/** Where and with what an element starts: the same for trials and for pieces of a data set. */
export interface ElementView {
  readonly directivePrefix: string;
  readonly arrayIndexVariable: string;
  readonly jobIdVariable: string;
  readonly container: boolean;
  readonly jobSetup: readonly string[];
  readonly containerPrefix: readonly string[];
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  readonly containerPath: string;
  readonly bsweep: string;
  readonly runner: string;
  readonly runAgainStatus: number;
  readonly gpu: boolean;
  readonly gpus: number;
}

/** How a parallel job starts its tasks. */
export interface PoolView {
  readonly pool: boolean;
  readonly poolSlots: number;
  readonly launch: readonly string[];
  readonly hostfile: boolean;
  readonly claimFolder: string;
  /** In place of the element's, where the launcher has put the tasks into their containers already. */
  readonly containerPrefix?: readonly string[];
}

/** Of a job array. */
export const NO_POOL: PoolView = {
  pool: false,
  poolSlots: 0,
  launch: [],
  hostfile: false,
  claimFolder: "",
};

/** Fields of a job file. */
export interface JobView extends ScriptView, ElementView, Omit<PoolView, "containerPrefix"> {
  readonly array: number;
  readonly arrayName: string;
  readonly elements: number;
  readonly directives: readonly string[];
  readonly canary: boolean;
  readonly manifest: string;
  readonly preparation: readonly string[];
  readonly piece: boolean;
  readonly notice: boolean;
  readonly scriptPath: string;
  readonly logFolder: string;
}

/** Fields of a round's job file. */
export type RoundJobView = RoundView & JobView;

/** Where and how jobs are submitted, whatever they do. */
export interface SubmissionView {
  readonly jobGroup: string;
  readonly docker: boolean;
  readonly volumes: string;
  readonly submitFolder: string;
  readonly maxPendingElements: number;
  readonly scriptExtension: string;
  readonly schedulerProfile: string;
  /** What the scheduler's commands say, in part, where its daemons do not answer. */
  readonly silence: readonly string[];
}

/** Fields of submit.sh. */
interface SubmitView extends ScriptView, SubmissionView {
  readonly pieces: number;
  readonly concurrencyLimit: number;
  readonly hasCanary: boolean;
  readonly chained: boolean;
  readonly pool: boolean;
  readonly notify: string;
  readonly notifyName: string;
  readonly notifyOptions: readonly string[];
  readonly arrays: readonly SubmitArrayView[];
}

/** Fields of a round's submit.sh. */
export interface RoundSubmitView extends RoundView, SubmitView {
  readonly trials: number;
  readonly elements: number;
  readonly studyJobs: string;
}

/** Fields of the submit.sh of a data set's pieces. */
export interface PreparationSubmitView extends SubmitView {
  readonly piecesFolder: string;
  readonly progressCommand: string;
}

interface SubmitArrayView {
  readonly arrayName: string;
  readonly canary: boolean;
  readonly jobName: string;
  readonly script: string;
  readonly elements: number;
}
