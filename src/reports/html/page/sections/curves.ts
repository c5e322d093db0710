import type { Curve } from "../../../../stats/report-page.ts";
import { TRIAL_STATES } from "../../../../core/trial.ts";
import { CROSS } from "../charts/cross.ts";
import { axis, drawChart, objectiveAxis, type Option, tooltip } from "../charts/echarts.ts";
import { cividis, type Ink } from "../colours.ts";
import { readCurve } from "../curves.ts";
import { choose, el } from "../dom.ts";
import { figure } from "../figure.ts";
import { formatNumber, plural } from "../numbers.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";

const TOP = 10;
/** More lines than these cover one another. */
const MOST = 60;

const WHOSE = [
  ["top", `the first ${TOP} of the ranking`],
  ["selected", "the best of the selected trials"],
  ["one", "the trial looked at"],
] as const;
const PRUNED = ["pruned", "those stopped early, the furthest first"] as const;

/** What trials measured while they ran. */
export function curvesSection(view: View, selection: Selection): HTMLElement {
  const [first] = view.page.histories.metrics;
  const title = "Learning curves";
  if (first === undefined)
    return section("curves", title, el("p", {}, "No trial told anything while it ran."));
  const element = curvesFigure(view, selection, first);
  return section("curves", title, element, el("p", { class: "quiet" }, noteLeftOut(view)));
}

function curvesFigure(view: View, selection: Selection, first: Curve): HTMLElement {
  const { metrics } = view.page.histories;
  let metric = metrics.find(({ name }) => /validation.*accuracy/i.test(name)) ?? first;
  let which = "top";
  const names = metrics.map(({ name }) => [name, name.slice(0, 60)] as const);
  const metricChoice = choose("Metric", names, (name) => {
    metric = metrics.find((each) => each.name === name) ?? first;
    refresh();
  });
  metricChoice.select.value = metric.name;
  const hasPruned = view.standing.some((trial) => isPruned(view, trial));
  const whichChoice = choose("Of", hasPruned ? [...WHOSE, PRUNED] : WHOSE, (value) => {
    which = value;
    refresh();
  });
  const trials = (): readonly number[] => chooseTrials(view, selection, which);
  const { element, refresh } = figure({
    ...{ title: "Learning curves", selection },
    controls: [metricChoice.field, whichChoice.field, trialField(view, selection)],
    draw: (place) =>
      drawChart(
        place,
        (ink) => buildOption(view, metric, trials(), selection.focus, ink),
        lookAtLine(selection),
      ),
    twin: () => describe(view, metric, trials()),
  });
  return element;
}

function noteLeftOut(view: View): string {
  const { omitted, isThinned } = view.page.histories;
  const left = `${plural(omitted, "more metric")} told by fewer trials ${omitted === 1 ? "is" : "are"} left out; bsweep report --format csv --steps has all. `;
  const thinned = "Of trials with very many steps, 200 are shown. ";
  const crosses = "A cross: the trial was stopped early there.";
  const hasPruned = view.standing.some((trial) => isPruned(view, trial));
  return `${omitted > 0 ? left : ""}${isThinned ? thinned : ""}${hasPruned ? crosses : ""}`;
}

/** Any trial, by its number. */
function trialField(view: View, selection: Selection): HTMLElement {
  const input = el("input", { type: "number", min: 1, id: "curve-trial" });
  input.addEventListener("change", () => selection.look(view.find(Number(input.value))));
  selection.onChange(() => {
    if (selection.focus >= 0) input.value = String(view.page.trials.number[selection.focus] ?? "");
  });
  return el("label", {}, "Look at trial ", input);
}

function chooseTrials(view: View, { mask, focus }: Selection, which: string): readonly number[] {
  const own =
    which === "top"
      ? view.ranked.slice(0, TOP)
      : which === "selected"
        ? chooseSelected(view, mask)
        : which === "pruned"
          ? choosePruned(view)
          : [];
  return focus >= 0 && !own.includes(focus) ? [...own, focus] : own;
}

const isPruned = ({ page }: View, trial: number): boolean =>
  TRIAL_STATES[page.trials.state[trial] ?? 0] === "pruned";

