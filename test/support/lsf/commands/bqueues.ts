import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { Refusal } from "../daemon/refusal.ts";
import type { QueueDescription } from "../settings.ts";
import { flag, lastValues, parseOptions, unemulated } from "../grammar/options.ts";

const HEADER = "QUEUE_NAME      PRIO STATUS          MAX JL/U JL/P JL/H NJOBS  PEND   RUN  SUSP\n";

/** bqueues; CMD; columns: a real table (S C1). Names are cut at 15, but not with -w. */
export function bqueues(cluster: Cluster, call: Call): number {
  const rules = {
    "-w": flag("CMD bqueues"),
    ...Object.fromEntries(["-l", "-r", "-alloc"].map((name) => [name, unemulated("CMD bqueues")])),
    ...Object.fromEntries(
      ["-m", "-u", "-o"].map((name) => [name, unemulated("CMD bqueues", "text")]),
    ),
  };
  const { options, rest } = parseOptions("bqueues", rules, call.args, { mixed: true });
  const wide = "-w" in lastValues(options);
  const { queues } = cluster.settings;
  const unknown = rest.filter((name) => !queues.some((queue) => queue.name === name));
  const shown = rest.length === 0 ? queues : queues.filter(({ name }) => rest.includes(name));
  if (shown.length > 0) {
    call.out(HEADER + shown.map((queue) => row(cluster, queue, wide)).join(""));
  }
  for (const name of unknown) call.err(`${name}: No such queue\n`);
  if (shown.length === 0 && unknown.length === 0) throw new Refusal("No queue found");
  return unknown.length > 0 ? 255 : 0;
}

/** Counts are slots. */
function row(cluster: Cluster, queue: QueueDescription, wide: boolean): string {
  const jobs = [...cluster.jobs.values()].filter(
    ({ submission }) => submission.queue === queue.name,
  );
  const count = (of: (job: (typeof jobs)[number]) => number): number =>
    jobs.reduce((sum, job) => sum + of(job) * job.submission.slots, 0);
  const pending = count(({ counts }) => counts.PEND + counts.PSUSP);
  const running = count(({ counts }) => counts.RUN);
  const suspended = count(({ counts }) => counts.USUSP + counts.SSUSP);
  const name = wide ? queue.name.padEnd(15) : queue.name.slice(0, 15).padEnd(15);
  const numbers = [pending + running + suspended, pending, running, suspended];
  const status = queue.open ? "Open:Active" : "Closed:Active";
  return `${name} ${String(10).padStart(3)}  ${status.padEnd(15)}   -${"    -".repeat(3)}${numbers.map((number) => String(number).padStart(6)).join("")}\n`;
}
