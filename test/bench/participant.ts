import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * A program that trains one epoch each time it is sent a line, and answers with the epoch's seconds.
 * All of a comparison are alive at once and train in turn, so that start-up is nobody's cost and a busy
 * spell of the machine hits all alike.
 */
export class Participant {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string, undefined>;
  #complaints = "";

  constructor(
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) {
    this.#child = spawn(command, args, { env: { ...process.env, ...environment } });
    this.#child.stderr.on("data", (chunk: Buffer) => (this.#complaints += chunk.toString()));
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Trains one epoch. @returns its seconds, as the program measured them */
  async trainEpoch(): Promise<number> {
    this.#child.stdin.write("\n");
    const { value } = await this.#answers.next();
    const seconds = Number(value);
    if (Number.isFinite(seconds)) return seconds;
    const { spawnargs } = this.#child;
    throw new Error(`${spawnargs.join(" ")} ended early:\n${value ?? ""}\n${this.#complaints}`);
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
