import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readForeignStudy } from "../../src/app/init/foreign.ts";
import { checkReplacedExport } from "../../src/app/optuna/export.ts";
import type { Study } from "../../src/core/study.ts";
import { OPTUNA_TABLES } from "../../src/storage/optuna/schema.ts";
import { openKeptDatabase } from "../../src/storage/database.ts";
import {
  exportStudy,
  type ExportedStudy,
  makeExportedStudy,
  RANKED_TRIALS,
} from "../support/exported-study.ts";
import { errorOf } from "../support/prepare.ts";
import { findPython, TEST_PYTHON } from "../support/python/environment.ts";
import { requireHere } from "../support/requirements.ts";

const SCRIPT = join(import.meta.dirname, "../support/python/read_optuna.py");

const python = (...args: readonly string[]): string =>
  execFileSync(String(findPython(TEST_PYTHON)), args, { encoding: "utf8", stdio: "pipe" });

interface Read {
  readonly study: string;
  readonly direction: string;
  readonly metricNames: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly best: { readonly number: number; readonly value: number };
  readonly importances: Readonly<Record<string, number>>;
  readonly trials: readonly ReadTrial[];
  readonly columns: readonly string[];
  readonly values: readonly (number | null)[];
  readonly asked: Readonly<Record<string, unknown>>;
}

interface ReadFront {
  readonly directions: readonly string[];
  readonly metricNames: readonly string[];
  readonly front: readonly { readonly trial: number; readonly values: readonly number[] }[];
  readonly hypervolume: number;
  readonly states: readonly string[];
  readonly failures: readonly string[];
  readonly asked: Readonly<Record<string, unknown>>;
}

