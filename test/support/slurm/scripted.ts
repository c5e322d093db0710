import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { makeTestFolder } from "../folder.ts";

/** Commands that say what Slurm's say (test/fixtures/slurm), where no Slurm can be made to: other users, limits, kills. */
export class ScriptedSlurm {
  readonly folder: string;

  constructor(folder = makeTestFolder()) {
    this.folder = folder;
    writeFileSync(join(this.folder, "taken.txt"), "");
  }

  environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
    const commands = join(import.meta.dirname, "scripted");
    const PATH = [commands, process.env["PATH"] ?? ""].join(delimiter);
    return { ...process.env, PATH, SCRIPTED: this.folder, ...extra };
  }

  /** Lines of shell that sbatch runs before it takes the job; `accept` takes it. */
  answer(lines: string): void {
    writeFileSync(join(this.folder, "answer"), `${lines}\n`);
  }

  /** sbatch says this and fails. */
  refuse(...lines: readonly string[]): void {
    this.answer([...lines.map((line) => `echo "${line}" >&2`), "exit 1"].join("\n"));
  }

  /** How many elements of one's own are in the queue. */
  wait(elements: number): void {
    writeFileSync(join(this.folder, "waiting"), "1_1\n".repeat(elements));
  }

  /** Why what was taken waits. */
  reason(reason: string): void {
    writeFileSync(join(this.folder, "reason"), `${reason}\n`);
  }

  end(job: string): void {
    writeFileSync(join(this.folder, `ended-${job}`), "");
  }

  /** Jobs that were taken, in order, each with what it was made to wait for. */
  jobs(): { readonly id: string; readonly name: string; readonly dependency: string }[] {
    const lines = readFileSync(join(this.folder, "taken.txt"), "utf8").trimEnd().split("\n");
    return lines.flatMap((line) => {
      const [id = "", name = "", options = ""] = line.split("|");
      const dependency = /--dependency=(\S+)/.exec(options)?.[1] ?? "";
      return id === "" ? [] : [{ id, name, dependency }];
    });
  }
}
