import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { collectResults } from "../../../src/app/collect/collect.ts";
import { groupBy } from "../../../src/core/objects.ts";
import { readKnown } from "../../../src/rounds/search/known.ts";
import { withDatabase } from "../../../src/storage/database.ts";
import { runBsweep, startBsweep, until } from "../../support/bsweep-process.ts";
import { recordEffects } from "../../support/prepare.ts";
import { expectRepeatable, readChoices } from "../../support/search-choices.ts";
import { generateSearch, makeSearchStudy, type SearchStudy } from "../../support/search-study.ts";

/** @param words a command and its options */
function run({ layout, studyFile }: SearchStudy, command: string, ...words: string[]) {
  return runBsweep([command, studyFile, `--workspace=${layout.workspace}`, ...words]);
}

interface Row {
  readonly number: number;
  readonly params: string;
  readonly state: string | null;
  readonly reason: string | null;
  readonly attempt: number | null;
}

async function readRows({ layout }: SearchStudy): Promise<Row[]> {
  await collectResults({ study: "s", layout }, recordEffects());
  return withDatabase(
    layout.database("s"),
    "readonly",
    (database) =>
      database
        .prepare(
          `SELECT number, params, state, early_end_reason AS reason, attempt FROM trials
           LEFT JOIN results ON results.trial = trials.trial AND result_id IN (SELECT result_id FROM counted_results)
           ORDER BY number`,
        )
        .all() as Row[],
  );
}

const logsOf = ({ layout }: SearchStudy, round = 1): string =>
  readdirSync(join(layout.round("s", round), "logs/array-01"))
    .map((name) => readFileSync(join(layout.round("s", round), "logs/array-01", name), "utf8"))
    .join("");

