/**
 * What templates see. templates/README.md explains each field; a test holds the two together.
 * Text is raw: a template writes `{{shell name}}` wherever a value stands in a script.
 */

/** Fields of every template, whatever it is for. */
export interface ScriptView {
  readonly bsweepVersion: string;
  /** What the script is for, in a few words on one line. */
  readonly title: string;
  readonly workspace: string;
  /** Folder of the scripts, relative to the workspace. */
  readonly roundFolder: string;
}

/** Fields of every template of a round. */
export interface RoundView extends ScriptView {
  readonly study: string;
  /** Relative to the workspace where it lies inside, else absolute. */
  readonly studyFile: string;
  readonly round: number;
  /** Relative to the workspace. */
  readonly resultsFolder: string;
  readonly arrayCount: number;
}

/** Where and with what an element starts: the same for trials and for pieces of a data set. */
export interface ElementView {
  readonly directivePrefix: string;
  readonly arrayIndexVariable: string;
  readonly jobIdVariable: string;
  /** Whether elements run in an image. */
  readonly container: boolean;
  /** Shell lines of the site, run on the host before anything else. */
  readonly jobSetup: readonly string[];
  /** Words that start a program inside the image; empty where it runs there already, or on the host. */
  readonly containerPrefix: readonly string[];
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly walltimeSeconds: number;
  readonly containerPath: string;
  readonly bsweep: string;
  /** Folder of the staged Node and bsweep, relative to the workspace; empty when the image brings them. */
  readonly runner: string;
  /** Exit status that asks to be run again. */
  readonly runAgainStatus: number;
  readonly gpu: boolean;
  /** GPUs of an element. */
  readonly gpus: number;
}

/** How a parallel job starts its tasks. */
export interface PoolView {
  /** Whether the job is parallel: its tasks take the elements. */
  readonly pool: boolean;
  readonly poolSlots: number;
  /** Words that start a task on each slot; empty where the job file starts each by itself, with blaunch. */
  readonly launch: readonly string[];
  /** Whether those words want a file of hosts, as mpirun does. */
  readonly hostfile: boolean;
  /** Folder through which the tasks share the elements, relative to the workspace. */
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
  /** Whether this is the array of one element that the others wait for. */
  readonly canary: boolean;
  /** Relative to the workspace; empty for a preparation. */
  readonly manifest: string;
  /** Words of `bsweep prepare`, which an element runs in place of a trial; empty in a round. */
  readonly preparation: readonly string[];
  /** Whether an element packs the piece of its index. */
  readonly piece: boolean;
  /** This job file, absolute. */
  readonly scriptPath: string;
  /** Folder of the elements' own logs, relative to the workspace. */
  readonly logFolder: string;
}

/** Fields of a round's job file. */
export type RoundJobView = RoundView & JobView;

/** Where and how jobs are submitted, whatever they do. */
export interface SubmissionView {
  readonly jobGroup: string;
  /** Whether LSF's Docker wrapper starts the containers. */
  readonly docker: boolean;
  /** LSF_DOCKER_VOLUMES; empty without Docker. */
  readonly volumes: string;
  readonly submitFolder: string;
  /** 0: no limit but the scheduler's. */
  readonly maxPendingElements: number;
  readonly scriptExtension: string;
  /** Empty when the site has none. */
  readonly schedulerProfile: string;
}

/** Fields of submit.sh. */
export interface SubmitView extends ScriptView, SubmissionView {
  /** Pieces of a data set, which array 0 packs and array 1 merges; 0 in a round. */
  readonly pieces: number;
  readonly concurrencyLimit: number;
  readonly hasCanary: boolean;
  /** Whether each array waits for the one before: Slurm has no other limit for all of them together. */
  readonly chained: boolean;
  readonly pool: boolean;
  /** Address for a mail at the end; empty for none. */
  readonly notify: string;
  /** Name of the job that mails. */
  readonly notifyName: string;
  /** Its options, as words of a command line. */
  readonly notifyOptions: readonly string[];
  readonly arrays: readonly SubmitArrayView[];
}

/** Fields of a round's submit.sh. */
export interface RoundSubmitView extends RoundView, SubmitView {
  readonly trials: number;
  readonly elements: number;
  /** The study's folder of rounds, relative to the workspace. */
  readonly studyJobs: string;
}

/** Fields of the submit.sh of a data set's pieces. */
export interface PreparationSubmitView extends SubmitView {
  /** Where the pieces appear, absolute. */
  readonly piecesFolder: string;
  /** The command that tells how far it is. */
  readonly progressCommand: string;
}

export interface SubmitArrayView {
  readonly arrayName: string;
  readonly canary: boolean;
  readonly jobName: string;
  readonly script: string;
  readonly elements: number;
}
