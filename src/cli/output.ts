import { relative } from "node:path";
import { formatCount } from "../core/quantities.ts";
import pc from "picocolors";
import { logicalCwd } from "../workspace/layout.ts";
import { BsweepError, formatIssue, isSystemError, messageOf, refusalOf } from "../core/errors.ts";
import type { Effects, Progress, Reporter } from "../core/effects.ts";

/** Time between two progress lines where there is no terminal. */
const PLAIN_PROGRESS_INTERVAL_MS = 30_000;
const BAR_CELLS = 24;

/** Writes a result to stdout, with a line end. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/**
 * A reader that has seen enough (`bsweep report ... | head`) goes: what it misses changes nothing about the work. What
 * cannot be written for another reason, such as a full disk, is told, and is the exit status of what went well otherwise.
 */
export function outliveReaders(): void {
  process.stderr.on("error", () => undefined);
  let isLost = false;
  process.stdout.on("error", (error: Error) => {
    if (isLost || isSystemError(error, "EPIPE")) return;
    isLost = true;
    const message = `cannot write to the standard output: ${error.message}`;
    const status = printError(new BsweepError("WORKSPACE", message, { cause: error }), false);
    process.on("exit", (own) => (process.exitCode = own === 0 ? status : own));
  });
}

/** A path as it is called from the folder the user stands in. */
export function fromHere(path: string): string {
  const inside = relative(logicalCwd(), path);
  return inside.startsWith("..") ? path : inside;
}

/** Prints `value` as JSON for scripts. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** The effects of the real program: messages on stderr, the clock of the machine. */
export function createEffects(): Effects {
  return { reporter: createReporter(process.stderr), now: () => new Date() };
}

/** A reporter on a stream: a bar that redraws itself on a terminal, plain lines elsewhere. */
export function createReporter(stream: NodeJS.WriteStream): Reporter {
  let barShown = false;
  let lastPlain = { line: "", at: 0 };
  const clear = (): void => {
    if (barShown) stream.write("\r\u001b[2K");
    barShown = false;
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };
  return {
    info: line,
    warn: (text) => line(`${pc.yellow("warning:")} ${text}`),
    progress: (state) => {
      if (stream.isTTY) {
        clear();
        stream.write(formatBar(state));
        barShown = true;
        return;
      }
      const plain = formatPlain(state);
      const isDue = Date.now() - lastPlain.at >= PLAIN_PROGRESS_INTERVAL_MS;
      if (plain === lastPlain.line || !(isDue || state.done === state.total)) return;
      lastPlain = { line: plain, at: Date.now() };
      line(plain);
    },
    endProgress: clear,
  };
}

function formatPlain({ label, done, total, unit, note }: Progress): string {
  const counts = `${formatCount(done)}/${formatCount(total)}`;
  return `${label}: ${counts}${unit === undefined ? "" : ` ${unit}`}${note === undefined ? "" : `, ${note}`}`;
}

function formatBar(state: Progress): string {
  const filled = state.total === 0 ? BAR_CELLS : Math.round((state.done / state.total) * BAR_CELLS);
  return `${pc.cyan("█".repeat(filled))}${"░".repeat(BAR_CELLS - filled)} ${formatPlain(state)}`;
}

/** Tells an error on stderr: what, where, and what to do next. Returns the exit status. */
export function printError(thrown: unknown, debug: boolean): number {
  const write = (text: string): void => void process.stderr.write(`${text}\n`);
  const error = refusalOf(thrown) ?? thrown;
  if (error instanceof BsweepError) {
    write(`${pc.red("error")} ${pc.dim(`[${error.code}]`)} ${error.message}`);
    for (const issue of error.issues) write(`  ${formatIssue(issue)}`);
    if (error.hint !== undefined) write(`${pc.cyan("hint:")} ${error.hint}`);
    if (debug && error.stack !== undefined) write(error.stack);
    return error.exitStatus;
  }
  write(`${pc.red("bug")} ${messageOf(error)}`);
  if (debug && error instanceof Error && error.stack !== undefined) write(error.stack);
  else write("This is a bug in bsweep. Run again with --debug and report what it prints.");
  return 1;
}
