import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Element } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { endElement, resume, suspend } from "../daemon/signals.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";
import { actOnTargets, findTargets } from "./targets.ts";
import { parseSignal, SIGNAL_LIST } from "./signal-names.ts";

const OPTIONS = {
  "-s": text("CMD bkill, JEE"),
  "-r": flag("CMD bkill"),
  "-b": flag("CMD bkill"),
  "-l": flag("CMD bkill"),
  "-C": text("CMD bkill"),
  "-J": text("CMD bkill"),
  "-g": text("CMD bkill, JEE"),
  "-q": text("CMD bkill"),
  "-m": text("CMD bkill"),
  "-u": text("CMD bkill"),
  "-stat": text("CMD bkill"),
  "-d": unemulated("CMD bkill"),
  "-app": unemulated("CMD bkill", "text"),
  "-sla": unemulated("CMD bkill", "text"),
};

/** bkill; CMD. Pending elements end at once, running ones get INT, TERM, KILL. */
export function bkill(cluster: Cluster, call: Call): number {
  const { options, rest } = parseOptions("bkill", OPTIONS, call.args, { mixed: true });
  const values = lastValues(options);
  if ("-l" in values) {
    call.out(`${SIGNAL_LIST}\n`);
    return 0;
  }
  const signal = values["-s"] === undefined ? null : parseSignal(values["-s"]);
  if (!/^(?:run|pend|susp)?$/.test(values["-stat"] ?? "")) {
    throw new Refusal(`${values["-stat"] ?? ""}: Bad value for -stat`);
  }
  const targets = findTargets(cluster, values, rest, ({ finished }) => !finished);
  return actOnTargets(cluster, call, targets, (element) => {
    if (element.finished) throw new Refusal("Job has already finished");
    return act(cluster, element, signal, values);
  });
}

function act(
  cluster: Cluster,
  element: Element,
  signal: NodeJS.Signals | null,
  values: Readonly<Record<string, string>>,
): string {
  if (signal === null) {
    const reason =
      "-r" in values ? "TERM_FORCE_OWNER" : "-b" in values ? "TERM_BUCKET_KILL" : "TERM_OWNER";
    endElement(cluster, element, reason);
    return "is being terminated";
  }
  if (signal === "SIGKILL") {
    endElement(cluster, element, "TERM_FORCE_OWNER");
    return "is being terminated";
  }
  if (signal === "SIGSTOP") {
    suspend(element);
    return "is being stopped";
  }
  if (signal === "SIGCONT") {
    resume(cluster, element);
    return "is being resumed";
  }
  if (element.pending) throw new Refusal("Job has not started yet");
  element.running?.signal(signal);
  return "is being signaled";
}
