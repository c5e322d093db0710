import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Element } from "../daemon/job.ts";
import { putBack } from "../daemon/lifecycle.ts";
import { Refusal } from "../daemon/refusal.ts";
import { endElement } from "../daemon/signals.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";
import { actOnTargets, findTargets } from "./targets.ts";

const OPTIONS = {
  "-a": flag("CMD brequeue"),
  "-d": flag("CMD brequeue"),
  "-e": flag("CMD brequeue"),
  "-r": flag("CMD brequeue"),
  "-H": flag("CMD brequeue"),
  "-J": text("CMD brequeue"),
  "-u": text("CMD brequeue"),
  "-p": unemulated("CMD brequeue"),
};

/**
 * brequeue; CMD: RUN, USUSP and SSUSP elements, with -d, -e, -r those that are done, have failed, run; -a all of
 * them; -H holds them. They keep their ids.
 */
export function brequeue(cluster: Cluster, call: Call): number {
  const { options, rest } = parseOptions("brequeue", OPTIONS, call.args, { mixed: true });
  const values = lastValues(options);
  const wanted = wantedStates(values);
  const usable = ({ state }: Element): boolean => wanted.includes(state);
  const targets = findTargets(cluster, values, rest, usable);
  return actOnTargets(cluster, call, targets, (element) => {
    if (element.job.submission.interactive !== null) {
      throw new Refusal("Interactive job cannot be requeued");
    }
    if (!usable(element)) {
      throw new Refusal(element.finished ? "Job has already finished" : "Job has not started yet");
    }
    const state = "-H" in values ? "PSUSP" : "PEND";
    if (element.finished) putBack(cluster, element, state);
    else {
      element.requeue = state;
      endElement(cluster, element, "TERM_REQUEUE_OWNER");
    }
    return "is being requeued ";
  });
}

function wantedStates(values: Readonly<Record<string, string>>): string[] {
  const running = ["RUN", "USUSP", "SSUSP"];
  if ("-a" in values) return [...running, "DONE", "EXIT"];
  const wanted = [
    ...("-d" in values ? ["DONE"] : []),
    ...("-e" in values ? ["EXIT"] : []),
    ...("-r" in values ? ["RUN"] : []),
  ];
  return wanted.length === 0 ? running : wanted;
}
