import type { Call } from "../daemon/call.ts";
import type { Cluster } from "../daemon/cluster.ts";
import type { Element } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { findByName, findElements, parseJobReference } from "../grammar/job-reference.ts";

type Values = Readonly<Record<string, string>>;

/** What one line of an answer is about. */
export interface Target {
  /** `123`, `123[4]`. */
  readonly label: string;
  readonly elements: readonly Element[];
}

/**
 * The jobs bkill, bstop, bresume mean (LSF-COMMANDS, "Arrays: who accepts what"): ids and elements; with 0 all
 * that the filters leave; without an id the last submitted of those. `usable`: which ones 0 takes.
 */
export function findTargets(
  cluster: Cluster,
  values: Values,
  references: readonly string[],
  usable: (element: Element) => boolean,
): Target[] {
  if (references.length > 0 && !references.includes("0")) {
    return references.flatMap((reference) => findNamed(cluster, reference));
  }
  const named = values["-J"] === undefined ? cluster.elements() : findByName(cluster, values["-J"]);
  const all = [...named].filter((element) => usable(element) && passes(element, values));
  if (all.length === 0) throw new Refusal(nothing(values));
  if (references.includes("0"))
    return all.map((element) => ({ label: element.label, elements: [element] }));
  const last = all.at(-1)?.job;
  return last === undefined
    ? []
    : whole(
        cluster,
        String(last.id),
        all.filter(({ job }) => job === last),
      );
}

function nothing(values: Values): string {
  return values["-J"] === undefined
    ? "No matching job found"
    : `Job <${values["-J"]}> is not found`;
}

function findNamed(cluster: Cluster, text: string): Target[] {
  const reference = parseJobReference(text);
  const elements = findElements(cluster, reference);
  if (elements.length === 0) return [{ label: text, elements: [] }];
  if (reference.indices === null) return whole(cluster, text, elements);
  return elements.map((element) => ({ label: element.label, elements: [element] }));
}

/** A whole array: one line, or one for each element (U). */
function whole(cluster: Cluster, label: string, elements: readonly Element[]): Target[] {
  if (cluster.variants.arrayActionLines === "one") return [{ label, elements }];
  return elements.map((element) => ({ label: element.label, elements: [element] }));
}

function passes({ job: { submission }, allocations, state }: Element, values: Values): boolean {
  const same = (name: string, value: string): boolean =>
    values[name] === undefined || values[name] === value;
  const host = values["-m"];
  const states = { run: /^RUN$/, pend: /^PEND$/, susp: /SUSP$/ }[values["-stat"] ?? ""] ?? /./;
  return (
    same("-g", submission.group) &&
    same("-q", submission.queue) &&
    (host === undefined || allocations.some((allocation) => allocation.host === host)) &&
    states.test(state)
  );
}

/**
 * Acts on every target; `act` returns what is told of it, or refuses. A refused one is told on stderr, the others
 * are still handled, and the status is 255 if any was refused (VOL). Of an array, elements that refuse are passed
 * over while others do not.
 */
export function actOnTargets(
  cluster: Cluster,
  call: Call,
  targets: readonly Target[],
  act: (element: Element) => string,
): number {
  let status = 0;
  for (const { label, elements } of targets) {
    let told: string | null = null;
    let refused = "No matching job found";
    for (const element of elements) {
      try {
        told = act(element);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused = error.message;
      }
    }
    if (told !== null) call.out(`Job <${label}> ${told}\n`);
    else {
      call.err(`Job <${label}>: ${refused}\n`);
      status = 255;
    }
  }
  cluster.scheduler.wake();
  return status;
}