describe("trials that choose when they start", () => {
  test("learn from one another, never choose the same, and can be followed", async () => {
    const study = makeSearchStudy();
    await generateSearch(study);
    const manifest = readFileSync(
      join(study.layout.round("s", 1), "array-01.trials.jsonl"),
      "utf8",
    );
    expect(manifest).not.toContain('"x"');
    expect((await run(study, "local", "--workers", "4")).exitStatus).toBe(0);

    const choices = readChoices(study);
    expect(choices).toHaveLength(24);
    expect(new Set(choices.map(({ params }) => JSON.stringify(params))).size).toBe(24);
    expect(Math.max(...choices.map(({ seen }) => seen.ended["1"]?.length ?? 0))).toBeGreaterThan(0);
    expectRepeatable(study);
    const rows = await readRows(study);
    const chosen = new Map(choices.map(({ number, params }) => [number, params]));
    expect(rows.map(({ number, params }) => [number, JSON.parse(params) as object])).toEqual(
      rows.map(({ number }) => [number, chosen.get(number)]),
    );
    const failing = rows.filter(({ params }) => params.includes('"f"'));
    expect(failing.every(({ state }) => state === "failed")).toBe(true);
    expect(rows.filter(({ state }) => state === "complete")).toHaveLength(24 - failing.length);
    expect(logsOf(study)).toMatch(/trial 24: chosen by gp in \d/);
  });

  test("whose choosing was killed, or whose trial was, goes on with the same parameters", async () => {
    const study = makeSearchStudy({ sampler: "kind: gp, trials: 4, seed: 2", seconds: 600 });
    await generateSearch(study);
    const local = startBsweep([
      ...["local", study.studyFile, `--workspace=${study.layout.workspace}`, "--workers=4"],
    ]);
    const folder = study.layout.choices("s");
    await until(
      () => readdirSyncOrNone(folder).filter((name) => name.endsWith(".json")).length === 4,
    );
    local.kill("SIGINT");
    expect((await local.end).exitStatus).not.toBe(0);
    const before = readChoices(study);
    // As if it had been killed between the two files of a choice.
    const [first] = before;
    rmSync(join(folder, `${first?.slot ?? ""}.json`));
    const { known } = readKnown(
      study.layout,
      "s",
      { within: first?.within ?? "", history: "" },
      [],
    );
    expect(known.running).toHaveLength(3);

    study.write({ sampler: "kind: gp, trials: 4, seed: 2" });
    makeQuick(study);
    expect((await run(study, "local", "--workers", "4")).exitStatus).toBe(0);
    const after = readChoices(study);
    expect(after.map(({ number, params }) => [number, params]).slice(1)).toEqual(
      before.map(({ number, params }) => [number, params]).slice(1),
    );
    expect(after).toHaveLength(4);
    expect(new Set(after.map(({ content }) => content)).size).toBe(4);
  });

  test("run again with the parameters they had when they failed", async () => {
    const study = makeSearchStudy({
      sampler: "kind: gp, trials: 6, seed: 1",
      space: "{ x: { low: 0, high: 1 }, n: [1, 2], c: [f] }",
    });
    await generateSearch(study);
    await run(study, "local");
    const before = readChoices(study);
    expect((await run(study, "retry")).exitStatus).toBe(0);
    await run(study, "local");
    expect(readChoices(study)).toEqual(before);
    const rows = await readRows(study);
    expect(rows.map(({ attempt }) => attempt)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  test("share what they have chosen among replicates, whichever of them starts first", async () => {
    const study = makeSearchStudy({
      sampler: "kind: gp, trials: 5, seed: 4",
      more: "replicates: 3",
    });
    await generateSearch(study);
    expect((await run(study, "local", "--workers", "3")).exitStatus).toBe(0);
    expect(readChoices(study)).toHaveLength(5);
    const rows = await readRows(study);
    const groups = groupBy(rows, ({ params }) => params);
    expect([...groups.values()].map((all) => all.length)).toEqual([3, 3, 3, 3, 3]);
    expectRepeatable(study);
  });

  test("leave out what is torn, foreign or hostile, and say so", async () => {
    const study = makeSearchStudy({ sampler: "kind: gp, trials: 3, seed: 1" });
    await generateSearch(study);
    expect((await run(study, "local")).exitStatus).toBe(0);
    const folder = study.layout.observations("s");
    const [one = ""] = readdirSync(folder);
    const told = JSON.parse(readFileSync(join(folder, one), "utf8")) as object;
    writeFileSync(join(folder, "00000000000000aa.1.json"), '{"schemaVersion":1,"num');
    writeFileSync(join(folder, "00000000000000ab.1.json"), JSON.stringify(told));
    writeFileSync(
      join(folder, "00000000000000ac.1.json"),
      JSON.stringify({
        ...told,
        trialId: "00000000000000ac",
        number: 99,
        params: { x: "<b>" },
        loss: -1e308,
      }),
    );
    mkdirSync(join(folder, "00000000000000ad.1.json"));
    study.write({ sampler: "kind: gp, trials: 14, seed: 1" });
    await generateSearch(study);
    expect((await run(study, "local")).exitStatus).toBe(0);
    const log = logsOf(study, 2);
    for (const name of ["aa", "ab", "ad"])
      expect(log).toMatch(new RegExp(`warning: .*00000000000000${name}\\.1\\.json`));
    const rows = await readRows(study);
    expect(rows).toHaveLength(14);
    expect(rows.every(({ state }) => state !== null)).toBe(true);
  });

  test("end at once, as skipped, when the study has what it wanted", async () => {
    const study = makeSearchStudy({
      sampler: "kind: gp, trials: 12, seed: 1",
      more: "stop: { target: 0.5 }",
      space: "{ x: { low: 0, high: 1 }, c: [a, b], n: [4] }",
    });
    await generateSearch(study);
    expect((await run(study, "local", "--workers", "1")).exitStatus).toBe(0);
    const rows = await readRows(study);
    const skipped = rows.filter(({ state }) => state === "skipped");
    expect(skipped.length).toBeGreaterThan(8);
    expect(skipped[0]?.reason).toMatch(
      /^the study has reached its target: value 0\.\d+, wanted 0\.5$/,
    );
    const status = await run(study, "status");
    expect(status.stdout).toMatch(/Skipped, \d+ trials: the study has reached its target/);
    expect(status.stdout).toContain("100.0 % done");
    const { throughput } = JSON.parse((await run(study, "status", "--json")).stdout) as {
      throughput: { trialsPerHour: number; windowSeconds: number };
    };
    const ran = (throughput.trialsPerHour * throughput.windowSeconds) / 3600;
    expect(Math.round(ran)).toBe(rows.length - skipped.length);
    expect((await run(study, "retry")).stdout).toContain("no trial");
  });

  test("of a space that is used up end as skipped", async () => {
    const study = makeSearchStudy({
      sampler: "kind: gp, trials: 6, seed: 1",
      space: "{ x: [0.1, 0.2], n: [1, 2], c: [a] }",
    });
    await generateSearch(study);
    expect((await run(study, "local")).exitStatus).toBe(0);
    const rows = await readRows(study);
    expect(rows.filter(({ state }) => state === "complete")).toHaveLength(4);
    expect(rows.filter(({ state }) => state === "skipped")).toHaveLength(2);
  });
});

describe("a study that goes on", () => {
  test("grows, changes its sampler, and never runs the same parameters twice", async () => {
    const study = makeSearchStudy({
      sampler: "kind: grid, seed: 1",
      space: "{ x: [0.1, 0.2], n: [1, 2], c: [a, b] }",
    });
    study.write({ sampler: "kind: random, trials: 3, seed: 1", space: SMALL });
    await generateSearch(study);
    await run(study, "local");
    study.write({ sampler: "kind: gp, trials: 5, seed: 1", space: SMALL });
    await generateSearch(study);
    await run(study, "local");
    expectRepeatable(study, 2);
    study.write({ sampler: "kind: grid, seed: 1", space: SMALL });
    const report = await generateSearch(study);
    expect(report.written?.trials).toBe(18 - 3 - 5);
    await run(study, "local");
    const rows = await readRows(study);
    expect(rows).toHaveLength(18);
    expect(new Set(rows.map(({ params }) => params)).size).toBe(18);
  });

  test("knows finalists once, and learns of them as of any earlier round", async () => {
    const study = makeSearchStudy({ sampler: "kind: gp, trials: 3, seed: 1", space: NO_FAILURE });
    await generateSearch(study);
    await run(study, "local", "--workers", "1");
    await run(study, "generate", "--finalists", "2", "--replicates", "2");
    await run(study, "local", "--workers", "1");
    study.write({ sampler: "kind: gp, trials: 5, seed: 1", space: NO_FAILURE });
    await generateSearch(study);
    await run(study, "local", "--workers", "1");
    expect(logsOf(study, 3)).toMatch(/trial 6: .* knowing 5 ended and 0 running/);
    expect(logsOf(study, 3)).toMatch(/trial 7: .* knowing 6 ended and 0 running/);
    expectRepeatable(study, 3);
    expect(await readRows(study)).toHaveLength(7);
  });

  test("starts from trials of elsewhere, which are never its results", async () => {
    const first = makeSearchStudy({ sampler: "kind: gp, trials: 12, seed: 1", space: SMALL });
    await generateSearch(first);
    await run(first, "local");
    await run(
      first,
      "report",
      "--format",
      "csv",
      "--output",
      join(first.layout.workspace, "earlier.csv"),
    );

    const second = makeSearchStudy({
      sampler: "kind: gp, trials: 4, seed: 1, from: [earlier.csv]",
      space: SMALL,
    });
    renameSync(
      join(first.layout.workspace, "earlier.csv"),
      join(second.layout.workspace, "earlier.csv"),
    );
    await generateSearch(second);
    const history = readFileSync(join(second.layout.round("s", 1), "history.jsonl"), "utf8");
    expect(history.trim().split("\n").length).toBeGreaterThan(6);
    expect((await run(second, "local")).exitStatus).toBe(0);
    const before = new Set(readChoices(first).map(({ params }) => JSON.stringify(params)));
    const completed = history
      .trim()
      .split("\n")
      .map((line) => JSON.stringify((JSON.parse(line) as { params: object }).params));
    for (const { params } of readChoices(second))
      expect(completed).not.toContain(JSON.stringify(params));
    expect(before.size).toBe(12);
    expect(await readRows(second)).toHaveLength(4);
    expectRepeatable(second);
  });

  test("names a source that is not there, and what it looked for", async () => {
    const study = makeSearchStudy({ sampler: "kind: gp, trials: 4, seed: 1, from: [nowhere]" });
    const { exitStatus, stderr } = await run(study, "generate");
    expect(exitStatus).toBe(3);
    expect(stderr).toContain("sampler.from: there is no nowhere");
    expect(readdirSyncOrNone(join(study.layout.workspace, "jobs/s"))).toEqual([]);
  });
});

const NO_FAILURE = "{ x: { low: 0, high: 1 }, n: [1, 2], c: [a, b] }";
const SMALL = "{ x: [0.1, 0.2, 0.3], n: [1, 2], c: [a, b, f] }";

function readdirSyncOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The round's command takes no time any more. */
function makeQuick({ layout }: SearchStudy): void {
  const file = join(layout.round("s", 1), "round.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"600"', '"0"'));
}

describe("a choice that cannot be read", () => {
  test("is told of, with what to do, and made anew once it is removed", async () => {
    const study = makeSearchStudy({ sampler: "kind: gp, trials: 1, seed: 1" });
    await generateSearch(study);
    const [element = ""] = readFileSync(
      join(study.layout.round("s", 1), "array-01.trials.jsonl"),
      "utf8",
    ).split("\n");
    const { trials } = JSON.parse(element) as { trials: { slot: string }[] };
    const folder = study.layout.choices("s");
    const file = join(folder, `${trials[0]?.slot ?? ""}.json`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, '{"schemaVersion":1,');
    const refused = await run(study, "local");
    expect(refused.exitStatus).not.toBe(0);
    expect(logsOf(study)).toContain(`[INVALID_RESULT] ${file}`);
    expect(logsOf(study)).toContain("its trial, if it has no result, chooses anew");
    expect(readFileSync(file, "utf8")).toBe('{"schemaVersion":1,');
    rmSync(file);
    expect((await run(study, "local")).exitStatus).toBe(0);
    expect(readChoices(study)).toHaveLength(1);
  });
});