interface ReadTrial {
  readonly state: string;
  readonly value: number | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly distributions: Readonly<Record<string, string>>;
  readonly intermediate: readonly (readonly [number, number])[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly start: string | null;
  readonly complete: string | null;
}

async function exportTo(study: ExportedStudy, setting: "present" | "all" = "present") {
  const { made, report } = await exportStudy(study, "optuna", { setting });
  const file = join(study.layout.workspace, "study.db");
  writeFileSync(file, made);
  return { file, report };
}

describe.runIf(requireHere(["Python's Optuna"]))("real Optuna", () => {
  test("opens the study, with the same best, distributions and states, and goes on with it", async () => {
    const study = makeExportedStudy();
    const { file, report } = await exportTo(study);
    const read = JSON.parse(python(SCRIPT, file)) as Read;
    const [best] = report.ranking;
    expect(read).toMatchObject({
      ...{ study: "exported", direction: "MAXIMIZE", metricNames: ["score"] },
      attributes: { setting: "present", fixed: { fixed: 7 } },
      best: { number: (best?.number ?? 0) - 1, value: best?.objective },
    });
    expect(read.trials).toHaveLength(RANKED_TRIALS + 6);
    const { trials } = read;
    expect(trials.slice(RANKED_TRIALS).map(({ state }) => state)).toEqual([
      "FAIL",
      "PRUNED",
      "FAIL",
      "WAITING",
      "PRUNED",
      "COMPLETE",
    ]);
    const rows = new Map(report.ranking.map((row) => [row.number, row]));
    for (const [place, trial] of study.trials.entries()) {
      const told = trials[place];
      if (told === undefined || told.state === "WAITING") continue;
      const row = rows.get(place + 1);
      expect({ fixed: 7, ...told.params }).toEqual(trial.params);
      if (row === undefined) continue;
      expect([told.state, told.value, told.attributes]).toEqual([
        ...["COMPLETE", row.objective],
        expect.objectContaining({
          ...{
            trial: row.number,
            trialId: row.trialId,
            replicate: 0,
            epochs: 5,
            seconds: row.seconds,
          },
          ...{ host: "compute1-exec-1", "metrics.weird | name_%": 0.5 },
        }),
      ]);
    }
    expect(trials[1]?.distributions).toEqual({
      kind: "CategoricalDistribution(choices=('svm', 'tree'))",
      depth: "IntDistribution(high=9, log=False, low=1, step=4)",
      units: "IntDistribution(high=1000, log=True, low=1, step=1)",
      rate: "FloatDistribution(high=1.0, log=True, low=0.0001, step=None)",
      mix: "FloatDistribution(high=1.0, log=False, low=0.0, step=0.1)",
      flag: "CategoricalDistribution(choices=(True, False, 1, 'x'))",
      gamma: "FloatDistribution(high=1.0, log=False, low=0.0, step=None)",
      note: expect.stringContaining("<script>") as string,
    });
    // Its condition does not hold.
    expect(Object.keys(trials[0]?.distributions ?? {})).not.toContain("gamma");
    expect(Object.keys(read.importances)[0]).toBe("rate");
    expect(read.values).toEqual(trials.map(({ value }) => value));
    expect(read.columns).toEqual(expect.arrayContaining(["params_rate", "user_attrs_trialId"]));
  });

  test("has steps, times and ends of trials that did not come through", async () => {
    const { file } = await exportTo(makeExportedStudy());
    const { trials, asked } = JSON.parse(python(SCRIPT, file)) as Read;
    const [first] = trials;
    expect(first?.intermediate.map(([step]) => step)).toEqual([1, 2, 3, 4, 5]);
    expect([first?.start, first?.complete]).toEqual([
      "2026-01-02 04:00:00",
      "2026-01-02 04:01:04.250000",
    ]);
    const [failed, pruned, skipped, waiting, early, long] = trials.slice(RANKED_TRIALS);
    expect(failed?.attributes["failure"]).toMatch(/^error: <script>/);
    expect(pruned?.intermediate).toHaveLength(2);
    expect(pruned?.value).toBe(pruned?.intermediate.at(-1)?.[1]);
    expect(skipped?.attributes["failure"]).toBe("skipped: enough");
    expect([early?.intermediate, early?.value]).toEqual([[[1, -3]], -3]);
    expect([waiting?.start, waiting?.params]).toEqual([null, {}]);
    expect(long?.complete).toMatch(/^9999-/);
    // What waits is what Optuna's ask gives out first.
    expect(asked).toMatchObject({ kind: "svm", depth: expect.any(Number) as number });
  });

  test("several objectives: the same front, its hypervolume, and requirements as constraints", async () => {
    // One trial tells no latency.
    const made = makeExportedStudy(({ number }) => ({
      ...(number === 7 ? {} : { latency: (number * 7919) % 23 }),
      size: (number * 31) % 17,
    }));
    const study: Study = {
      ...made.study,
      objectives: [
        made.study.objective,
        { metric: "latency", direction: "minimize" },
        { metric: "size", direction: "maximize" },
      ],
      requirements: [
        { metric: "score", atLeast: -3 },
        { metric: "size", atMost: 14 },
      ],
    };
    const { file, report } = await exportTo({ ...made, study });
    const { pareto, ranking, meeting } = report;
    const reference = JSON.stringify(pareto?.reference);
    const read = JSON.parse(python(SCRIPT, file, "front", reference)) as ReadFront;
    expect(read.directions).toEqual(["MAXIMIZE", "MINIMIZE", "MAXIMIZE"]);
    expect(read.metricNames).toEqual(["score", "latency", "size"]);
    const byTrial = (a: { readonly trial: number }, b: { readonly trial: number }) =>
      a.trial - b.trial;
    const members = pareto?.members.map(({ number, values }) => ({ trial: number, values })) ?? [];
    expect(read.front.toSorted(byTrial)).toEqual(members.toSorted(byTrial));
    expect(meeting).toBeLessThan(ranking.length);
    expect(members.length).toBeGreaterThan(3);
    expect(pareto?.hypervolume).toBeCloseTo(read.hypervolume, 9);
    expect(read.states[6]).toBe("FAIL");
    expect(read.failures).toContain("complete without latency");
    expect(Object.keys(read.asked)).toContain("rate");
  });

  test("one objective: the best is the best that meets what is required", async () => {
    const made = makeExportedStudy(({ number }) => ({ size: (number * 31) % 17 }));
    const study = { ...made.study, requirements: [{ metric: "size", atLeast: 9 }] };
    const free = (await exportTo(made)).report.ranking.at(0);
    const { file, report } = await exportTo({ ...made, study });
    const best = report.ranking.at(0);
    expect(best?.number).not.toBe(free?.number);
    const read = JSON.parse(python(SCRIPT, file)) as Read;
    expect(read.best).toEqual({ number: (best?.number ?? 0) - 1, value: best?.objective });
  });

  test("another setting is a study of its own", async () => {
    const { file } = await exportTo(makeExportedStudy(), "all");
    const names = JSON.parse(python(SCRIPT, file, "names")) as string[];
    expect(names).toEqual(["exported", expect.stringMatching(/^exported: version 9 \(\w{16}\)$/)]);
  });

  test("has the tables that Optuna itself makes", () => {
    const schema = openKeptDatabase(":memory:", false);
    schema.exec(OPTUNA_TABLES);
    const own = schema
      .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")
      .all();
    schema.close();
    expect(own.map(normalise)).toEqual(
      (JSON.parse(python(SCRIPT, "", "schema")) as unknown[]).map(normalise),
    );
  });

  test("is not replaced once Optuna has written to it", async () => {
    const study = makeExportedStudy();
    const { file } = await exportTo(study);
    checkReplacedExport(file);
    python(SCRIPT, file, "names");
    checkReplacedExport(file);
    python(SCRIPT, file, "add");
    const error = await errorOf(check(file));
    expect(error).toMatchObject({ code: "CONFLICT" });
  });
});

/** Layout apart. */
function normalise(row: unknown): unknown {
  return JSON.parse(
    JSON.stringify(row)
      .replaceAll(/\\[nt]/g, " ")
      .replaceAll(/\s+/g, " ")
      .replaceAll(/ ?([(),=]) ?/g, "$1"),
  );
}

test("only an export is replaced: nobody's other files", async () => {
  const study = makeExportedStudy();
  const file = join(study.layout.workspace, "notes.txt");
  checkReplacedExport(file);
  for (const text of ["", "notes\n".repeat(100)]) {
    writeFileSync(file, text);
    expect(await errorOf(check(file))).toMatchObject({
      code: "CONFLICT",
    });
  }
});

async function check(file: string): Promise<void> {
  await Promise.resolve();
  checkReplacedExport(file);
}

test("what was searched is a study file again: init --from", async () => {
  const { file } = await exportTo(makeExportedStudy());
  const { space, notes, objective, sampler } = readForeignStudy(file);
  expect(objective).toEqual({ metric: "score", direction: "maximize" });
  expect(sampler["kind"]).toBe("gp");
  const found = new Map(space.dimensions.map(({ name, distribution }) => [name, distribution]));
  expect(found.get("kind")).toMatchObject({ values: ["svm", "tree"] });
  expect(found.get("units")).toMatchObject({ kind: "integer", low: 1, high: 1000, log: true });
  expect(found.get("rate")).toMatchObject({ kind: "real", low: 0.0001, high: 1, log: true });
  expect(found.get("mix")).toMatchObject({ kind: "real", low: 0, high: 1, step: 0.1 });
  expect(notes.join("\n")).toMatch(/gamma: \d+ of \d+ trials have it; say when/);
});
