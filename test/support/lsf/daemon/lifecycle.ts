import { startElement } from "./start-element.ts";
import type { Cluster } from "./cluster.ts";
import type { Allocation, Element } from "./job.ts";
import { deliver, discard, announceStart } from "./delivery.ts";
import { releaseSlots, takeSlots } from "./placement.ts";
import { requeues } from "../grammar/requeue-codes.ts";
import { endElement } from "./signals.ts";

/** PEND -> RUN: the element gets its slots and is started on the first of its hosts. */
export function start(
  cluster: Cluster,
  element: Element,
  allocations: readonly Allocation[],
): void {
  takeSlots(cluster, element, allocations);
  Object.assign(element, { exitCode: null, reason: null, ending: null, requeue: null });
  element.maxMemoryMiB = null;
  element.pendingReason = null;
  element.starts++;
  element.startedAt = cluster.clock.now();
  element.finishedAt = null;
  element.state = "RUN";
  const { terminatesAt } = element.job.submission;
  announceStart(cluster, element);
  const run = ++element.run;
  element.running = startElement(cluster, element, (code) => {
    if (run === element.run) ended(cluster, element, code);
  });
  watchRunLimit(cluster, element);
  if (terminatesAt === null) return;
  const seconds = (terminatesAt - cluster.clock.now()) / 1000;
  const ring = (): void => endElement(cluster, element, "TERM_DEADLINE");
  element.alarms.push(cluster.clock.after(seconds, ring));
}

/** Ends an element at its run limit. bmod may change the limit meanwhile: call it again then. */
export function watchRunLimit(cluster: Cluster, element: Element): void {
  const left = (): number => {
    const { runLimitSeconds } = element.job.submission;
    const used = (cluster.clock.now() - (element.startedAt ?? 0)) / 1000;
    return (runLimitSeconds ?? Infinity) - used;
  };
  if (left() === Infinity || !element.active) return;
  const ring = (): void => {
    if (left() <= 0.001 && element.ending === null) endElement(cluster, element, "TERM_RUNLIMIT");
  };
  element.alarms.push(cluster.clock.after(Math.max(0, left()), ring));
}

/** Its processes have ended, with this status (128 + signal for a signal). */
export function ended(cluster: Cluster, element: Element, code: number): void {
  element.running = null;
  element.silence();
  // What blaunch has started ends with its job.
  for (const task of element.tasks) task.kill();
  // Nobody hears of it before the host is back.
  if (element.unreachable) {
    element.exitCode = code;
    return;
  }
  settle(cluster, element, code);
}

/** RUN -> DONE, EXIT, or back to PEND. */
export function settle(cluster: Cluster, element: Element, code: number): void {
  const { requeueCodes } = element.job.submission;
  if (element.requeue !== null) {
    putBack(cluster, element, element.requeue);
  } else if (element.ending === null && requeueCodes !== null && requeues(requeueCodes, code)) {
    const [host] = element.allocations;
    if (requeueCodes.excluding.includes(code) && host !== undefined) {
      element.excludedHosts = [...element.excludedHosts, host.host];
    }
    putBack(cluster, element, "PEND");
  } else {
    finish(cluster, element, code === 0 ? "DONE" : "EXIT", code, element.ending);
  }
}

/** The last state of an element. Its report is delivered, and it is forgotten after CLEAN_PERIOD. */
export function finish(
  cluster: Cluster,
  element: Element,
  state: "DONE" | "EXIT",
  code: number | null,
  reason: string | null,
): void {
  element.silence();
  releaseSlots(cluster, element);
  element.unreachable = false;
  element.exitCode = code === 0 ? null : code;
  element.reason = reason;
  element.finishedAt = cluster.clock.now();
  deliver(cluster, element, state);
  element.state = state;
  cluster.scheduler.wake();
  if (element.job.finishedCount === element.job.elements.length) {
    cluster.clock.after(cluster.settings.cleanPeriodSeconds, () => forgetOld(cluster, element));
  }
}

/** -ti: the dependency can no longer come true. */
export function abandon(cluster: Cluster, element: Element): void {
  finish(cluster, element, "EXIT", null, "TERM_ORPHAN_SYSTEM");
}

/** Back to its queue under the same id: what the run has put out is not kept (ADM, REQUEUE_EXIT_VALUES). */
export function putBack(cluster: Cluster, element: Element, state: "PEND" | "PSUSP"): void {
  element.silence();
  releaseSlots(cluster, element);
  discard(cluster, element);
  Object.assign(element, { ending: null, requeue: null, unreachable: false, exitCode: null });
  Object.assign(element, { allocations: [], reason: null, startedAt: null, finishedAt: null });
  element.running = null;
  element.pendingReason = "Requeued job is waiting for rescheduling";
  element.state = state;
  cluster.scheduler.wake();
}

function forgetOld(cluster: Cluster, { job }: Element): void {
  // It may have been queued again.
  const oldest = cluster.clock.now() - cluster.settings.cleanPeriodSeconds * 1000;
  const old = job.elements.every(
    ({ finished, finishedAt }) => finished && (finishedAt ?? 0) <= oldest + 1,
  );
  if (old) cluster.jobs.delete(job.id);
}
