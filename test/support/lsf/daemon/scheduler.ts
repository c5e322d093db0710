import type { Cluster } from "./cluster.ts";
import type { Element, Job } from "./job.ts";
import { abandon, start } from "./lifecycle.ts";
import { place } from "./placement.ts";

/** Decides which pending elements start, and says of the others why not (texts: ERR). */
export class Scheduler {
  private readonly cluster: Cluster;
  private planned = false;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** Looks at all pending jobs, soon. */
  wake(): void {
    if (this.planned) return;
    this.planned = true;
    setImmediate(() => {
      this.planned = false;
      this.pass();
    });
  }

  private pass(): void {
    const waiting = [...this.cluster.jobs.values()].filter(({ counts }) => counts.PEND > 0);
    const priority = ({ submission }: Job): number =>
      submission.priority ?? (this.cluster.settings.maxUserPriority ?? 0) / 2;
    waiting.sort((a, b) => priority(b) - priority(a) || a.id - b.id);
    for (const job of waiting) this.dispatch(job);
  }

  private dispatch(job: Job): void {
    const { elementwise } = job.submission.dependency ?? { elementwise: true };
    let verdict = null;
    for (const element of job.elements) {
      if (element.state !== "PEND") continue;
      if (elementwise || verdict === null) verdict = dependencyOf(element);
      if (verdict === "never" && job.submission.endsWhenImpossible) {
        abandon(this.cluster, element);
        continue;
      }
      const reason = verdict === "yes" ? this.obstacle(job) : UNSATISFIED[verdict];
      if (reason !== null) {
        job.pendingReason = reason;
        // Elements differ in nothing but what `[*]` pairs them with.
        if (elementwise && verdict !== "yes") continue;
        if (verdict !== "never" || !job.submission.endsWhenImpossible) return;
      }
      if (!this.tryToStart(element)) return;
    }
  }

  private obstacle(job: Job): string | null {
    const { settings, clock, groups } = this.cluster;
    if (job.submission.beginsAt !== null && job.submission.beginsAt > clock.now()) {
      return "The job has a specified start time";
    }
    if (settings.mode === "hold") return "New job is waiting for scheduling";
    if (job.runningLimit !== null && job.activeCount >= job.runningLimit) {
      return "Job array has reached its running element limit";
    }
    const full = groups
      .above(job.submission.group)
      .some(({ name, limit }) => limit !== null && this.activeIn(name) >= limit);
    if (full) return "The specified job group has reached its job limit";
    if (this.usedSlots() + job.submission.slots > settings.userSlots) {
      return "The user has reached his/her job slot limit";
    }
    return null;
  }

  private tryToStart(element: Element): boolean {
    const placement = place(this.cluster, element);
    if ("reason" in placement) {
      element.job.pendingReason = placement.reason;
      return false;
    }
    start(this.cluster, element, placement.allocations);
    return true;
  }

  /** Jobs with slots in a group and the groups below it. */
  private activeIn(group: string): number {
    let count = 0;
    for (const job of this.cluster.jobs.values()) {
      const { group: own } = job.submission;
      if (own === group || own.startsWith(`${group}/`)) count += job.activeCount;
    }
    return count;
  }

  private usedSlots(): number {
    let count = 0;
    for (const host of this.cluster.hosts.values()) count += host.usedSlots;
    return count;
  }
}

const UNSATISFIED = {
  no: "Job dependency condition not satisfied",
  never: "Dependency condition invalid or never satisfied",
} as const;

function dependencyOf(element: Element): "yes" | "no" | "never" {
  return element.job.submission.dependency?.verdict(element) ?? "yes";
}
