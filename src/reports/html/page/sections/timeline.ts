import { axis, drawChart, type Option, tooltip } from "../charts/echarts.ts";
import { type Ink, OKABE_ITO } from "../colours.ts";
import { el } from "../dom.ts";
import { figure } from "../figure.ts";
import { type Lanes, packLanes } from "../lanes.ts";
import { formatCount, formatNumber, formatSeconds, plural } from "../numbers.ts";
import { TRIAL_STATES } from "../../../../core/trial.ts";
import type { AttemptColumns } from "../../../../stats/report-page.ts";
import { section } from "../section.ts";
import type { Selection } from "../selection.ts";
import type { View } from "../view.ts";
import { look } from "./progress.ts";

const COLOURS: Readonly<Partial<Record<string, string>>> = {
  complete: OKABE_ITO[0],
  failed: OKABE_ITO[5],
  pruned: OKABE_ITO[1],
  skipped: OKABE_ITO[3],
};

/** Which attempt ran where, and when. */
export function timelineSection(view: View, selection: Selection): HTMLElement {
  const { attempts } = view.page;
  if (attempts.firstStart === null)
    return section("timeline", "When and where", el("p", {}, "Nothing has run yet."));
  const lanes = packLanes(attempts);
  const { element } = figure({
    ...{ title: "Attempts on hosts", selection },
    draw: (place) =>
      drawChart(place, (ink) => buildOption(view, selection, lanes, ink), look(view, selection)),
    twin: () => describe(view, lanes),
  });
  return section(
    "timeline",
    "When and where",
    el(
      "p",
      { class: "quiet" },
      "Each bar is an attempt at a trial, in a row of its host: as many rows as ran there at once. Blue: complete; orange-red: failed; orange: pruned.",
    ),
    element,
  );
}

interface BarApi {
  readonly value: (dimension: number) => number;
  readonly coord: (point: readonly number[]) => [number, number];
  readonly size: (extent: readonly number[]) => [number, number];
}

function buildOption(view: View, selection: Selection, { lane, hosts }: Lanes, ink: Ink): Option {
  const { attempts } = view.page;
  const [unit, unitName] = chooseUnit(attempts);
  const names = hosts.map((host) => (attempts.hosts[host] ?? "").slice(0, 24));
  const data = Array.from(lane, (row, at) => {
    const start = (attempts.start[at] ?? 0) / unit;
    const trial = attempts.trial[at] ?? -1;
    return [
      start,
      row,
      trial,
      start + (attempts.seconds[at] ?? 0) / unit,
      attempts.state[at] ?? 0,
      at,
    ];
  });
  return {
    tooltip: tooltip(({ data: told }) => describeBar(view, told)),
    xAxis: axis(ink, `${unitName} since ${attempts.firstStart ?? ""}`, { min: 0 }),
    yAxis: axis(ink, "", {
      ...{ type: "category", data: names, inverse: true, splitLine: { show: false } },
      axisLabel: {
        color: ink.text,
        width: 110,
        overflow: "truncate",
        interval: (place: number) => hosts[place] !== hosts[place - 1] && hosts.length <= 400,
      },
      axisTick: { show: false },
    }),
    series: [
      {
        ...{ type: "custom", encode: { x: [0, 3], y: 1 }, data, progressive: 4000 },
        renderItem: (_: unknown, api: BarApi) => drawBar(api, selection, ink),
      },
    ],
  };
}

function chooseUnit({ start, seconds }: AttemptColumns): readonly [seconds: number, name: string] {
  const end = start.reduce((latest, each, at) => Math.max(latest, each + (seconds[at] ?? 0)), 0);
  return end < 7200 ? [60, "minutes"] : [3600, "hours"];
}

function drawBar(api: BarApi, { mask, isNarrowed }: Selection, ink: Ink): Option {
  const [left, y] = api.coord([api.value(0), api.value(1)]);
  const [right] = api.coord([api.value(3), api.value(1)]);
  const height = Math.max(1, Math.min(24, (api.size([0, 1])[1] || 1) * 0.8));
  const isFaint = isNarrowed && mask[api.value(2)] !== 1;
  const fill = isFaint ? ink.line : (COLOURS[TRIAL_STATES[api.value(4)] ?? ""] ?? ink.faint);
  const width = Math.max(1, right - left - 0.5);
  return { type: "rect", shape: { x: left, y: y - height / 2, width, height }, style: { fill } };
}

function describeBar({ page }: View, data: unknown): string {
  const at = Array.isArray(data) ? Number(data[5]) : -1;
  const { attempts, trials } = page;
  const number = trials.number[attempts.trial[at] ?? -1] ?? "";
  const state = TRIAL_STATES[attempts.state[at] ?? 0];
  return `trial ${number}, attempt ${attempts.attempt[at] ?? ""}: ${state}\n${(attempts.hosts[attempts.host[at] ?? -1] ?? "").slice(0, 60)}, ${formatSeconds(attempts.seconds[at] ?? NaN)}`;
}

function describe({ page }: View, { hosts: laneHosts }: Lanes) {
  const { hosts, host, seconds, start, state } = page.attempts;
  const rows = hosts.map((name, place) => ({
    name,
    count: 0,
    busy: 0,
    failed: 0,
    lanes: laneHosts.filter((each) => each === place).length,
  }));
  let end = 0;
  for (const [at, place] of host.entries()) {
    const row = rows[place];
    end = Math.max(end, (start[at] ?? 0) + (seconds[at] ?? 0));
    if (row === undefined) continue;
    row.count += 1;
    row.busy += seconds[at] ?? 0;
    if (TRIAL_STATES[state[at] ?? 0] === "failed") row.failed += 1;
  }
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  return {
    sentence: `${plural(host.length, "attempt")} on ${plural(hosts.length, "host")} within ${formatSeconds(end)}, at most ${formatCount(laneHosts.length)} rows of them at once; ${formatCount(failed)} failed.`,
    head: ["host", "attempts", "at once", "busy", "failed"],
    rows: () =>
      rows.map(({ name, count, lanes, busy, failed: own }) => [
        name,
        formatCount(count),
        formatNumber(lanes),
        formatSeconds(busy),
        formatCount(own),
      ]),
  };
}
