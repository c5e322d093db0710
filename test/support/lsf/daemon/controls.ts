import type { Controls } from "../protocol.ts";
import type { CallRecord, ForcedState, JobRecord } from "../records.ts";
import type { Cluster } from "./cluster.ts";
import type { Connection } from "./connection.ts";
import type { Faults } from "./faults.ts";
import { killHost, loseHost, returnHost } from "./host-faults.ts";
import type { Element, Job } from "./job.ts";
import { finish } from "./lifecycle.ts";

/** What tests may ask and do. */
export function createControls(
  cluster: Cluster,
  faults: Faults,
  connections: readonly Connection[],
): Controls {
  return {
    jobs: () => [...cluster.jobs.values()].map(recordJob),
    calls: () => connections.map(recordCall),
    groups: () => cluster.groups.all().map(({ name, limit }) => ({ name, limit })),
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    force: (id, index, state) => force(cluster, knownElement(cluster, id, index), state),
    forget: (id) => void cluster.jobs.delete(id),
    killHost: (name) => killHost(cluster, name),
    loseHost: (name) => loseHost(cluster, name),
    returnHost: (name) => returnHost(cluster, name),
    advance: (seconds) => cluster.clock.advance(seconds),
    mails: () => cluster.mailbox.read(),
  };
}

const recordCall = ({ command, args, status }: Connection): CallRecord => ({
  command,
  args,
  status,
});

function recordJob(job: Job): JobRecord {
  const { submission } = job;
  return {
    id: job.id,
    name: submission.name,
    specification: submission.specification,
    options: submission.options,
    group: submission.group,
    queue: submission.queue,
    folder: submission.folder,
    environment: submission.environment,
    command: submission.command,
    elements: job.elements.map((element) => ({
      index: element.index,
      state: element.state,
      exitCode: element.exitCode,
      reason: element.reason,
      hosts: element.allocations.map(({ host }) => host),
      starts: element.starts,
      pendingReason: element.pendingReason ?? job.pendingReason,
      processId: element.running?.processId ?? null,
    })),
  };
}

function knownElement(cluster: Cluster, id: number, index: number): Element {
  const element = cluster.jobs.get(id)?.element(index);
  if (element === undefined) throw new Error(`no element ${id}[${index}]`);
  return element;
}

/** Puts an element that does not run into a state, as if it had come there. */
function force(cluster: Cluster, element: Element, forced: ForcedState): void {
  const { state, exitCode = 0, reason = null, host = "exec-1" } = forced;
  if (element.running !== null) throw new Error(`${element.label} runs: it cannot be forced`);
  const now = cluster.clock.now();
  if (state !== "PEND" && state !== "PSUSP") {
    element.allocations = [{ host, slots: element.job.submission.slots }];
    element.startedAt ??= now;
    element.starts = Math.max(1, element.starts);
  }
  if (state === "DONE" || state === "EXIT") {
    finish(cluster, element, state, exitCode, reason);
  } else {
    Object.assign(element, { exitCode: null, reason: null, finishedAt: null });
    element.state = state;
  }
}
