import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a command of Slurm's answered, as recorded under `test/fixtures/slurm`. */
export interface SlurmAnswer {
  readonly command: string;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const FIXTURES = join(import.meta.dirname, "..", "..", "fixtures", "slurm");

/** Where the answers of this name are recorded. */
export function answersFile(name: string): string {
  return join(FIXTURES, `${name}.txt`);
}

/** The answers of a file, in the order in which they were given. */
export function readAnswers(name: string): SlurmAnswer[] {
  const [, ...blocks] = `\n${readFileSync(answersFile(name), "utf8")}`.split("\n$ ");
  return blocks.map((block) => {
    const [command = "", ...lines] = block.split("\n");
    const take = (mark: string) =>
      lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
    const [status = ""] = take("= ");
    return {
      command,
      status: status === "null" ? null : Number(status),
      stdout: take("> ").join("\n"),
      stderr: take("! ").join("\n"),
    };
  });
}

/** The answer to a command, given once. @throws Error when it was not recorded, or more than once */
export function readAnswer(name: string, command: string): SlurmAnswer {
  const [answer, ...others] = readAnswers(name).filter((answer) => answer.command === command);
  if (answer === undefined || others.length > 0) {
    throw new Error(
      `${answersFile(name)}: found ${others.length + (answer ? 1 : 0)} of ${command}`,
    );
  }
  return answer;
}

export function formatAnswer({ command, status, stdout, stderr }: SlurmAnswer): string {
  const marked = (mark: string, text: string) =>
    text === "" ? [] : text.split("\n").map((line) => `${mark}${line}`);
  return [
    "",
    `$ ${command}`,
    `= ${status}`,
    ...marked("> ", stdout),
    ...marked("! ", stderr),
    "",
  ].join("\n");
}
