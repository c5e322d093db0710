import { readdirSync, readFileSync } from "node:fs";
import { valueOr } from "../core/errors.ts";

/** A file of /proc; undefined where there is none, or it is not ours to read (proc(5)). */
export function readProc(path: string): string | undefined {
  return valueOr(undefined, () => readFileSync(path, "utf8"));
}

/** What a process's `stat` tells from its state on; undefined for one that has ended (proc(5)). */
export function readStat(pid: number | "self"): readonly string[] | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  // The second field is a name in parentheses, which may hold anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function listFolder(path: string): string[] {
  return valueOr([], () => readdirSync(path));
}

/** Every process that is to be seen from here. */
export function listProcesses(): number[] {
  return listFolder("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A process, what its threads started, and so on: a trainer behind a shell is seen too. */
export function listTree(pid: number): number[] {
  const children = listFolder(`/proc/${pid}/task`).flatMap(
    (task) => readProc(`/proc/${pid}/task/${task}/children`)?.match(/\d+/g) ?? [],
  );
  return [pid, ...children.flatMap((child) => listTree(Number(child)))];
}
