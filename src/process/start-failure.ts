import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { isSystemError, messageOf, valueOr } from "../core/errors.ts";
import { escapeControls } from "../core/printable.ts";

/** What was to be started, and where. */
interface Start {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Of a program's name, in a message. */
const SHOWN_LENGTH = 200;

/** Linux takes no longer word (MAX_ARG_STRLEN: execve(2)). */
const LONGEST_WORD_BYTES = 128 * 1024 - 1;

/** Why a program could not be started and what to do about it, in a sentence. */
export function explainStartFailure(start: Start, error: unknown): string {
  const [program] = start.command;
  const name = escapeControls(program.slice(0, SHOWN_LENGTH));
  if (program === "") return "the command's first word, its program, is empty";
  const nul = start.command.findIndex((word) => word.includes("\0"));
  if (nul >= 0)
    return `word ${nul + 1} of the command holds a NUL byte, which no program can be handed`;
  if (isSystemError(error, "E2BIG")) return explainTooLong(start);
  if (isSystemError(error, "EAGAIN"))
    return "no more processes may be started here now (ulimit -u, or the job's limit)";
  if (!isFolder(start.cwd)) return `there is no folder ${start.cwd}, where it is to run`;
  const file = findProgram(start);
  if (isSystemError(error, "ENOENT")) return explainAbsent(start, name, file);
  if (isSystemError(error, "EACCES") && file !== undefined) return explainForbidden(name, file);
  if (isSystemError(error, "ENOEXEC")) return `${name} is no program for this kind of machine`;
  const reason = error instanceof Error && "code" in error ? String(error.code) : messageOf(error);
  return `${name} cannot be started: ${reason}`;
}

/** Status with which `env` ends when it cannot find what it is to run (POSIX.1-2017, env). */
export const NOT_FOUND_STATUS = 127;

/**
 * Why a script whose first line asks `env` for its interpreter ran for nothing, where it ended with NOT_FOUND_STATUS; undefined
 * when it was not that.
 */
export function explainLostInterpreter(start: Start): string | undefined {
  const name = escapeControls(start.command[0].slice(0, SHOWN_LENGTH));
  const file = findProgram(start);
  const first = file === undefined ? "" : readFirstLine(file);
  const [, interpreter] = /^#!\s*\S*\/env\s+(?:-S\s+)?([^\s=]+)(?:\s|$)/.exec(first) ?? [];
  if (interpreter === undefined) return undefined;
  if (first.endsWith("\r")) return explainCarriageReturn(name);
  const isThere = findProgram({ ...start, command: [interpreter] }) !== undefined;
  return isThere ? undefined : explainNoInterpreter(name, `${interpreter} from PATH`);
}

function explainCarriageReturn(name: string): string {
  return `${name}: its first line ends with CR, as files of Windows do: convert it with dos2unix`;
}

function explainNoInterpreter(name: string, interpreter: string): string {
  return `${name}: its first line names ${escapeControls(interpreter)}, and there is no such program`;
}

function explainTooLong({ command, env }: Start): string {
  const advice = "let the program read long values from the file {{params}}";
  const sizes = command.map((word) => Buffer.byteLength(word));
  const longest = Math.max(...sizes);
  if (longest > LONGEST_WORD_BYTES) {
    const place = sizes.indexOf(longest) + 1;
    return `word ${place} of the command has ${longest} bytes, and may have ${LONGEST_WORD_BYTES}: ${advice}`;
  }
  const variables = Object.entries(env).map(([key, value = ""]) => `${key}=${value}`);
  const total = [...command, ...variables].reduce((sum, word) => sum + Buffer.byteLength(word), 0);
  return `its command and environment have ${total} bytes, more than the system takes (getconf ARG_MAX): ${advice}`;
}

function explainAbsent({ cwd }: Start, name: string, file: string | undefined): string {
  if (file === undefined) {
    const searched = name.includes("/") ? `seen from ${cwd}` : "in PATH";
    const isBeside = !name.includes("/") && isPlainFile(resolve(cwd, name));
    return `there is no program ${name} ${searched}${isBeside ? `; the one in ${cwd} is ./${name}` : ""}`;
  }
  const first = readFirstLine(file);
  if (!first.startsWith("#!"))
    return `${name} needs a loader that is not here: it is built for another system`;
  if (first.endsWith("\r")) return explainCarriageReturn(name);
  return explainNoInterpreter(name, first.slice(2).trim().split(/\s/)[0] ?? "");
}

function explainForbidden(name: string, file: string): string {
  if (isFolder(file)) return `${name} is a folder`;
  if (!isExecutable(file)) return `there is ${name}, it is not executable: chmod +x ${name}`;
  const first = readFirstLine(file);
  const interpreter = first.startsWith("#!")
    ? `, or what its first line names (${escapeControls(first)})`
    : "";
  return `${name} may not be run: its file system forbids it (noexec)${interpreter}`;
}

/** The file that the system would take: one that can be run before any other. */
function findProgram({ command: [program], cwd, env }: Start): string | undefined {
  const path = resolve(cwd, program);
  if (program.includes("/")) return statOf(path) === undefined ? undefined : path;
  const found = (env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => resolve(cwd, join(folder, program)))
    .filter(isPlainFile);
  return found.find(isExecutable) ?? found[0];
}

/** Undefined for what is not there, or cannot be looked at. */
function statOf(path: string): Stats | undefined {
  return valueOr(undefined, () => statSync(path));
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

function isPlainFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

function isExecutable(path: string): boolean {
  return valueOr(false, () => {
    accessSync(path, constants.X_OK);
    return true;
  });
}

/** "" for what cannot be read. */
function readFirstLine(path: string): string {
  const buffer = Buffer.alloc(256);
  return valueOr("", () => {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return buffer.toString("latin1", 0, readSync(file, buffer)).split("\n")[0] ?? "";
    } finally {
      closeSync(file);
    }
  });
}
