import type { Cluster } from "../daemon/cluster.ts";
import type { Element } from "../daemon/job.ts";
import { Refusal } from "../daemon/refusal.ts";
import { findByName, findElements, parseJobReference } from "../grammar/job-reference.ts";

type Values = Readonly<Record<string, string>>;

export interface Missing {
  readonly id: string;
  readonly text: string;
}

export interface Selection {
  readonly elements: readonly Element[];
  readonly missing: readonly Missing[];
}

/** Which elements bjobs shows: named ones, or all that its filters leave; MAN, VOL for the texts. */
export function selectElements(
  cluster: Cluster,
  values: Values,
  names: readonly string[],
): Selection {
  checkFilters(cluster, values);
  const everyOne = names.length === 0 || (names.length === 1 && names[0] === "0");
  const missing: Missing[] = [];
  const chosen = everyOne
    ? chooseAll(cluster, values, missing)
    : names.flatMap((name) => choose(cluster, name, missing));
  const asked = wantedStates(values, !everyOne && cluster.variants.finishedById === "row");
  const elements = chosen.filter(
    (element) => asked(element) && passes(element, values) && !isForgotten(cluster, element),
  );
  // S OOD: elements come in no order.
  return { elements: elements.reverse(), missing };
}

function chooseAll(cluster: Cluster, values: Values, missing: Missing[]): Element[] {
  const name = values["-J"];
  const found = name === undefined ? [...cluster.elements()] : findByName(cluster, name);
  const state = wantedStates(values, false);
  if (name !== undefined && !found.some(state)) {
    missing.push({ id: name, text: `Job <${name}> is not found` });
  }
  return found;
}

function choose(cluster: Cluster, name: string, missing: Missing[]): readonly Element[] {
  const reference = parseJobReference(name);
  const found = findElements(cluster, reference).filter(
    (element) => !isForgotten(cluster, element),
  );
  if (found.length === 0) missing.push({ id: name, text: `Job <${name}> is not found` });
  return found;
}

function wantedStates(values: Values, named: boolean): (element: Element) => boolean {
  const wanted: ((element: Element) => boolean)[] = [];
  if ("-d" in values) wanted.push(({ finished }) => finished);
  if ("-p" in values) wanted.push(({ state }) => state === "PEND");
  if ("-s" in values) wanted.push(({ state }) => state.endsWith("SUSP"));
  if ("-r" in values) wanted.push(({ active }) => active);
  if ("-a" in values || (named && wanted.length === 0)) return () => true;
  if (wanted.length === 0) return ({ finished }) => !finished;
  return (element) => wanted.some((one) => one(element));
}

function passes({ job: { submission }, allocations }: Element, values: Values): boolean {
  const same = (name: string, value: string): boolean =>
    values[name] === undefined || values[name] === value;
  const onHost =
    values["-m"] === undefined || allocations.some(({ host }) => host === values["-m"]);
  return onHost && same("-q", submission.queue) && same("-g", submission.group);
}

function checkFilters({ settings }: Cluster, values: Values): void {
  const { "-q": queue, "-u": user } = values;
  if (queue !== undefined && !settings.queues.some(({ name }) => name === queue)) {
    throw new Refusal(`${queue}: No such queue`);
  }
  if (user !== undefined && user !== "all" && user !== settings.user) {
    throw new Refusal(`${user}: Unknown user`);
  }
}

/** Where elements are forgotten one by one, and not with their array. */
function isForgotten({ settings, variants, clock }: Cluster, { finishedAt }: Element): boolean {
  if (variants.forgets === "array" || finishedAt === null) return false;
  return finishedAt < clock.now() - settings.cleanPeriodSeconds * 1000;
}
