import type { Cluster } from "./cluster.ts";
import type { Element } from "./job.ts";
import { finish, settle } from "./lifecycle.ts";

/** Status of what a signal ended: 128 + its number; ADM, "Termination reasons". */
const STATUS_OF: Readonly<Record<string, number>> = {
  TERM_RUNLIMIT: 140,
  TERM_MEMLIMIT: 137,
  TERM_FORCE_OWNER: 137,
};

/**
 * Ends an element: INT, TERM and KILL, JOB_TERMINATE_INTERVAL apart (bkill(1)). At its run limit or deadline
 * SIGUSR2 comes first, and the others ten minutes later (bsub(1) -W, -t). Pending ones end at once.
 */
export function endElement(cluster: Cluster, element: Element, reason: string): void {
  const { terminateIntervalSeconds: pause, runLimitGraceSeconds: grace } = cluster.settings;
  if (element.pending) {
    finish(cluster, element, "EXIT", null, reason);
    return;
  }
  if (element.unreachable) {
    element.ending ??= reason;
    element.state = "ZOMBI";
    return;
  }
  element.ending ??= reason;
  if (element.running === null) {
    const status = STATUS_OF[reason] ?? 130;
    settle(cluster, element, status);
    return;
  }
  const warned = reason === "TERM_RUNLIMIT" || reason === "TERM_DEADLINE";
  // S DTU: over the memory limit a job ends with 137.
  const atOnce = reason === "TERM_FORCE_OWNER" || reason === "TERM_MEMLIMIT";
  if (atOnce) {
    send(element, "SIGKILL");
    return;
  }
  // What is stopped hears of a signal only when it goes on.
  const steps: [number, NodeJS.Signals][] = warned
    ? [
        [0, "SIGUSR2"],
        [grace, "SIGINT"],
        [grace + pause, "SIGTERM"],
        [grace + 2 * pause, "SIGKILL"],
      ]
    : [
        [0, "SIGINT"],
        [pause, "SIGTERM"],
        [2 * pause, "SIGKILL"],
      ];
  for (const [seconds, signal] of steps) {
    if (seconds === 0) send(element, signal);
    else element.alarms.push(cluster.clock.after(seconds, () => send(element, signal)));
  }
}

function send(element: Element, signal: NodeJS.Signals): void {
  element.running?.signal(signal);
  if (signal !== "SIGKILL") element.running?.signal("SIGCONT");
}

/** bstop: PEND -> PSUSP, RUN -> USUSP. */
export function suspend(element: Element): void {
  if (element.state === "PEND") element.state = "PSUSP";
  else {
    element.running?.signal("SIGSTOP");
    element.state = "USUSP";
  }
}

/** bresume: PSUSP -> PEND; USUSP -> SSUSP -> RUN: it goes on when the scheduler says so (ADM). */
export function resume(cluster: Cluster, element: Element): void {
  if (element.state === "PSUSP") {
    element.state = "PEND";
    cluster.scheduler.wake();
    return;
  }
  element.state = "SSUSP";
  setImmediate(() => {
    if (element.state !== "SSUSP") return;
    element.running?.signal("SIGCONT");
    element.state = "RUN";
  });
}
