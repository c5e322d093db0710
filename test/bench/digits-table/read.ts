import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import Papa from "papaparse";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import { pickReplicate } from "../search/tables.ts";
import type { Course, Problem } from "../search/simulate.ts";
import { expectAccuracies } from "./expected.ts";
import type { Parameters } from "../../../src/core/study.ts";

const EPOCHS = 9;
const STUDY = join(import.meta.dirname, "study.yaml");

/** The digit recognizer's grid, every trial of it trained to its end. */
export interface DigitsTable extends Problem {
  readonly rows: number;
  /** Whether a combination is among the best hundredth by its expected accuracy. */
  isAmongBest(row: number): boolean;
  /** Of a combination, a trial each. */
  coursesOf(row: number): readonly Course[];
  /** Expected hold-out accuracy. */
  accuracyOf(row: number): number;
}

/** One trial of the table. */
export interface TableTrial {
  readonly params: Parameters;
  readonly accuracy: number;
  readonly course: Course;
}

export function readDigitsTable(): DigitsTable {
  const { space } = parseStudyFile(readFileSync(STUDY, "utf8"), STUDY);
  const parameters = space.dimensions.map(({ name, distribution }) => ({
    name,
    values: distribution.kind === "categorical" ? distribution.values : [],
  }));
  // The last parameter changes fastest.
  const rowOf = (params: Parameters): number =>
    parameters.reduce(
      (place, { name, values }) => place * values.length + values.indexOf(params[name] ?? NaN),
      0,
    );
  const byRow: TableTrial[][] = [];
  for (const trial of readTrials(parameters.map(({ name }) => name)))
    (byRow[rowOf(trial.params)] ??= []).push(trial);
  const expected = expectAccuracies(byRow);
  const least =
    expected.toSorted((one, other) => other - one)[Math.round(expected.length / 100) - 1] ?? 1;
  return {
    name: "digits",
    space,
    rows: byRow.length,
    rowOf,
    courseOf: (row, seed) => {
      const trial = pickReplicate(byRow[row] ?? [], row, seed);
      if (trial === undefined) throw new Error(`row ${row} is missing`);
      return trial.course;
    },
    coursesOf: (row) => (byRow[row] ?? []).map(({ course }) => course),
    isAmongBest: (row) => (expected[row] ?? 0) >= least,
    accuracyOf: (row) => expected[row] ?? NaN,
  };
}

function readTrials(names: readonly string[]): readonly TableTrial[] {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, "table.csv.gz"))).toString();
  const { data } = Papa.parse<Record<string, string>>(text, { header: true });
  return data.map((row) => {
    const numberOf = (name: string): number => Number(row[name]);
    const accuracy = numberOf("holdoutAccuracy");
    const epochs = Array.from({ length: EPOCHS }, (_, at) => numberOf(`epoch${at + 1}`));
    const course = {
      losses: epochs.map((each) => -each),
      seconds: epochs.map(() => numberOf("cpuSeconds") / EPOCHS),
      loss: -accuracy,
    };
    return {
      params: Object.fromEntries(names.map((name) => [name, numberOf(name)])),
      accuracy,
      course,
    };
  });
}
