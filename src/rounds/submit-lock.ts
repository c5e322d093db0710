import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isSystemError, valueOr } from "../core/errors.ts";
import { formatCommand } from "../core/shell.ts";
import { temporaryBeside } from "../workspace/atomic.ts";
import { SUBMIT_LOCK, SUBMIT_SCRIPT } from "../workspace/layout.ts";
import { hasProcessEnded, startOf } from "../workspace/maker.ts";
import { readPlainFile } from "../workspace/folder.ts";

/** A lock's maker says at once who it is: one that has not by then never will. */
const NAMELESS_MS = 60_000;

/** Why something is kept as it is, and what to do about it. */
export interface Kept {
  readonly reason: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * Replaces a folder of scripts; submit.sh is kept out by its own lock while the folder is looked at and replaced. The
 * lock of somebody who has certainly ended is no lock.
 * @param kept makes an error of the reason
 * @param replace puts the new folder in place, or throws to keep the old one
 * @throws what `kept` makes when submit.sh is at work
 */
export function replaceLocked(
  target: string,
  kept: (why: Kept) => Error,
  replace: () => void,
): void {
  const lock = join(target, SUBMIT_LOCK);
  try {
    takeLock(lock);
  } catch (cause) {
    if (!isSystemError(cause, "EEXIST")) throw cause;
    if (!isForsaken(lock)) throw kept({ ...explain(target, lock), cause });
    breakLock(lock);
    takeLock(lock);
  }
  let replaced = false;
  try {
    replace();
    replaced = true;
  } finally {
    if (!replaced) rmSync(lock, { recursive: true });
  }
}

function takeLock(lock: string): void {
  mkdirSync(lock);
  const owner = [hostName(), process.pid, startOf(process.pid), new Date().toISOString()];
  writeFileSync(join(lock, "owner"), `${owner.join(" ")}\n`);
}

/** Of two that break it, one can move it away. */
function breakLock(lock: string): void {
  const aside = temporaryBeside(lock);
  renameSync(lock, aside);
  rmSync(aside, { recursive: true });
}

/** As submit.sh names this machine. */
function hostName(): string {
  return (process.env["HOSTNAME"] ?? hostname()).replaceAll(/[^A-Za-z0-9._-]/g, "_");
}

/** Host, process and its start, and since when; undefined while it does not say. */
function readOwner(lock: string): readonly [string, number, number, string] | undefined {
  const text = valueOr("", () => readPlainFile(join(lock, "owner")));
  const [host = "", pid = "", start = "", since = ""] = text.trim().split(" ");
  return pid === "" ? undefined : [host, Number(pid), Number(start), since];
}

function isForsaken(lock: string): boolean {
  const owner = readOwner(lock);
  if (owner === undefined) {
    const age = Date.now() - valueOr(Infinity, () => statSync(lock).mtimeMs);
    return age > NAMELESS_MS;
  }
  const [host, pid, start] = owner;
  return host === hostName() && Number.isInteger(pid) && pid > 0 && hasProcessEnded(pid, start);
}

function explain(target: string, lock: string): Kept {
  const [host, pid, , since] = readOwner(lock) ?? [];
  const who = host === undefined ? "" : `: process ${pid} on ${host} since ${since}`;
  const command = formatCommand("bash", join(target, SUBMIT_SCRIPT), "--break-lock");
  return {
    reason: `its submit.sh is at work${who.replaceAll(/[^\x20-\x7e]/g, "?")}`,
    hint: `run this again when it has ended; if it is at work no more: ${command}`,
  };
}
