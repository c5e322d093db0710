import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Element } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { startTask } from "../daemon/start-task.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";

const OPTIONS = {
  "-n": flag("CMD blaunch"),
  "-z": text("CMD blaunch"),
  "-u": unemulated("CMD blaunch", "text"),
  "-no-shell": unemulated("CMD blaunch"),
};

/**
 * `blaunch [-n] [-z "h1 h2" | host] command`; CMD. Inside jobs only (ERR); without a host, one task for each slot.
 * Its status is the first one that is not 0; a task whose host dies ends with 137.
 */
export async function blaunch(cluster: Cluster, call: Call): Promise<number> {
  const element = ownElement(cluster, call);
  const { options, rest } = parseOptions("blaunch", OPTIONS, call.args);
  const { hosts, command } = chooseHosts(element, lastValues(options)["-z"], rest);
  if (command.length === 0) throw new Refusal("blaunch: no command is given");
  const statuses = await Promise.all(
    hosts.map((host, at) => startTask(cluster, element, call, { host, command, at })),
  );
  return statuses.find((status) => status !== 0) ?? 0;
}

function ownElement(cluster: Cluster, { env }: Call): Element {
  const job = cluster.jobs.get(Number(env["LSB_JOBID"] ?? NaN));
  const element = job?.element(Number(env["LSB_JOBINDEX"] ?? 0));
  if (element?.active !== true) throw new Refusal("Cannot run outside LSF");
  return element;
}

function chooseHosts(
  element: Element,
  list: string | undefined,
  rest: readonly string[],
): { hosts: string[]; command: readonly string[] } {
  const own = element.allocations.map(({ host }) => host);
  const check = (names: readonly string[]): string[] =>
    names.map((name) => {
      if (!own.includes(name)) throw new Refusal(`${name}: host is not allocated to this job`);
      return name;
    });
  if (list !== undefined) {
    return { hosts: check(list.split(/\s+/).filter((name) => name !== "")), command: rest };
  }
  const [first = "", ...others] = rest;
  if (own.includes(first)) return { hosts: [first], command: others };
  const slots = element.allocations.flatMap(({ host, slots: count }) =>
    Array<string>(count).fill(host),
  );
  return { hosts: slots, command: rest };
}
