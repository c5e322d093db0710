import { type Cost, COSTS, isCost } from "../../../core/costs.ts";
import { countsEpochs, TRIAL_STATES } from "../../../core/trial.ts";
import type { PageParameter, ReportPage } from "../../../stats/report-page.ts";
import { formatNumber, formatObjective, formatSeconds } from "./numbers.ts";

/** One thing told of each trial, whatever it is: charts, table and filters ask here. */
export interface Column {
  /** As filters name it; no two are alike. */
  readonly key: string;
  readonly title: string;
  readonly explanation: string;
  readonly group: "trial" | "parameter" | "metric" | "cost";
  readonly isNumeric: boolean;
  /** What orders trials; NaN: nothing is told. */
  readonly number: (trial: number) => number;
  readonly text: (trial: number) => string;
  /** As CSV has it. */
  readonly raw: (trial: number) => string | number | boolean;
  /** Of a parameter alone. */
  readonly parameter?: PageParameter;
}

/** One of the study's objectives. */
export interface Goal {
  readonly column: Column;
  readonly isLowerBetter: boolean;
}

/** The page's data as columns. */
export interface View {
  readonly page: ReportPage;
  /** How many trials there are. */
  readonly trials: number;
  readonly columns: readonly Column[];
  readonly objective: Column;
  /** Of several, where there are; else the one. */
  readonly goals: readonly Goal[];
  /** Whether it is ranked, and meets what is required. */
  readonly meets: (trial: number) => boolean;
  /** Whether `a` is better. */
  readonly isBetter: (a: number, b: number) => boolean;
  /** Trials that are ranked, the best first: in the order of every other report. */
  readonly ranked: readonly number[];
  /** These, then the others by number. */
  readonly standing: readonly number[];
  readonly parameters: readonly Column[];
  /** Place of the trial of this number; -1: there is none. */
  readonly find: (number: number) => number;
}

export function createView(page: ReportPage): View {
  const trials = page.trials.number.length;
  const keys = new Set<string>();
  const columns = [
    ...listTrialColumns(page),
    ...listParameters(page),
    ...listMetrics(page),
    ...listCosts(page),
  ].map((column) => nameApart(column, keys));
  const goals = (page.objectives ?? [page.objective]).map(({ metric, direction }) => ({
    column: findGoal(columns, metric),
    isLowerBetter: direction === "minimize",
  }));
  const sign = page.objective.direction === "maximize" ? 1 : -1;
  const { rank, place: placed, number } = page.trials;
  const places = new Map(Array.from(number, (each, place) => [each, place]));
  const ranked = Array.from(rank.keys())
    .filter((trial) => (rank[trial] ?? 0) > 0)
    .sort((a, b) => (placed[a] ?? 0) - (placed[b] ?? 0) || (number[a] ?? 0) - (number[b] ?? 0));
  return {
    ...{ page, trials, columns, ranked },
    standing: [...ranked, ...Array.from(rank.keys()).filter((trial) => rank[trial] === 0)],
    ...{ goals, objective: goals[0]?.column ?? emptyColumn(page.objective.metric) },
    meets: (trial) => (rank[trial] ?? 0) > 0 && (rank[trial] ?? 0) <= page.meeting,
    isBetter: (a, b) => sign * (a - b) > 0,
    parameters: columns.filter(({ parameter }) => parameter?.varies === true),
    find: (each) => places.get(each) ?? -1,
  };
}

/** What trials reported under that name, or else what it cost. */
function findGoal(columns: readonly Column[], metric: string): Column {
  const named = (wanted: Column["group"], name: string) =>
    columns.find(({ group, title }) => group === wanted && title === name);
  const cost = isCost(metric) ? named("cost", COSTS[metric].title) : undefined;
  return named("metric", metric) ?? cost ?? emptyColumn(metric);
}

function nameApart(column: Column, keys: Set<string>): Column {
  let { key } = column;
  while (keys.has(key)) key = `${column.group}.${key}`;
  keys.add(key);
  return { ...column, key };
}

const emptyColumn = (title: string): Column =>
  numeric({ key: title, title, explanation: "", group: "metric" }, () => NaN);

type Named = Pick<Column, "key" | "title" | "explanation" | "group">;

function numeric(
  named: Named,
  number: (trial: number) => number,
  format: (value: number) => string = formatNumber,
): Column {
  return {
    ...named,
    isNumeric: true,
    number,
    text: (trial) => format(number(trial)),
    raw: (trial) => (Number.isNaN(number(trial)) ? "" : number(trial)),
  };
}

