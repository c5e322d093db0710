import { PAGE_STATES } from "../../../../stats/report-page.ts";
import { el, scrolling, table } from "../dom.ts";
import { formatNumber, formatSeconds } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { Column, View } from "../view.ts";

/** All about the trial that is looked at. */
export function trialSection(view: View, selection: Selection): HTMLElement {
  const place = el(
    "div",
    { "aria-live": "polite" },
    el("p", { class: "quiet" }, "Choose one in the table or in a chart."),
  );
  const made = section("trial", "One trial", place);
  let shown = -1;
  selection.onChange(() => {
    if (selection.focus < 0 || selection.focus === shown) return;
    shown = selection.focus;
    place.replaceChildren(...describe(view, shown));
    made.scrollIntoView({ block: "nearest" });
  });
  return made;
}

function describe(view: View, trial: number): readonly HTMLElement[] {
  const { trials } = view.page;
  const groups = (["trial", "parameter", "metric", "cost"] as const).map((group) =>
    view.columns.filter((column) => column.group === group),
  );
  const rows = groups.flatMap((columns) =>
    columns
      .filter((column) => isTold(column, trial))
      .map((column) => [column.title, column.text(trial)]),
  );
  return [
    el("h3", {}, `Trial ${trials.number[trial] ?? ""}`),
    scrolling("All that is known of the trial", table("What is known", ["What", "Value"], rows)),
    attemptsOf(view, trial),
  ];
}

const isTold = ({ text }: Column, trial: number): boolean => !["", "–"].includes(text(trial));

function attemptsOf({ page }: View, trial: number): HTMLElement {
  const { attempts } = page;
  const own = Array.from(attempts.trial.keys()).filter((at) => attempts.trial[at] === trial);
  const first = Date.parse(attempts.firstStart ?? "");
  const rows = own.map((at) => [
    String(attempts.attempt[at] ?? ""),
    PAGE_STATES[attempts.state[at] ?? 0] ?? "",
    attempts.counts[at] === 1 ? "yes" : "no",
    new Date(first + 1000 * (attempts.start[at] ?? 0)).toISOString().slice(0, 19).replace("T", " "),
    formatSeconds(attempts.seconds[at] ?? NaN),
    formatSeconds(attempts.cpuSeconds[at] ?? NaN),
    formatNumber(attempts.peakMemoryMiB[at] ?? NaN, 4),
    attempts.hosts[attempts.host[at] ?? -1] ?? "",
    attempts.jobs[attempts.job[at] ?? -1] ?? "",
    String(attempts.round[at] ?? ""),
  ]);
  const head = [
    "attempt",
    "state",
    "counts",
    "start (UTC)",
    "time",
    "CPU time",
    "MiB",
    "host",
    "job",
    "round",
  ];
  return scrolling("Its attempts", table("Its attempts", head, rows));
}
