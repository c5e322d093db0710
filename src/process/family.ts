import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { listProcesses, listTree, readProc, readStat } from "./proc.ts";

/**
 * A program and all that it started. What is below it in the tree of processes is found at once; what left the tree,
 * because those in between have ended, by the mark that every process of the family has in its environment.
 */
export class Family {
  readonly #root: number;
  readonly #mark: string | undefined;
  #strays: readonly number[] = [];

  /**
   * @param root leads a process group
   * @param mark `NAME=value`, in the environment of this family and of no other; without one, strays are not found
   */
  constructor(root: number, mark: string | undefined) {
    this.#root = root;
    this.#mark = mark;
  }

  /** Process ids: those of the tree, and the strays of the last look. */
  list(): readonly number[] {
    return [...new Set([this.#root, ...this.#strays].flatMap(listTree))];
  }

  /** Looks for strays. It reads the environment of every process of the same user: to be done seldom. */
  lookForStrays(): void {
    const mark = this.#mark;
    if (mark === undefined) return;
    const tree = new Set(listTree(this.#root));
    this.#strays = listProcesses().filter((pid) => !tree.has(pid) && isMarked(pid, mark));
  }

  /** To its group, and to those of it that have left the group. */
  signal(signal: NodeJS.Signals): void {
    this.lookForStrays();
    const others = this.list().filter((pid) => readGroup(pid) !== this.#root);
    for (const pid of [-this.#root, ...others]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended already.
      }
    }
  }
}

function isMarked(pid: number, mark: string): boolean {
  if (statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid !== process.getuid?.()) return false;
  return readProc(`/proc/${pid}/environ`)?.split("\0").includes(mark) ?? false;
}

/** Undefined for one that has ended. */
function readGroup(pid: number): number | undefined {
  const group = readStat(pid)?.[2];
  return group === undefined ? undefined : Number(group);
}

/** Reads to the end of its stdin. When that comes without a word, whoever held it is dead, and the family follows. */
const GUARD = `
read -r word && exit
kill -KILL "-$1"
for file in $(grep -lszxF -e "$2" /proc/[0-9]*/environ); do
  pid=\${file#/proc/}
  kill -KILL "\${pid%/environ}"
done`;

/**
 * Has a family end when this process dies, however that comes about. (PR_SET_PDEATHSIG, see prctl(2), ends one process,
 * and a trainer is often started by a shell.)
 * @returns dismisses the guard
 */
export function guard(root: number, mark: string): () => void {
  const { PATH } = process.env;
  const watcher: ChildProcess = spawn("sh", ["-c", GUARD, "sh", String(root), mark], {
    // Of a session of its own: what ends this process's group leaves it to its work.
    ...{ detached: true, cwd: "/", env: { PATH }, stdio: ["pipe", "ignore", "ignore"] },
  });
  // Without a shell there is no guard, and the trial is run all the same.
  watcher.on("error", () => undefined);
  watcher.stdin?.on("error", () => undefined);
  watcher.unref();
  return () => watcher.stdin?.end("done\n");
}
