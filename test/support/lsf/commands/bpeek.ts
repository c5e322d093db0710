import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import { readOutput } from "../daemon/delivery.ts";
import type { Element } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { findByName, findElements, parseJobReference } from "../grammar/job-reference.ts";
import { flag, lastValues, parseOptions, text, unemulated } from "../grammar/options.ts";

const OPTIONS = {
  "-f": flag("CMD bpeek"),
  "-J": text("CMD bpeek"),
  "-q": unemulated("CMD bpeek", "text"),
  "-m": unemulated("CMD bpeek", "text"),
};

const PAUSE_MILLISECONDS = 100;

/** bpeek [-f] [-J name | id]; S MSSM, VOL. -f goes on until the job ends. */
export async function bpeek(cluster: Cluster, call: Call): Promise<number> {
  const { options, rest } = parseOptions("bpeek", OPTIONS, call.args, { mixed: true });
  const values = lastValues(options);
  const element = choose(cluster, values["-J"], rest);
  const { label } = element;
  if (element.pending) throw new Refusal(`Job <${label}> : Not yet started.`);
  if (element.finished) throw new Refusal(`Job <${label}> : Already finished.`);
  call.out("<< output from stdout >>\n");
  await showOutput(cluster, call, element, "-f" in values);
  if (element.job.submission.output.stderr !== null) {
    call.out(`<< output from stderr >>\n${readOutput(cluster, element, "err")}`);
  }
  return 0;
}

async function showOutput(
  cluster: Cluster,
  call: Call,
  element: Element,
  follow: boolean,
): Promise<void> {
  let shown = 0;
  const showMore = (): void => {
    const text = readOutput(cluster, element, "out");
    call.out(text.slice(shown));
    shown = text.length;
  };
  showMore();
  if (!follow) return;
  const timer = setInterval(() => element.active && showMore(), PAUSE_MILLISECONDS);
  call.onGone(() => clearInterval(timer));
  await element.job.ended();
  clearInterval(timer);
}

function choose(cluster: Cluster, name: string | undefined, rest: readonly string[]): Element {
  const [text] = rest;
  const found = text === undefined ? byName(cluster, name) : byId(cluster, text);
  const [element] = found;
  if (element === undefined) throw new Refusal(`Job <${text ?? name ?? "0"}> is not found`);
  return element;
}

/** The most recent job, or the most recent of that name. */
function byName(cluster: Cluster, name: string | undefined): Element[] {
  const elements = name === undefined ? [...cluster.elements()] : findByName(cluster, name);
  return elements.slice(-1);
}

function byId(cluster: Cluster, text: string): readonly Element[] {
  const reference = parseJobReference(text);
  if ((reference.indices?.length ?? 1) > 1) {
    throw new Refusal(`${text}: Illegal job array index. One element only.`);
  }
  if (reference.indices === null && cluster.jobs.get(reference.id)?.isArray === true) {
    throw new Refusal("bpeek: Cannot operate on job array");
  }
  return findElements(cluster, reference);
}
