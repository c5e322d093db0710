import { join } from "node:path";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { quantileOf } from "../../../src/core/pruning.ts";
import { parseSearchHistory } from "../../../src/formats/search-history.ts";
import { listResultFiles } from "../../../src/rounds/result-files.ts";
import { findResult } from "../../../src/rounds/results.ts";
import { openKeptDatabase } from "../../../src/storage/database.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { expectRepeatable, readChoices } from "../../support/search-choices.ts";
import { generateSearch, makeSearchStudy, type SearchStudy } from "../../support/search-study.ts";
import { readContent } from "../../support/study-database.ts";

const run = ({ layout, studyFile }: SearchStudy, command: string, ...words: string[]) =>
  runBsweep([command, studyFile, `--workspace=${layout.workspace}`, ...words]);

/** Some trials complete, some pruned, some failed, some skipped, two that have not chosen. */
async function makeMixed(): Promise<SearchStudy> {
  const study = makeSearchStudy({
    sampler: "kind: gp, trials: 10, seed: 1",
    more: "pruner: { kind: successive-halving }\nstop: { patience: 4 }",
    epochs: 4,
  });
  await generateSearch(study);
  expect((await run(study, "local", "--workers", "1")).exitStatus).toBe(0);
  study.write({
    sampler: "kind: gp, trials: 12, seed: 1",
    more: "pruner: { kind: successive-halving }",
    epochs: 4,
  });
  await generateSearch(study);
  expect((await run(study, "collect")).exitStatus).toBe(0);
  return study;
}

test("a database made anew is the same, from results or packs, with or without the choices' files", async () => {
  const study = await makeMixed();
  const { layout } = study;
  const database = layout.database("s");
  const first = readContent(database);
  const collectAnew = async (...words: string[]) => {
    rmSync(database);
    expect((await run(study, "collect", ...words)).exitStatus).toBe(0);
    return readContent(database);
  };
  expect(await collectAnew()).toEqual(first);
  expect((await run(study, "collect", "--pack")).exitStatus).toBe(0);
  expect(await collectAnew()).toEqual(first);
  expect((await run(study, "collect", "--unpack")).exitStatus).toBe(0);
  expect(await collectAnew()).toEqual(first);
  rmSync(layout.choices("s"), { recursive: true });
  expect(await collectAnew()).toEqual(first);
});

test("an archive holds what each choice was made from", async () => {
  const study = await makeMixed();
  const output = join(study.layout.workspace, "handed on");
  expect((await run(study, "archive", "--output", output)).exitStatus).toBe(0);
  const copy = { layout: createLayout(output) };
  expect(readChoices(copy)).toEqual(readChoices(study));
  expectRepeatable(copy);
  const shown = await runBsweep(["show", join(output, "study.yaml"), "1", `--workspace=${output}`]);
  expect(shown.stdout).toContain("Chosen: for trial 1 by gp");
  const sums = readFileSync(join(output, "SHA256SUMS"), "utf8");
  for (const name of readdirSync(copy.layout.observations("s"))) expect(sums).toContain(name);
});

test("trials that have not chosen are no replicates of one another, to compare and to Optuna", async () => {
  const study = await makeMixed();
  const { workspace } = study.layout;
  const optuna = join(workspace, "optuna.db");
  const report = ["--format", "optuna", "--output", optuna];
  expect((await run(study, "report", ...report)).exitStatus).toBe(0);
  const numbers = readChoices(study).map(({ number }) => number);
  const database = openKeptDatabase(optuna, true);
  const exported = database
    .prepare("SELECT value_json FROM trial_user_attributes WHERE key = 'trial'")
    .pluck()
    .all();
  database.close();
  expect(exported.map(Number).sort((a, b) => a - b)).toEqual(numbers);
  expect(numbers.length).toBeLessThan(10);

  const other = makeSearchStudy({ sampler: "kind: gp, trials: 1, seed: 1", epochs: 4 });
  await generateSearch(other);
  await run(other, "local");
  const { stdout } = await runBsweep([
    ...["compare", other.studyFile, study.layout.database("s"), "--json"],
    `--workspace=${other.layout.workspace}`,
  ]);
  const { differences } = JSON.parse(stdout) as { differences: { what: string }[] };
  expect(differences.filter(({ what }) => what === "replicates")).toEqual([]);
  expect((await run(study, "show", "10")).stdout).toContain("Parameters: none were chosen");
  expect((await run(study, "show", "12")).stdout).toContain("Parameters: not chosen yet");
});

test("another study starts from what was stopped early as from that, not as from a failure", async () => {
  const study = await makeMixed();
  const text = readFileSync(study.studyFile, "utf8");
  const next = join(study.layout.workspace, "next.yaml");
  writeFileSync(
    next,
    text
      .replace("study: s", "study: next")
      .replace(/sampler: .*/, "sampler: { kind: gp, trials: 2, seed: 1, from: [s] }"),
  );
  const { workspace } = study.layout;
  expect(await runBsweep(["generate", next, `--workspace=${workspace}`])).toMatchObject({
    exitStatus: 0,
  });
  const file = join(study.layout.round("next", 1), "history.jsonl");
  const history = parseSearchHistory(readFileSync(file, "utf8"), file);
  const { files } = listResultFiles(study.layout.studyResults("s"));
  const results = await Promise.all(files.map((each) => findResult(each)));
  const expected = results.flatMap((result) => {
    if (result?.state !== "pruned") return [];
    const { params, earlyEnd } = result;
    const [value, step] = [earlyEnd?.value ?? NaN, earlyEnd?.step ?? NaN];
    const quantile = earlyEnd?.evidence && quantileOf(earlyEnd.evidence);
    return [{ params, state: "pruned" as const, loss: -value, share: step / 4, quantile }];
  });
  expect(expected.length).toBeGreaterThan(0);
  const pruned = history.filter(({ state }) => state === "pruned");
  expect(pruned).toHaveLength(expected.length);
  expect(pruned).toEqual(expect.arrayContaining(expected));
});
