import type { StudyStatus } from "../../src/app/status.ts";
import { type BsweepProcess, startBsweep, type ProcessEnd } from "./bsweep-process.ts";
import type { Lsf } from "./lsf/lsf.ts";
import type { SubmittableRound } from "./submitted-round.ts";

/** The built bsweep, working on a round's study where the emulated LSF's commands are on PATH. */
export class WatchedStudy {
  readonly round: SubmittableRound;
  readonly #lsf: Lsf;

  constructor(lsf: Lsf, round: SubmittableRound) {
    this.#lsf = lsf;
    this.round = round;
  }

  /** `bsweep COMMAND STUDY ARGS...` */
  start(command: string, ...args: readonly string[]): BsweepProcess {
    const { layout, studyFile } = this.round;
    return startBsweep([command, studyFile, "--workspace", layout.workspace, ...args], {
      env: { PATH: this.#lsf.environment()["PATH"] ?? "" },
    });
  }

  run(command: string, ...args: readonly string[]): Promise<ProcessEnd> {
    return this.start(command, ...args).end;
  }

  /** Its answer to `--json`. @throws Error when it fails */
  async ask<T>(command: string, ...args: readonly string[]): Promise<T> {
    const { stdout, stderr, exitStatus } = await this.run(command, "--json", ...args);
    if (exitStatus !== 0) throw new Error(`exit status ${exitStatus}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  status(): Promise<StudyStatus> {
    return this.ask<StudyStatus>("status");
  }

  /** Trials by state, only states that occur. */
  async counts(): Promise<Record<string, number>> {
    const { counts } = await this.status();
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  }

  /** How often LSF was asked for states. */
  async questions(): Promise<number> {
    const calls = await this.#lsf.calls();
    return calls.filter(({ command, args }) => command === "bjobs" && args.includes("-json"))
      .length;
  }
}
