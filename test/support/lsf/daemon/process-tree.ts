import { readdirSync, readFileSync } from "node:fs";

const PAGE_KIB = 4;

interface SessionProcess {
  readonly id: number;
  readonly session: number;
  readonly residentKiB: number;
}

/** Every process of the machine; proc(5): field 6 is the session, 24 the resident pages. */
export function listProcesses(): SessionProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const fields = readStat(name);
      if (fields.length === 0 || fields[0] === "Z") return [];
      const [session, pages] = [Number(fields[3]), Number(fields[21])];
      return { id: Number(name), session, residentKiB: pages * PAGE_KIB };
    });
}

/** The fields after the command's name, which may hold anything. A process may end while it is read. */
function readStat(id: string): string[] {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

/** Sends a signal to every process of a session. */
export function signalSession(session: number, signal: NodeJS.Signals): void {
  for (const { id, session: own } of listProcesses()) {
    if (own === session) signalProcess(id, signal);
  }
}

/** Sends a signal; a process that has ended by now does not matter. */
export function signalProcess(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    return;
  }
}
