import type { StartOrder } from "../protocol.ts";
import type { JobState } from "../records.ts";
import type { Submission } from "./submission.ts";

/** What runs for an element, wherever it runs. */
export interface Running {
  /** To everything the element started. */
  signal(name: NodeJS.Signals): void;
  readonly processId: number | null;
}

/** A process that blaunch has started on one of the element's hosts. */
export interface ElementTask {
  readonly host: string;
  kill(): void;
}

export interface TerminalRun {
  readonly processId: Promise<number>;
  readonly status: Promise<number>;
}

/** Slots on a host. */
export interface Allocation {
  readonly host: string;
  readonly slots: number;
}

export class Element {
  readonly job: Job;
  /** 0 off arrays. */
  readonly index: number;
  private current: JobState = "PEND";
  exitCode: number | null = null;
  reason: string | null = null;
  /** null: as its job's. */
  pendingReason: string | null = null;
  allocations: readonly Allocation[] = [];
  gpus = 0;
  reservedKiB = 0;
  starts = 0;
  startedAt: number | null = null;
  finishedAt: number | null = null;
  maxMemoryMiB: number | null = null;
  running: Running | null = null;
  /** Why it is being ended, from bkill or a limit, until it has. */
  ending: string | null = null;
  /** Set while it is ended only to be queued again. */
  requeue: "PEND" | "PSUSP" | null = null;
  /** Its host is away. What became of it shows when the host returns. */
  unreachable = false;
  /** Hosts that -Q EXCLUDE keeps it from. */
  excludedHosts: readonly string[] = [];
  /** What blaunch has started for it. */
  tasks: readonly ElementTask[] = [];
  /** Counts up with every run, so that the end of an older one is not taken for this one's. */
  run = 0;
  alarms: (() => void)[] = [];

  constructor(job: Job, index: number) {
    this.job = job;
    this.index = index;
    job.counts.PEND++;
  }

  get state(): JobState {
    return this.current;
  }

  set state(state: JobState) {
    this.job.counts[this.current]--;
    this.current = state;
    this.job.counts[state]++;
    this.job.wake();
  }

  /** `123[4]`, or `123` off arrays. */
  get label(): string {
    return this.index === 0 ? String(this.job.id) : `${this.job.id}[${this.index}]`;
  }

  get finished(): boolean {
    return this.current === "DONE" || this.current === "EXIT";
  }

  get pending(): boolean {
    return this.current === "PEND" || this.current === "PSUSP";
  }

  /** Has it slots on hosts? */
  get active(): boolean {
    return !this.finished && !this.pending;
  }

  silence(): void {
    for (const silence of this.alarms) silence();
    this.alarms = [];
  }
}

export class Job {
  readonly id: number;
  readonly submittedAt: number;
  readonly counts: Record<JobState, number> = {
    PEND: 0,
    PSUSP: 0,
    RUN: 0,
    USUSP: 0,
    SSUSP: 0,
    DONE: 0,
    EXIT: 0,
    UNKWN: 0,
    ZOMBI: 0,
  };
  readonly elements: readonly Element[];
  private readonly byIndex: ReadonlyMap<number, Element>;
  /** What was asked for; bmod puts another in its place. */
  submission: Submission;
  /** %K; null: none. */
  runningLimit: number | null;
  pendingReason = "New job is waiting for scheduling";
  /** Starts a program in the terminal of the bsub that waits for it; for interactive jobs. */
  startInTerminal: ((order: StartOrder) => TerminalRun) | null = null;
  private waiting: (() => void)[] = [];

  constructor(id: number, submission: Submission, submittedAt: number) {
    this.id = id;
    this.submission = submission;
    this.submittedAt = submittedAt;
    this.runningLimit = submission.runningLimit;
    this.elements = (submission.indices ?? [0]).map((index) => new Element(this, index));
    this.byIndex = new Map(this.elements.map((element) => [element.index, element]));
  }

  /** Resolves when no element is left to run. */
  async ended(): Promise<void> {
    while (this.finishedCount < this.elements.length) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Wakes who waits for a change of its elements. */
  wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves at the next change of an element. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  get isArray(): boolean {
    return this.submission.indices !== null;
  }

  element(index: number): Element | undefined {
    return this.byIndex.get(index);
  }

  /** Elements that a limit of running jobs counts: RUN, SSUSP, USUSP, and those of hosts that are away. */
  get activeCount(): number {
    const { RUN, USUSP, SSUSP, UNKWN, ZOMBI } = this.counts;
    return RUN + USUSP + SSUSP + UNKWN + ZOMBI;
  }

  get finishedCount(): number {
    return this.counts.DONE + this.counts.EXIT;
  }
}
