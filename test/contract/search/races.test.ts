import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectResults } from "../../../src/app/collect/collect.ts";
import { withDatabase } from "../../../src/storage/database.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { recordEffects } from "../../support/prepare.ts";
import { expectRepeatable, readChoices } from "../../support/search-choices.ts";
import { generateSearch, makeSearchStudy, type SearchStudy } from "../../support/search-study.ts";

const AT_ONCE = 8;

/** Runs all elements of the first array at the same time. */
async function runAtOnce({ layout }: SearchStudy): Promise<void> {
  const manifest = join(layout.round("s", 1), "array-01.trials.jsonl");
  const ends = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, at) =>
      runBsweep(["trial", "--manifest", manifest, "--index", `${at + 1}`], {
        env: { BSWEEP_WORKSPACE: layout.workspace },
      }),
    ),
  );
  expect(ends.map(({ exitStatus, stderr }) => [exitStatus, stderr])).toEqual(
    ends.map(() => [0, ""]),
  );
}

async function readTrials({ layout }: SearchStudy) {
  await collectResults({ study: "s", layout }, recordEffects());
  return withDatabase(layout.database("s"), "readonly", (database) =>
    database
      .prepare("SELECT params, state FROM trials JOIN results USING (trial) ORDER BY number")
      .all(),
  ) as Promise<{ params: string; state: string }[]>;
}

test("eight that choose at once from three combinations take each once, and the others are skipped", async () => {
  const study = makeSearchStudy({
    sampler: `kind: gp, trials: ${AT_ONCE}, seed: 1`,
    space: "{ x: [0.1, 0.2, 0.3], n: [1], c: [a] }",
  });
  await generateSearch(study);
  await runAtOnce(study);
  const trials = await readTrials(study);
  const complete = trials.filter(({ state }) => state === "complete");
  expect(complete.map(({ params }) => params).sort()).toEqual(
    [0.1, 0.2, 0.3].map((x) => `{"c":"a","n":1,"x":${x}}`),
  );
  expect(trials.filter(({ state }) => state === "skipped")).toHaveLength(AT_ONCE - 3);
  expect(readChoices(study)).toHaveLength(3);
  expectRepeatable(study);
});

test("eight replicates of one choice at once: one of them makes it, all run it", async () => {
  const study = makeSearchStudy({
    sampler: "kind: gp, trials: 1, seed: 1",
    more: `replicates: ${AT_ONCE}`,
  });
  await generateSearch(study);
  await runAtOnce(study);
  const [choice, ...more] = readChoices(study);
  expect(more).toEqual([]);
  const trials = await readTrials(study);
  expect(trials.map(({ params }) => JSON.parse(params) as object)).toEqual(
    Array.from({ length: AT_ONCE }, () => choice?.params),
  );
  const folder = study.layout.choices("s");
  for (const name of readdirSync(folder))
    expect(JSON.parse(readFileSync(join(folder, name), "utf8"))).toMatchObject({
      slot: choice?.slot,
    });
  expectRepeatable(study);
});
