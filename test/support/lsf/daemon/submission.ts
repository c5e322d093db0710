import type { GivenOption } from "../grammar/options.ts";
import type { Dependency } from "../grammar/dependency.ts";
import type { GpuRequirement } from "../grammar/gpu.ts";
import type { RequeueCodes } from "../grammar/requeue-codes.ts";
import type { ResourceRequirement } from "../grammar/resource-requirement.ts";

/** An application of the Docker wrapper, from -a or -app. */
export interface Application {
  /** docker, docker1, docker_exec ... */
  readonly name: string;
  /** The image, or for docker_exec the job's id. */
  readonly argument: string;
}

/** What bsub was asked for, checked. */
export interface Submission {
  readonly options: Readonly<Record<string, string>>;
  /** The same, in order and with what was given twice. */
  readonly given: readonly GivenOption[];
  readonly name: string;
  /** With index list and limit, as given. */
  readonly specification: string;
  readonly indices: readonly number[] | null;
  readonly runningLimit: number | null;
  readonly description: string;
  readonly group: string;
  readonly userGroup: string;
  readonly queue: string;
  readonly serviceClass: string;
  readonly project: string;
  readonly priority: number | null;
  readonly slots: number;
  readonly requirement: ResourceRequirement;
  readonly gpu: GpuRequirement | null;
  readonly hosts: readonly string[];
  readonly exclusive: boolean;
  /** null: as reserved. */
  readonly memoryLimitKiB: number | null;
  readonly runLimitSeconds: number | null;
  readonly dependency: Dependency | null;
  /** -ti: ends where its dependency can no longer come true. */
  readonly endsWhenImpossible: boolean;
  readonly requeueCodes: RequeueCodes | null;
  readonly rerunnable: boolean;
  readonly output: OutputFiles;
  readonly input: string;
  readonly mail: { readonly at: "start" | "end" | "error" | null; readonly address: string };
  readonly held: boolean;
  readonly interactive: "-I" | "-Ip" | "-Is" | null;
  readonly waits: boolean;
  readonly application: Application | null;
  readonly beginsAt: number | null;
  readonly terminatesAt: number | null;
  readonly workFolder: string | null;
  /** What is run: the text of a script (from stdin), or a command. */
  readonly command: string;
  readonly fromStdin: boolean;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface OutputFiles {
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly overwriteStdout: boolean;
  readonly overwriteStderr: boolean;
}
