import { parquetWriteBuffer } from "hyparquet-writer";
import type { StudyRanking } from "../stats/study-report.ts";
import {
  type Cell,
  type CellKind,
  flattenRanking,
  flattenSteps,
  type FlatTable,
} from "./flat-table.ts";

/**
 * The ranking as Apache Parquet (https://parquet.apache.org/docs/file-format), the columns of the CSV: whole numbers as
 * INT64, others as DOUBLE, missing ones null. The file's metadata tell the study and its objective.
 */
export function formatReportParquet(report: StudyRanking, top: number): Uint8Array {
  return encode(flattenRanking(report, top), report);
}

/** What the ranked trials measured on the way: a row a step of each replicate. */
export function formatStepsParquet(report: StudyRanking, top: number): Uint8Array {
  return encode(flattenSteps(report, top), report);
}

function encode({ columns, rows }: FlatTable, { study, objective }: StudyRanking): Uint8Array {
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, kind }, place) => ({
      name,
      ...toColumn(
        kind,
        rows.map((row) => row[place] ?? null),
      ),
    })),
    kvMetadata: Object.entries({ study, ...objective }).map(([key, value]) => ({
      key: `bsweep.${key}`,
      value,
    })),
    createdBy: "bsweep",
  });
  return new Uint8Array(buffer);
}

type ColumnType = "INT64" | "DOUBLE" | "BOOLEAN" | "STRING";

function toColumn(kind: CellKind, cells: Cell[]): { type: ColumnType; data: unknown[] } {
  const type = typeOf(kind, cells);
  const convert = CONVERSIONS[type];
  return { type, data: cells.map((cell) => (cell === null ? null : convert(cell))) };
}

const CONVERSIONS: Readonly<Record<ColumnType, (cell: string | number | boolean) => unknown>> = {
  INT64: (cell) => BigInt(cell),
  DOUBLE: Number,
  BOOLEAN: Boolean,
  STRING: String,
};

/** A parameter's column is as narrow as its values allow; values of several kinds are text. */
function typeOf(kind: CellKind, cells: readonly Cell[]): ColumnType {
  if (kind === "integer") return "INT64";
  if (kind === "real") return "DOUBLE";
  if (kind === "text") return "STRING";
  const values = cells.filter((cell) => cell !== null);
  if (values.every((value) => typeof value === "boolean")) return "BOOLEAN";
  if (values.every((value) => typeof value === "number"))
    return values.every((value) => Number.isSafeInteger(value)) ? "INT64" : "DOUBLE";
  return "STRING";
}
