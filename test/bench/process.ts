import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * Runs a program to its end.
 * @returns wall seconds from before the start until it has exited
 * @throws Error with what it printed when it fails
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  { env = {}, cwd }: ProcessOptions = {},
): Promise<number> {
  const started = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd });
  const printed: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => printed.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    let ended = NaN;
    child.on("error", reject);
    child.on("exit", () => (ended = performance.now()));
    child.on("close", (code) => resolve(code === 0 ? ended - started : null));
  });
  if (status !== null) return status / 1000;
  throw new Error(`${command} ${args.join(" ")} failed:\n${Buffer.concat(printed).toString()}`);
}

/** Runs each of `programs` in turn, `rounds` times over, so that a busy spell hits all alike. */
export async function interleave<Name extends string>(
  programs: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const entries = Object.entries(programs) as [Name, () => Promise<number>][];
  const seconds = Object.fromEntries(entries.map(([name]) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >;
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of entries) seconds[name].push(await measure());
  }
  return seconds;
}

/** Seconds of a program and of those it started. */
export interface Spent {
  readonly wall: number;
  /** Processor time, of the user and of the system. */
  readonly cpu: number;
}

/**
 * Runs a program to its end, its output left out.
 * @throws Error with its standard error when it fails
 */
export async function measure(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Spent> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null';
  const { stderr } = await execute("bash", ["-c", script, "bash", ...argv], {
    env: { ...process.env, ...env },
  });
  const [wall = NaN, user = NaN, system = NaN] = (stderr.trim().split("\n").at(-1) ?? "")
    .split(" ")
    .map(Number);
  return { wall, cpu: user + system };
}
