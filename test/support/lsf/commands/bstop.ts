import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Element } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { resume, suspend } from "../daemon/signals.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";
import { actOnTargets, findTargets } from "./targets.ts";

const optionsOf = (command: string) => ({
  "-a": flag(`CMD ${command}`),
  "-C": text(`CMD ${command}`),
  "-J": text(`CMD ${command}`),
  "-g": text(`CMD ${command}`),
  "-q": text(`CMD ${command}`),
  "-m": text(`CMD ${command}`),
  "-u": text(`CMD ${command}`),
  "-app": unemulated(`CMD ${command}`, "text"),
  "-sla": unemulated(`CMD ${command}`, "text"),
});

function control(
  cluster: Cluster,
  call: Call,
  usable: (element: Element) => boolean,
  act: (element: Element) => string,
): number {
  const rules = optionsOf(call.command);
  const { options, rest } = parseOptions(call.command, rules, call.args, { mixed: true });
  const targets = findTargets(cluster, lastValues(options), rest, usable);
  return actOnTargets(cluster, call, targets, act);
}

/** bstop; CMD: PEND -> PSUSP, RUN -> USUSP; what is suspended cannot be suspended (its words are ours). */
export function bstop(cluster: Cluster, call: Call): number {
  const usable = ({ state }: Element): boolean => state === "PEND" || state === "RUN";
  return control(cluster, call, usable, (element) => {
    if (element.finished) throw new Refusal("Job has already finished");
    if (!usable(element)) throw new Refusal("Job has already been suspended");
    suspend(element);
    return "is being stopped";
  });
}

/** bresume; CMD: PSUSP -> PEND, USUSP -> SSUSP -> RUN (what it says of others is ours). */
export function bresume(cluster: Cluster, call: Call): number {
  const usable = ({ state }: Element): boolean => state === "PSUSP" || state === "USUSP";
  return control(cluster, call, usable, (element) => {
    if (element.finished) throw new Refusal("Job has already finished");
    if (!usable(element)) throw new Refusal("Job is not suspended");
    resume(cluster, element);
    return "is being resumed";
  });
}