/** @param code a trial's place in `texts`; -1: it has none */
function textual(named: Named, texts: readonly string[], code: (trial: number) => number): Column {
  const text = (trial: number): string => texts[code(trial)] ?? "";
  const number = (trial: number): number => (code(trial) < 0 ? NaN : code(trial));
  return { ...named, isNumeric: false, number, text, raw: text };
}

function listTrialColumns({ trials, settings }: ReportPage): readonly Column[] {
  const trial = (key: string, explanation: string): Named => ({
    key,
    title: key,
    explanation,
    group: "trial",
  });
  const { rank, state, number, replicate, epochs, setting, note, warning } = trials;
  const labels = settings.map((differences) => differences.join(", ") || "present");
  return [
    numeric(trial("rank", "Place in the ranking; equal values share one"), (at) =>
      rank[at] === 0 ? NaN : (rank[at] ?? NaN),
    ),
    numeric(
      trial("trial", "What a person calls it: bsweep show STUDY NUMBER"),
      (at) => number[at] ?? NaN,
      String,
    ),
    textual(trial("state", "What became of it"), TRIAL_STATES, (at) => state[at] ?? -1),
    numeric(
      trial("replicate", "The same parameters with another seed, from 0"),
      (at) => replicate[at] ?? NaN,
    ),
    ...(epochs.some(countsEpochs)
      ? [numeric(trial("epochs", "The most it may train"), (at) => epochs[at] ?? NaN)]
      : []),
    textual(
      trial("setting", "What differs in trainer, data or hold-out from the study as it is now"),
      labels,
      (at) => setting[at] ?? -1,
    ),
    textual(trial("note", "What went wrong or is unmet"), trials.notes, (at) => note[at] ?? -1),
    textual(
      trial("warning", "What was odd and yet cost nothing"),
      trials.warningTexts,
      (at) => warning[at] ?? -1,
    ),
  ];
}

function listParameters({ parameters }: ReportPage): readonly Column[] {
  return parameters.map((parameter) => {
    const { name, values, codes } = parameter;
    const isNumeric = values.every((value) => typeof value === "number");
    const named = {
      key: name,
      title: name,
      explanation: "Parameter of the trial",
      group: "parameter",
    } as const;
    const valueAt = (trial: number) => values[codes[trial] ?? -1];
    const text = (trial: number): string => {
      const value = valueAt(trial);
      return value === undefined ? "–" : typeof value === "number" ? String(value) : String(value);
    };
    return {
      ...named,
      isNumeric,
      number: (trial) =>
        isNumeric
          ? Number(valueAt(trial) ?? NaN)
          : codes[trial] === -1
            ? NaN
            : (codes[trial] ?? NaN),
      text,
      raw: (trial) => valueAt(trial) ?? "",
      parameter,
    };
  });
}

function listMetrics({ metrics, objective }: ReportPage): readonly Column[] {
  return metrics.columns.map(({ name, values }) =>
    numeric(
      {
        ...{ key: name, title: name, group: "metric" },
        explanation:
          name === objective.metric
            ? "The objective, by which trials are ranked"
            : "Measured at the end of the trial",
      },
      (trial) => values[trial] ?? NaN,
      formatObjective,
    ),
  );
}

function listCosts({ trials, attempts }: ReportPage): readonly Column[] {
  const of =
    (values: Float64Array) =>
    (trial: number): number =>
      values[trials.attempt[trial] ?? -1] ?? NaN;
  const named = (key: string, explanation: string): Named => ({
    ...{ key, title: key, group: "cost" },
    explanation: explanation.charAt(0).toUpperCase() + explanation.slice(1),
  });
  const cost = (name: Cost): Named => named(COSTS[name].title, COSTS[name].meaning);
  const host = (trial: number): number => attempts.host[trials.attempt[trial] ?? -1] ?? -1;
  return [
    numeric(cost("seconds"), of(attempts.seconds), formatSeconds),
    numeric(cost("cpuSeconds"), of(attempts.cpuSeconds), formatSeconds),
    numeric(cost("peakMemoryMiB"), of(attempts.peakMemoryMiB)),
    numeric(cost("modelParameters"), (trial) => trials.modelParameters[trial] ?? NaN),
    textual(named("host", "The machine it ran on"), attempts.hosts, host),
  ];
}
