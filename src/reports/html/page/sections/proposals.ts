import { TRIAL_STATES } from "../../../../core/trial.ts";
import type { PageSearch } from "../../../../stats/search/search-page.ts";
import { CROSS } from "../charts/cross.ts";
import { axis, drawChart, objectiveAxis, type Option, tooltip } from "../charts/echarts.ts";
import type { Ink } from "../colours.ts";
import { choose, el } from "../dom.ts";
import { figure } from "../figure.ts";
import { formatCount, formatObjective, plural } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";
import { look } from "./progress.ts";

const SCALES = [
  ["order", "choices, one after another"],
  ["hours", "hours since the first choice"],
] as const;

/** More points than this are drawn in one go. */
const MANY = 2000;
/** Parameters that pointing at a trial tells. */
const TOLD = 8;
/** How high trials without a result stand, as a part of the chart. */
const GROUND = 0.02;

/** Proposals against time, with what each knew. */
export function proposalsFigure(view: View, search: PageSearch, selection: Selection): HTMLElement {
  let name: string = SCALES[0][1];
  const drawnBy = (): Drawn => ({
    ...{ view, search },
    at: (choice) => (name === SCALES[0][1] ? choice + 1 : (search.seconds[choice] ?? NaN) / 3600),
    value: (choice) => {
      const trial = search.trial[choice] ?? -1;
      return view.meets(trial) ? view.objective.number(trial) : NaN;
    },
  });
  const choice = choose(
    "Against",
    SCALES.map(([scale]) => [scale, scale]),
    (value) => {
      name = SCALES.find(([scale]) => scale === value)?.[1] ?? name;
      refresh();
    },
  );
  const { element, refresh } = figure({
    ...{ title: "Proposals", selection, controls: [choice.field] },
    draw: (place) =>
      drawChart(
        place,
        (ink) => buildOption(drawnBy(), selection, name, ink),
        look(view, selection),
      ),
    twin: () => describe(drawnBy()),
  });
  element.prepend(el("p", { class: "quiet" }, KEY));
  return element;
}

const KEY =
  "Circles: chosen far from all others, before the model knew enough. Dots: chosen by the model. Crosses at the bottom: no result; orange ones were pruned. The line: the best of what was chosen so far.";

interface Drawn {
  readonly search: PageSearch;
  readonly view: View;
  /** Where a choice stands. */
  readonly at: (choice: number) => number;
  /** NaN: it has no result to rank. */
  readonly value: (choice: number) => number;
}

function buildOption(drawn: Drawn, { mask, focus }: Selection, name: string, ink: Ink): Option {
  const { search, view, value } = drawn;
  const { trial, isSpread } = search;
  const all = Array.from(trial.keys());
  const isOwn = (choice: number): boolean => mask[trial[choice] ?? -1] === 1;
  const own = all.filter(isOwn);
  const without = own.filter((choice) => Number.isNaN(value(choice)));
  const isPruned = (choice: number): boolean => stateOf(view, trial[choice] ?? -1) === "pruned";
  const spread = own.filter((choice) => isSpread[choice] === 1);
  const modelled = own.filter((choice) => isSpread[choice] !== 1);
  return {
    tooltip: tooltip(({ data }) => describePoint(view, search, data)),
    xAxis: axis(ink, name, { min: 0 }),
    yAxis: [objectiveAxis(view, ink), { type: "value", min: 0, max: 1, show: false }],
    series: [
      dots(
        drawn,
        all.filter((choice) => !isOwn(choice)),
        { color: ink.line },
      ),
      dots(drawn, spread, { color: ink.ground, borderColor: ink.text, borderWidth: 2 }),
      dots(drawn, modelled, { color: ink.accent }),
      crosses(drawn, without.filter(isPruned), ink.second),
      crosses(
        drawn,
        without.filter((choice) => !isPruned(choice)),
        ink.faint,
      ),
      bestLine(drawn, ink),
      ring(
        drawn,
        all.filter((choice) => trial[choice] === focus),
        ink,
      ),
    ],
  };
}

function dots(drawn: Drawn, choices: readonly number[], itemStyle: Option): Option {
  const { search, at, value } = drawn;
  const data = choices
    .filter((choice) => !Number.isNaN(value(choice)))
    .map((choice) => [at(choice), value(choice), search.trial[choice], choice]);
  return {
    ...{ type: "scatter", symbolSize: data.length < 500 ? 8 : 5, data, itemStyle },
    ...{ large: data.length > MANY, largeThreshold: MANY },
  };
}

