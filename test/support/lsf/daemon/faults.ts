import type { CommandName } from "../command-names.ts";
import type { Fault } from "../fault.ts";

interface Armed {
  readonly fault: Fault;
  /** Matching calls so far. */
  calls: number;
}

/** The faults that tests have put in, and which calls they hit. */
export class Faults {
  private armed: Armed[] = [];
  private lifted: (() => void)[] = [];

  inject(fault: Fault): void {
    this.armed.push({ fault, calls: 0 });
  }

  clear(): void {
    this.armed = [];
    const { lifted } = this;
    this.lifted = [];
    for (const resolve of lifted) resolve();
  }

  /** Resolves when all faults are lifted. */
  cleared(): Promise<void> {
    return new Promise((resolve) => this.lifted.push(resolve));
  }

  /** The fault that hits this call, if one does; it counts as a call for all that match. */
  meet(command: CommandName, subject: string): Fault | null {
    const hits = this.armed
      .filter(({ fault }) => fault.command === undefined || fault.command === command)
      .filter(({ fault }) => subject.includes(fault.match ?? ""))
      .filter((armed) => {
        const at = ++armed.calls - (armed.fault.call ?? 1);
        return at >= 0 && at < (armed.fault.times ?? (armed.fault.kind === "down" ? Infinity : 1));
      });
    return hits[0]?.fault ?? null;
  }
}
