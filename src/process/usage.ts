import { readFileSync } from "node:fs";

/** Memory of one process, as Linux accounts it (proc(5), status). */
export interface MemoryUsage {
  /** Peak of the resident set, shared library pages included. */
  readonly peakMiB: number;
  /** What the process alone holds now: anonymous and shared memory, no file pages. */
  readonly heldMiB: number;
}

/** Undefined where there is no /proc, or the process has ended. */
export function readMemoryUsage(pid: number): MemoryUsage | undefined {
  const status = readProc(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const field = (name: string): number => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status);
    return Number(match?.[1] ?? 0) / 1024;
  };
  return { peakMiB: field("VmHWM"), heldMiB: field("RssAnon") + field("RssShmem") };
}

/** Clock ticks a second in /proc: fixed at 100 for user space on Linux. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of this process's children that have ended and been waited for (proc(5): cutime, cstime). */
export function readChildCpuSeconds(): number | undefined {
  const stat = readProc("/proc/self/stat");
  // The second field is a name in parentheses, which may hold blanks.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields === undefined) return undefined;
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** How often the kernel killed something in this process's memory cgroup; undefined where that is not told. */
export function readOutOfMemoryKills(): number | undefined {
  const counters =
    readProc("/sys/fs/cgroup/memory.events") ??
    readProc("/sys/fs/cgroup/memory/memory.oom_control");
  const match = /^oom_kill (\d+)$/m.exec(counters ?? "");
  return match === null ? undefined : Number(match[1]);
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
