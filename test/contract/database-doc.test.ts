import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectResults } from "../../src/app/collect/collect.ts";
import { openKeptDatabase } from "../../src/storage/database.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { packageRoot } from "../../src/workspace/package.ts";
import { tableAfter } from "../support/doc-table.ts";
import { makeTestFolder } from "../support/folder.ts";
import { recordEffects } from "../support/prepare.ts";
import {
  makeFailure,
  makeResult,
  makeTrial,
  placeOf,
  type PlannedRound,
  retryOf,
  writeResult,
  writeRound,
} from "../support/results.ts";

const PAGE = readFileSync(join(packageRoot(), "docs", "database.md"), "utf8");
const QUERIES = [...PAGE.matchAll(/```sql\n([^]*?)```/g)].map(([, query = ""]) => query);
const RATES = [0.001, 0.01, 0.1, 1];
const FILTERS = [8, 16, 32];

/** 12 parameter sets of two replicates; the last two trials fail, one of them is tried again; one has no result. */
async function makeDatabase(): Promise<string> {
  const workspace = makeTestFolder();
  const trials = FILTERS.flatMap((filters) =>
    RATES.map((learningRate) => ({ filters, learningRate })),
  )
    .flatMap((params) => [0, 1].map((replicate) => ({ params, replicate })))
    .map(({ params, replicate }, place) => makeTrial(place + 1, params, { replicate }));
  const planned: PlannedRound = { workspace, study: "digits", round: 1, arraySize: 1000, trials };
  writeRound(planned);
  for (const [place, trial] of trials.entries()) {
    const { array, index } = placeOf(planned, place);
    if (place === 0) continue;
    const failure = { kind: "out-of-memory", message: "it was killed" } as const;
    const model = { parameters: 1000 * (place % 5), flopsPerExample: 1 };
    writeResult(
      planned,
      array,
      place >= 22
        ? makeFailure(trial, index, failure)
        : makeResult(trial, index, 3000 + place, { model }),
    );
  }
  const again = retryOf({ ...planned, trials: trials.slice(23) });
  writeRound(again);
  const [last] = again.trials;
  if (last !== undefined) writeResult(again, 1, makeResult(last, 1, 4000));
  const layout = createLayout(workspace);
  await collectResults({ study: "digits", layout }, recordEffects());
  return layout.database("digits");
}

test("the page has ten queries, and each of them answers", async () => {
  expect(QUERIES).toHaveLength(10);
  const database = openKeptDatabase(await makeDatabase(), true);
  const answers = QUERIES.map(
    (query) => database.prepare(query).all() as Record<string, unknown>[],
  );
  database.close();
  const [states, best, filters, pairs, curves, behind, failures, hosts, cost, pareto] = answers;
  expect(states).toEqual([
    { state: "complete", trials: 22 },
    { state: "failed", trials: 1 },
    { state: "waiting", trials: 1 },
  ]);
  expect(best).toHaveLength(10);
  expect(best?.slice(0, 2)).toEqual([
    { trial: 24, objective: 4000 / 4200, replicates: 1, params: '{"filters":32,"learningRate":1}' },
    {
      ...{ trial: 21, objective: expect.closeTo(3020.5 / 4200, 12) as number, replicates: 2 },
      params: '{"filters":32,"learningRate":0.1}',
    },
  ]);
  expect(filters?.map((row) => [row["filters"], row["trials"], row["best"]])).toEqual([
    [8, 7, 3007 / 4200],
    [16, 8, 3015 / 4200],
    [32, 7, 4000 / 4200],
  ]);
  expect(pairs).toHaveLength(12);
  expect(curves).toHaveLength(10 * 10);
  expect(behind?.map(({ trials, behind }) => [trials, Number(behind) >= 0])).toEqual(
    Array.from({ length: 10 }, () => [22, true]),
  );
  expect(behind?.at(-1)).toMatchObject({ step: 10, behind: 0 });
  expect(failures).toEqual([
    {
      ...{ failure_kind: "out-of-memory", trials: 1, hosts: "compute1-exec-1" },
      message: "it was killed",
    },
  ]);
  expect(hosts).toEqual([{ host: "compute1-exec-1", results: 24, failed: 2 / 24, seconds: 64.25 }]);
  expect(cost?.map(({ counts, results }) => [counts, results])).toEqual([
    [0, 2],
    [1, 22],
  ]);
  const sizes = pareto?.map((row) => Number(row["model_parameters"])) ?? [];
  const values = pareto?.map((row) => Number(row["objective"])) ?? [];
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(values.at(-1)).toBe(4000 / 4200);
});

test("another program's SQLite answers the same", async () => {
  const path = await makeDatabase();
  const code = `import json, sqlite3, sys
database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
print(json.dumps([database.execute(query).fetchall() for query in json.loads(sys.argv[2])]))`;
  const output = execFileSync("python3", ["-c", code, path, JSON.stringify(QUERIES)]);
  const database = openKeptDatabase(path, true);
  const own = QUERIES.map((query) => database.prepare(query).raw().all());
  database.close();
  // Releases of SQLite differ in the last digit of a mean.
  const round = (text: string): unknown =>
    JSON.parse(text, (_, value: unknown) =>
      typeof value === "number" ? Number(value.toPrecision(12)) : value,
    );
  expect(round(output.toString())).toEqual(round(JSON.stringify(own)));
});

test("the page tells every table and view with its columns", async () => {
  const database = openKeptDatabase(await makeDatabase(), true);
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
    .pluck()
    .all() as string[];
  const columns = names.map((name) =>
    database.prepare("SELECT name FROM pragma_table_info(?) ORDER BY cid").pluck().all(name),
  );
  database.close();
  const told = tableAfter(PAGE, "## Tables and views").map(([name = "", , list = ""]) => [
    name.replace(" (view)", ""),
    list.replaceAll(/ ?\([^)]*\)/g, "").split(", "),
  ]);
  expect(told.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))).toEqual(
    names.map((name, place) => [name, columns[place]]),
  );
});
