import { TRIAL_STATES } from "../../../../core/trial.ts";
import type { AttemptColumns } from "../../../../stats/report-page.ts";
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

/** What is told of an attempt. */
const ATTEMPT: readonly (readonly [
  title: string,
  read: (all: AttemptColumns, at: number) => string,
])[] = [
  ["attempt", ({ attempt }, at) => String(attempt[at])],
  ["state", ({ state }, at) => TRIAL_STATES[state[at] ?? 0] ?? ""],
  ["counts", ({ counts }, at) => (counts[at] === 1 ? "yes" : "no")],
  ["start (UTC)", showStart],
  ["time", ({ seconds }, at) => formatSeconds(seconds[at] ?? NaN)],
  ["CPU time", ({ cpuSeconds }, at) => formatSeconds(cpuSeconds[at] ?? NaN)],
  ["MiB", ({ peakMemoryMiB }, at) => formatNumber(peakMemoryMiB[at] ?? NaN, 4)],
  ["host", ({ hosts, host }, at) => hosts[host[at] ?? -1] ?? ""],
  ["job", ({ jobs, job }, at) => jobs[job[at] ?? -1] ?? ""],
  ["round", ({ round }, at) => String(round[at])],
];

function showStart({ firstStart, start }: AttemptColumns, at: number): string {
  const time = Date.parse(firstStart ?? "") + 1000 * (start[at] ?? 0);
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

function attemptsOf({ page }: View, trial: number): HTMLElement {
  const { attempts } = page;
  const own = Array.from(attempts.trial.keys()).filter((at) => attempts.trial[at] === trial);
  const rows = own.map((at) => ATTEMPT.map(([, read]) => read(attempts, at)));
  const head = ATTEMPT.map(([title]) => title);
  return scrolling("Its attempts: table", table("Its attempts", head, rows));
}
