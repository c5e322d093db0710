import { BsweepError, isSystemError } from "../core/errors.ts";
import type { PlannedSession } from "../app/session/shell.ts";
import { runAttached } from "../process/run-child.ts";
import { formatCommand } from "../core/shell.ts";

/** What stands after `--`; a shell where there is nothing. */
export function sessionCommand(words: readonly string[] | undefined): {
  readonly command: readonly string[];
  readonly terminal: boolean;
} {
  const command = words ?? [];
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  return command.length === 0 ? { command: ["/bin/bash"], terminal: true } : { command, terminal };
}

/** The line for a shell on the login node. */
export function formatSession({ session, folder }: PlannedSession): string {
  const { words, environment, pathBefore } = session;
  const variables = Object.entries(environment).map(
    ([name, value]) => `${name}=${formatCommand(value)}`,
  );
  const path = pathBefore === "" ? [] : [`PATH=${formatCommand(pathBefore)}:"$PATH"`];
  const command = [...variables, ...path, formatCommand(...words)].join(" ");
  return `cd ${formatCommand(folder)} && ${command}`;
}

/** Variables of a job that this process may be in: srun would make a step of it. */
const OF_A_JOB = /^(?:SLURM|SBATCH|SRUN)_(?!CONF$)/;
const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Runs it on this process's terminal.
 * @returns its exit status
 * @throws BsweepError USAGE for a shell without a terminal; SCHEDULER_MISSING; WORKSPACE where there is no such folder
 */
export async function runSession(
  { session, folder }: PlannedSession,
  isShell: boolean,
): Promise<number> {
  if (isShell && !process.stdin.isTTY) {
    throw new BsweepError("USAGE", "a shell needs a terminal, and stdin is none", {
      hint: "--print shows the command; after -- stands one that needs no terminal",
    });
  }
  const [program, ...words] = session.words;
  const path = [session.pathBefore, process.env["PATH"] ?? ""].filter((part) => part !== "");
  const inherited = Object.entries(process.env).filter(([name]) => !OF_A_JOB.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    ...session.environment,
    // As `cd` would: schedulers take the folder's name from it, links and all.
    PWD: folder,
    PATH: path.join(":"),
  };
  // Ctrl-C is for what runs in the session.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    const end = await runAttached(program, words, { cwd: folder, env, stdin: "inherit" });
    if (end.signal === null) return end.exitStatus ?? 1;
    return Object.entries(SIGNAL_STATUS).find(([name]) => name === end.signal)?.[1] ?? 137;
  } catch (cause) {
    throw isSystemError(cause, "ENOENT") ? missing(program, cause) : cause;
  } finally {
    process.off("SIGINT", ignore);
  }
}

function missing(program: string, cause: unknown): BsweepError {
  return new BsweepError(
    "SCHEDULER_MISSING",
    `${program} is not on PATH, or the workspace is not here`,
    {
      hint: "--print shows the command, to be run on a login node",
      cause,
    },
  );
}
