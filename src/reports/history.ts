import type { History } from "../app/history.ts";
import type { HistoryEvent } from "../app/history/event.ts";
import { formatCount, formatDuration, plural } from "../core/quantities.ts";
import { CANARY } from "../workspace/layout.ts";
import { toCell } from "./cells.ts";
import { wrapText } from "./lines.ts";

const MAX_JOBS = 4;

/** What was done, for a person: a study after another, by time. */
export function formatHistory({ studies, events }: History): string {
  if (studies.length === 0) return "Nothing was planned here";
  const sections = studies.map((study) => {
    const own = events.filter((event) => event.study === study);
    return [toCell(study, 64), ...own.map(describeEvent)].join("\n");
  });
  return [...sections, "Times are UTC; each file tells of the last time that it was written."].join(
    "\n\n",
  );
}

function describeEvent(event: HistoryEvent): string {
  const time = `${event.at.slice(0, 10)} ${event.at.slice(11, 19)}`;
  const who = event.who === null ? "" : `, by ${toCell(event.who)}`;
  const [first = "", ...others] = wrapText(`${time}  ${describe(event)}${who}`, 2).split("\n");
  // Further lines stand below the words, not below the time.
  const rest = others.flatMap((line) => wrapText(line.trim(), 23).split("\n"));
  return [first, ...rest].join("\n");
}

function describe(event: HistoryEvent): string {
  switch (event.kind) {
    case "planned":
      return describePlan(event);
    case "submitted":
      return describeSubmission(event);
    case "ran":
      return describeRun(event);
    case "paused":
      return "paused: nothing more is submitted";
    case "cancelled":
      return "cancelled: nothing more is submitted";
    case "throttled":
      return `throttled to ${formatCount(event.limit)} at once`;
    case "collected":
      return `collected last: ${plural(event.results, "result")} by now`;
    case "refitted":
      return `refitted ${toCell(event.model, 64)}`;
  }
}

type Event<Kind extends HistoryEvent["kind"]> = Extract<HistoryEvent, { kind: Kind }>;

const ROUND_WORDS: Readonly<Record<Event<"planned">["roundKind"], string>> = {
  initial: "planned",
  extension: "planned, more of the study",
  canary: "planned, a canary alone",
  retry: "planned, a retry",
  promotion: "planned, pruned trials to their end",
  finalists: "planned, the best with other seeds",
};

function describePlan({ round, roundKind, trials, arrays, site, bsweep }: Event<"planned">) {
  const where = site === null ? "" : ` for ${toCell(site)}`;
  const what = `${plural(trials, "trial")} in ${plural(arrays, "array")}${where}`;
  return `round ${round} ${ROUND_WORDS[roundKind]}: ${what}, bsweep ${toCell(bsweep)}`;
}

function describeSubmission({ round, arrays, jobs, elements }: Event<"submitted">): string {
  const named = jobs.slice(0, MAX_JOBS).map((job) => toCell(job));
  const rest = jobs.length - named.length;
  const own = arrays.filter((array) => array !== CANARY).length;
  const what = [
    ...(own < arrays.length ? ["the canary"] : []),
    ...(own > 0 ? [plural(own, "array")] : []),
  ].join(" and ");
  const list = `${named.join(", ")}${rest > 0 ? ` and ${plural(rest, "more", "more")}` : ""}`;
  const noun = jobs.length === 1 ? "job" : "jobs";
  return `round ${round} submitted: ${what}, ${plural(elements, "element")}, ${noun} ${list}`;
}

function describeRun({ round, at, until, results, hosts }: Event<"ran">): string {
  const total = Object.values(results).reduce((sum, count) => sum + count, 0);
  const counts = Object.entries(results).map(([state, count]) => `${formatCount(count)} ${state}`);
  const seconds = (Date.parse(until) - Date.parse(at)) / 1000;
  return `round ${round} ran for ${formatDuration(seconds)}: ${plural(total, "result")}, ${counts.join(", ")}, on ${plural(hosts, "host")}`;
}
