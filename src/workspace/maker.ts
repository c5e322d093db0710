import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { valueOr } from "../core/errors.ts";
import { sha256 } from "../core/identity.ts";

/** In file names: letters, digits and hyphens. */
export const MAKER_MARK = "[0-9a-z]+-[0-9a-z]+-[0-9a-f]{6}";

/**
 * Who makes something that is to be gone again, for a name: process, when it began (numbers are used again), and where
 * numbers of processes mean the same.
 */
export function makerMark(): string {
  return [process.pid.toString(36), startOf(process.pid).toString(36), whereNumbersHold()].join(
    "-",
  );
}

/** Whether the maker of this mark has ended; undefined where nobody here can know: it ran on another machine. */
export function hasMakerEnded(mark: string): boolean | undefined {
  const [pid = "", start = "", where = ""] = mark.split("-");
  if (where !== whereNumbersHold()) return undefined;
  return hasProcessEnded(parseInt(pid, 36), parseInt(start, 36));
}

/** Whether the process that had this number on this machine, and began then, has ended. Another user's counts as well. */
export function hasProcessEnded(pid: number, start: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
  const [state] = readStat(pid);
  // Nobody has waited for it: where a container has no init, it stays so.
  if (state === "Z") return true;
  const now = startOf(pid);
  // 0: where others' processes are hidden, or without /proc, it may be that one.
  return now !== 0 && start !== 0 && now !== start;
}

/** When a process began, in ticks since the machine did; 0 where that is not told. */
export function startOf(pid: number): number {
  const started = Number(readStat(pid)[19]);
  return Number.isFinite(started) ? started : 0;
}

/** What /proc tells of a process from its state on; empty where it does not (proc(5)). */
function readStat(pid: number): readonly string[] {
  const stat = valueOr("", () => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The name, in brackets, may hold anything.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** A machine from its start to its end; in a container, the container. */
function whereNumbersHold(): string {
  const boot = valueOr(hostname(), () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  return sha256(`${boot} ${valueOr("", () => readlinkSync("/proc/self/ns/pid"))}`).slice(0, 6);
}
