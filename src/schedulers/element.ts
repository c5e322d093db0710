/** A program's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An element that runs without its scheduler. */
interface LocalRun {
  readonly jobId: string;
  /** From 1. */
  readonly index: number;
  readonly jobName: string;
  readonly logFile: string;
}

/** What a job finds in its environment. Pure. */
export interface ElementDialect {
  /** Variables that hold a job's id: first the one of a whole array, last the one that parallel jobs have too. */
  readonly jobIdVariables: readonly [string, ...string[]];
  /** Variable an element finds its index in, from 1. */
  readonly arrayIndexVariable: string;
  /** Variables that tell one element from another, and where it runs. */
  readonly tellingVariables: readonly string[];
  /** The host under the name by which it can be excluded; undefined where that is not told. */
  hostName(environment: Environment): string | undefined;
  /** What `bsweep local` sets in the scheduler's place. With BSWEEP_INSIDE a job file starts no container. */
  variablesOf(run: LocalRun): Readonly<Record<string, string>>;
}
