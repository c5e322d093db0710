import { axis, drawChart, type Option, tooltip } from "../charts/echarts.ts";
import { cividis, type Ink, inkOn } from "../colours.ts";
import { choose } from "../dom.ts";
import { figure } from "../figure.ts";
import { groupTrials } from "../groups.ts";
import { formatCount, formatObjective, plural } from "../numbers.ts";
import type { Selection } from "../selection.ts";
import type { Column, View } from "../view.ts";

interface Cell {
  readonly across: number;
  readonly up: number;
  readonly trials: number;
  readonly mean: number;
}

interface Grid {
  readonly across: readonly string[];
  readonly up: readonly string[];
  readonly cells: readonly Cell[];
}

/** The mean objective for each pair of values. */
export function pairFigure(
  view: View,
  selection: Selection,
  first: readonly [Column, Column],
): HTMLElement {
  let [across, up] = first;
  const options = view.parameters.map(({ key, title }) => [key, title.slice(0, 60)] as const);
  const find = (key: string): Column =>
    view.parameters.find((column) => column.key === key) ?? first[0];
  const acrossChoice = choose("Across", options, (key) => {
    across = find(key);
    refresh();
  });
  const upChoice = choose("Up", options, (key) => {
    up = find(key);
    refresh();
  });
  upChoice.select.value = up.key;
  const grid = (): Grid => gather(view, selection, across, up);
  const { element, refresh } = figure({
    ...{ title: "The mean objective for two parameters", selection },
    controls: [acrossChoice.field, upChoice.field],
    draw: (place) => drawChart(place, (ink) => buildOption(view, grid(), [across, up], ink)),
    twin: () => describe(view, selection, grid(), [across, up]),
  });
  return element;
}

function gather(view: View, selection: Selection, across: Column, up: Column): Grid {
  const trials = selection.list().filter((trial) => !Number.isNaN(view.objective.number(trial)));
  const [columns, rows] = [groupTrials(across, trials), groupTrials(up, trials)];
  const rowOf = new Map(
    rows.flatMap((group, place) => group.trials.map((trial) => [trial, place])),
  );
  const cells = columns.flatMap((column, place) => {
    const own = rows.map(() => ({ trials: 0, sum: 0 }));
    for (const trial of column.trials) {
      const cell = own[rowOf.get(trial) ?? -1];
      if (cell === undefined) continue;
      cell.trials += 1;
      cell.sum += view.objective.number(trial);
    }
    return own.flatMap(({ trials: count, sum }, row) =>
      count === 0 ? [] : [{ across: place, up: row, trials: count, mean: sum / count }],
    );
  });
  return { across: columns.map(({ label }) => label), up: rows.map(({ label }) => label), cells };
}

function buildOption(
  view: View,
  { across, up, cells }: Grid,
  columns: readonly [Column, Column],
  ink: Ink,
): Option {
  const means = cells.map(({ mean }) => mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const shadeOf = (mean: number): number => {
    const share = high > low ? (mean - low) / (high - low) : 0.5;
    return view.page.objective.direction === "maximize" ? share : 1 - share;
  };
  const category = (name: string, labels: readonly string[]): Option =>
    axis(ink, name.slice(0, 60), {
      type: "category",
      data: labels.map((label) => label.slice(0, 24)),
      splitLine: { show: false },
    });
  const isRoomy = across.length <= 8;
  return {
    tooltip: tooltip(({ data }) => describeCell((data as { cell: Cell }).cell)),
    xAxis: category(columns[0].title, across),
    yAxis: { ...category(columns[1].title, up), nameLocation: "end", nameGap: 8 },
    series: [
      {
        type: "custom",
        renderItem: (_: unknown, api: CellApi) => drawCell(api, isRoomy),
        data: cells.map((cell) => ({
          value: [cell.across, cell.up, cell.mean, shadeOf(cell.mean)],
          cell,
        })),
      },
    ],
  };
}

interface CellApi {
  readonly value: (dimension: number) => number;
  readonly coord: (point: readonly number[]) => [number, number];
  readonly size: (extent: readonly number[]) => [number, number];
}

function drawCell(api: CellApi, isRoomy: boolean): Option {
  const [x, y] = api.coord([api.value(0), api.value(1)]);
  const [width, height] = api.size([1, 1]);
  const shade = api.value(3);
  const rectangle = {
    type: "rect",
    shape: { x: x - width / 2 + 1, y: y - height / 2 + 1, width: width - 2, height: height - 2 },
    style: { fill: cividis(shade) },
  };
  if (!isRoomy || width < 44) return rectangle;
  const text = {
    text: formatObjective(api.value(2)),
    fill: inkOn(shade),
    x,
    y,
    align: "center",
    verticalAlign: "middle",
    fontSize: 11,
  };
  return { type: "group", children: [rectangle, { type: "text", style: text }] };
}

function describeCell({ trials, mean }: Cell): string {
  return `mean ${formatObjective(mean)} of ${plural(trials, "trial")}`;
}

function describe(
  view: View,
  selection: Selection,
  { across, up, cells }: Grid,
  [first, second]: readonly [Column, Column],
) {
  const best = cells.reduce<Cell | undefined>(
    (found, cell) => (found === undefined || view.isBetter(cell.mean, found.mean) ? cell : found),
    undefined,
  );
  const at = (cell: Cell): readonly string[] => [across[cell.across] ?? "", up[cell.up] ?? ""];
  return {
    sentence:
      best === undefined
        ? "No selected trial has a result."
        : `Of ${plural(selection.count, "selected trial")}, the best mean is ${formatObjective(best.mean)}, at ${first.title.slice(0, 60)} ${at(best)[0] ?? ""} and ${second.title.slice(0, 60)} ${at(best)[1] ?? ""}. Yellow is better than blue.`,
    head: [first.title, second.title, "trials", "mean"],
    rows: () =>
      cells.map((cell) => [...at(cell), formatCount(cell.trials), formatObjective(cell.mean)]),
  };
}
