import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { valueOr } from "../core/errors.ts";

/** Memory of a process and of those it started, as Linux accounts it (proc(5)). */
interface MemoryUsage {
  /** Sum of the peaks of the resident sets, shared library pages included. */
  readonly peakMiB: number;
  /** What they hold now: anonymous and shared memory, no file pages. A page counts once for each process that maps it. */
  readonly heldMiB: number;
  /** As `heldMiB`, each page counted once: slower, so only to be asked when `heldMiB` is too much. */
  readonly exactMiB: () => number;
}

/** Undefined where there is no /proc, or the process has ended. */
export function readMemoryUsage(pid: number): MemoryUsage | undefined {
  const processes = listTree(pid, "main");
  const statuses = processes.flatMap((id) => readProc(`/proc/${id}/status`) ?? []);
  if (statuses.length === 0) return undefined;
  const heldMiB = sumFields(statuses, ["RssAnon", "RssShmem"]);
  const exactMiB = (): number => {
    const maps = processes.flatMap((id) => readProc(`/proc/${id}/smaps_rollup`) ?? []);
    return maps.length === 0 ? heldMiB : sumFields(maps, ["Pss_Anon", "Pss_Shmem"]);
  };
  return { peakMiB: sumFields(statuses, ["VmHWM"]), heldMiB, exactMiB };
}

/**
 * The process itself and what its threads started, and so on: a trainer behind a shell is seen too.
 * @param ofThreads `main`: what each main thread started alone, which takes far less time
 */
function listTree(pid: number, ofThreads: "main" | "all"): number[] {
  const tasks = `/proc/${pid}/task`;
  const threads = ofThreads === "main" ? [pid] : valueOr([], () => readdirSync(tasks));
  const children = threads.flatMap(
    (thread) => readProc(`${tasks}/${thread}/children`)?.match(/\d+/g) ?? [],
  );
  return [pid, ...children.flatMap((child) => listTree(Number(child), ofThreads))];
}

function sumFields(texts: readonly string[], names: readonly string[]): number {
  const fields = new RegExp(`^(?:${names.join("|")}):\\s+(\\d+) kB$`, "gm");
  const kibibytes = texts.flatMap((text) =>
    [...text.matchAll(fields)].map(([, size]) => Number(size)),
  );
  return kibibytes.reduce((sum, size) => sum + size, 0) / 1024;
}

/** Clock ticks a second in /proc: fixed at 100 for user space on Linux. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of this process's children that have ended and been waited for (proc(5): cutime, cstime). */
export function readChildCpuSeconds(): number | undefined {
  const ticks = readTicks("/proc/self/stat", 2);
  return ticks === undefined ? undefined : ticks / TICKS_PER_SECOND;
}

/**
 * CPU seconds that a process and those below it have used so far, with those that have ended and been waited for. Undefined
 * where there is no /proc, or the process has ended.
 */
export function readTreeCpuSeconds(pid: number): number | undefined {
  const ticks = listTree(pid, "all").flatMap((id) => readTicks(`/proc/${id}/stat`) ?? []);
  return ticks.length === 0 ? undefined : ticks.reduce((sum, own) => sum + own) / TICKS_PER_SECOND;
}

/** utime, stime, cutime and cstime, together, from the field of that number on. */
function readTicks(path: string, first = 0): number | undefined {
  const stat = readProc(path);
  // The second field is a name in parentheses, which may hold blanks.
  const fields = stat
    ?.slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15);
  return fields?.slice(first).reduce((sum, field) => sum + Number(field), 0);
}

/** How often the kernel killed something in this process's memory cgroup; undefined where that is not told. */
export function readOutOfMemoryKills(): number | undefined {
  const counters = listMemoryCounters(readProc("/proc/self/cgroup") ?? "")
    .map(readProc)
    .find((text) => text !== undefined);
  const match = /^oom_kill (\d+)$/m.exec(counters ?? "");
  return match === null ? undefined : Number(match[1]);
}

/**
 * Where a process's memory cgroup may be, of version 2 and 1 (cgroups(7)). A container mostly sees its own group
 * as the root, and in /proc the path that it has on the host.
 */
function listMemoryCounters(groups: string): string[] {
  const group = /^0::(.*)$/m.exec(groups)?.[1] ?? "/";
  const memoryGroup = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1] ?? "/";
  return [
    ...[group, "/"].map((path) => join("/sys/fs/cgroup", path, "memory.events")),
    ...[memoryGroup, "/"].map((path) => join("/sys/fs/cgroup/memory", path, "memory.oom_control")),
  ];
}

function readProc(path: string): string | undefined {
  return valueOr(undefined, () => readFileSync(path, "utf8"));
}
