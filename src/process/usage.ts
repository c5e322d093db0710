import { join } from "node:path";
import { readProc, readStat } from "./proc.ts";

/** Memory of processes, as Linux accounts it (proc(5)). */
interface MemoryUsage {
  /** Sum of the peaks of the resident sets, shared library pages included. */
  readonly peakMiB: number;
  /** What they hold now: anonymous and shared memory, no file pages. A page counts once for each process that maps it. */
  readonly heldMiB: number;
  /** As `heldMiB`, each page counted once: slower, so only to be asked when `heldMiB` is too much. */
  readonly exactMiB: () => number;
}

/** Of these processes. Undefined where there is no /proc, or all of them have ended. */
export function readMemoryUsage(processes: readonly number[]): MemoryUsage | undefined {
  const statuses = processes.flatMap((id) => readProc(`/proc/${id}/status`) ?? []);
  if (statuses.length === 0) return undefined;
  const heldMiB = sumFields(statuses, ["RssAnon", "RssShmem"]);
  const exactMiB = (): number => {
    const maps = processes.flatMap((id) => readProc(`/proc/${id}/smaps_rollup`) ?? []);
    return maps.length === 0 ? heldMiB : sumFields(maps, ["Pss_Anon", "Pss_Shmem"]);
  };
  return { peakMiB: sumFields(statuses, ["VmHWM"]), heldMiB, exactMiB };
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
  const ticks = readTicks("self", 2);
  return ticks === undefined ? undefined : ticks / TICKS_PER_SECOND;
}

/** CPU seconds that processes have used so far, with what ended below them and was waited for. Undefined as above. */
export function readCpuSeconds(processes: readonly number[]): number | undefined {
  const ticks = processes.flatMap((id) => readTicks(id) ?? []);
  return ticks.length === 0 ? undefined : ticks.reduce((sum, own) => sum + own) / TICKS_PER_SECOND;
}

/** utime, stime, cutime and cstime, together, from the field of that number on. */
function readTicks(pid: number | "self", first = 0): number | undefined {
  const fields = readStat(pid)?.slice(11, 15);
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