/** Along the ground, for there is nothing to place them by. */
function crosses({ search, at }: Drawn, choices: readonly number[], color: string): Option {
  return {
    ...{ type: "scatter", symbol: CROSS, symbolSize: choices.length < 500 ? 8 : 4, yAxisIndex: 1 },
    data: choices.map((choice) => [at(choice), GROUND, search.trial[choice], choice]),
    itemStyle: { color },
  };
}

function ring({ at, value }: Drawn, choices: readonly number[], ink: Ink): Option {
  const known = choices.filter((choice) => !Number.isNaN(value(choice)));
  return {
    ...{ type: "scatter", symbolSize: 16, silent: true },
    data: known.map((choice) => [at(choice), value(choice)]),
    itemStyle: { color: "transparent", borderColor: ink.text, borderWidth: 2 },
  };
}

function bestLine(drawn: Drawn, ink: Ink): Option {
  const { search, at, value } = drawn;
  const points = listBests(drawn).map((choice) => [at(choice), value(choice)]);
  const last = points.at(-1);
  const end = at(search.trial.length - 1);
  return {
    ...{ type: "line", step: "end", symbol: "none", silent: true },
    lineStyle: { color: ink.accent, width: 2 },
    data: last === undefined ? [] : [...points, [end, last[1]]],
  };
}

/** Choices that came to more than all before them. */
function listBests({ search, view, value }: Drawn): readonly number[] {
  const bests: number[] = [];
  for (const choice of search.trial.keys()) {
    const best = bests.at(-1);
    const isMeasured = !Number.isNaN(value(choice));
    if (isMeasured && (best === undefined || view.isBetter(value(choice), value(best))))
      bests.push(choice);
  }
  return bests;
}

function stateOf({ page }: View, trial: number): string {
  return TRIAL_STATES[page.trials.state[trial] ?? 0] ?? "";
}

function describePoint(view: View, search: PageSearch, data: unknown): string {
  const choice = Array.isArray(data) ? Number(data[3]) : NaN;
  const trial = search.trial[choice] ?? -1;
  if (trial < 0) return "";
  const value = view.objective.number(trial);
  const params = view.parameters
    .slice(0, TOLD)
    .map((column) => `${column.title.slice(0, 40)} ${column.text(trial).slice(0, 40)}`);
  return [
    `trial ${view.page.trials.number[trial] ?? ""}: ${Number.isNaN(value) ? stateOf(view, trial) : formatObjective(value)}`,
    describeSeen(search, choice),
    ...params,
  ].join("\n");
}

function describeSeen(search: PageSearch, choice: number): string {
  const { samplers, sampler, isSpread, complete, pruned, failed, running, earlier } = search;
  const how = isSpread[choice] === 1 ? "far from all others" : "by its model";
  const before = earlier[choice] ?? -1;
  const parts = [
    ...[`${complete[choice] ?? 0} complete`, `${pruned[choice] ?? 0} pruned`],
    ...[`${failed[choice] ?? 0} failed`, `${running[choice] ?? 0} running`],
    ...(before > 0 ? [`${formatCount(before)} earlier ones`] : []),
  ];
  return `${(samplers[sampler[choice] ?? 0] ?? "").slice(0, 40)}, ${how}, knowing ${parts.join(", ")}`;
}

function describe(drawn: Drawn) {
  const { search, view, value } = drawn;
  const count = search.trial.length;
  const spread = search.isSpread.reduce((sum, each) => sum + each, 0);
  const best = listBests(drawn).at(-1);
  const number = (choice: number): string =>
    String(view.page.trials.number[search.trial[choice] ?? -1] ?? "");
  const found =
    best === undefined
      ? "none has a result yet"
      : `the best of them was choice ${formatCount(best + 1)}, trial ${number(best)}, with ${formatObjective(value(best))}`;
  return {
    sentence: `${plural(count, "choice")}, ${formatCount(spread)} of them far from all others and ${formatCount(count - spread)} by a model; ${found}.`,
    head: ["choice", "trial", "how, and what it knew", view.objective.title],
    rows: () =>
      Array.from(search.trial, (trial, choice) => [
        ...[formatCount(choice + 1), number(choice), describeSeen(search, choice)],
        Number.isNaN(value(choice)) ? stateOf(view, trial) : formatObjective(value(choice)),
      ]),
  };
}