function choosePruned(view: View): readonly number[] {
  const { starts } = view.page.histories;
  const lengthOf = (trial: number): number => (starts[trial + 1] ?? 0) - (starts[trial] ?? 0);
  return view.standing
    .filter((trial) => isPruned(view, trial) && lengthOf(trial) > 0)
    .sort((a, b) => lengthOf(b) - lengthOf(a) || a - b)
    .slice(0, MOST);
}

/** The ranked ones first; those that did not end have curves too. */
function chooseSelected(view: View, mask: Uint8Array): readonly number[] {
  const ranked = view.ranked.filter((trial) => mask[trial] === 1).slice(0, MOST);
  if (ranked.length === MOST) return ranked;
  const { starts } = view.page.histories;
  const others = Array.from(mask.keys()).filter(
    (trial) =>
      mask[trial] === 1 &&
      view.page.trials.rank[trial] === 0 &&
      (starts[trial] ?? 0) < (starts[trial + 1] ?? 0),
  );
  return [...ranked, ...others.slice(0, MOST - ranked.length)];
}

function lookAtLine(selection: Selection): (data: unknown) => void {
  return (data) => {
    const trial = pointOf(data)[2];
    if (typeof trial === "number") selection.look(trial);
  };
}

function buildOption(
  view: View,
  metric: Curve,
  trials: readonly number[],
  focus: number,
  ink: Ink,
): Option {
  const { histories } = view.page;
  return {
    tooltip: tooltip(({ data }) => describePoint(view, data)),
    xAxis: axis(ink, "step (an epoch, where the trainer has epochs)", { minInterval: 1 }),
    yAxis: objectiveAxis({ objective: { title: metric.name } }, ink),
    series: trials.map((trial, place) => {
      const color =
        trial === focus
          ? ink.second
          : place === 0
            ? ink.accent
            : cividis(0.9 - (0.7 * place) / Math.max(1, trials.length));
      const points = readCurve(histories, metric, trial);
      return {
        ...{ type: "line", symbolSize: 5, showSymbol: points.length < 40, itemStyle: { color } },
        lineStyle: {
          color,
          width: trial === focus || place === 0 ? 3 : 1.5,
          opacity: trial === focus || place === 0 ? 1 : 0.75,
        },
        data: points.map((point, at) => {
          const told = [...point, trial];
          return at === points.length - 1 && isPruned(view, trial)
            ? { value: told, symbol: CROSS, symbolSize: 12 }
            : told;
        }),
      };
    }),
  };
}

/** Step, value, trial: the last point of a pruned one says more of itself. */
function pointOf(data: unknown): readonly number[] {
  const value: unknown = Array.isArray(data) ? data : (data as { value?: unknown } | null)?.value;
  return Array.isArray(value) ? (value as number[]) : [];
}

function describePoint(view: View, data: unknown): string {
  const [step = NaN, value = NaN, trial = -1] = pointOf(data);
  return `trial ${view.page.trials.number[trial] ?? ""}, step ${step}: ${formatNumber(value, 4)}`;
}

function describe(view: View, metric: Curve, trials: readonly number[]) {
  const { histories, trials: columns } = view.page;
  const rows = trials.map((trial) => ({ trial, points: readCurve(histories, metric, trial) }));
  const told = rows.filter(({ points }) => points.length > 0);
  const best = told[0];
  const last = best?.points.at(-1);
  return {
    sentence:
      best === undefined || last === undefined
        ? `None of these trials told ${metric.name.slice(0, 60)}.`
        : `${metric.name.slice(0, 60)} of ${plural(told.length, "trial")}, step by step. Trial ${columns.number[best.trial] ?? ""} ends at ${formatNumber(last[1], 4)} after step ${last[0]}.`,
    head: ["trial", "steps", "first", "last", "end"],
    rows: () =>
      told.map(({ trial, points }) => [
        ...[String(columns.number[trial] ?? ""), String(points.length)],
        ...[points[0], points.at(-1)].map((point) =>
          point === undefined ? "–" : formatNumber(point[1], 4),
        ),
        TRIAL_STATES[columns.state[trial] ?? 0] ?? "",
      ]),
  };
}
