/**
 * Makes table.csv.gz of a database: `npx tsx condense.ts results/digits-table/results.db`. How its trials were run: docs/benchmarks.md.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import Papa from "papaparse";

interface Row {
  readonly params: string;
  readonly replicate: number;
  readonly metrics: string;
  readonly history: string;
  readonly cpuSeconds: number;
}

interface Step {
  readonly step: number;
  readonly metrics: { readonly validationAccuracy: number };
}

const PARAMETERS = [
  ...["filters", "denseUnits", "batchSize", "learningRate", "dropout", "validationSplit"],
] as const;

const database = new Database(process.argv[2], { readonly: true });
const rows = database
  .prepare(
    `SELECT params, replicate, metrics, history, cpu_seconds AS cpuSeconds
     FROM trials JOIN results USING (trial) JOIN details USING (result_id)
     WHERE state = 'complete' AND result_id IN (SELECT result_id FROM counted_results)
     ORDER BY params, replicate`,
  )
  .all() as Row[];
const table = rows.map(({ params, replicate, metrics, history, cpuSeconds }) => {
  const values = JSON.parse(params) as Record<string, number>;
  const steps = JSON.parse(history) as Step[];
  return {
    ...Object.fromEntries(PARAMETERS.map((name) => [name, values[name]])),
    replicate,
    cpuSeconds: Number(cpuSeconds.toFixed(2)),
    holdoutAccuracy: (JSON.parse(metrics) as Record<string, number>)["holdoutAccuracy"],
    ...Object.fromEntries(
      steps.map((each) => [
        `epoch${each.step}`,
        Number(each.metrics.validationAccuracy.toFixed(5)),
      ]),
    ),
  };
});
writeFileSync(
  join(import.meta.dirname, "table.csv.gz"),
  gzipSync(Papa.unparse(table), { level: 9 }),
);
process.stderr.write(`${table.length} trials\n`);
