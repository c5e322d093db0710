import { execFileSync } from "node:child_process";
import fc from "fast-check";
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectResults } from "../../src/app/collect/collect.ts";
import { sha256 } from "../../src/core/identity.ts";
import { formatResult } from "../../src/formats/result-file.ts";
import { readExistingTrials } from "../../src/rounds/trials.ts";
import { openKeptDatabase } from "../../src/storage/database.ts";
import { readSetAside } from "../../src/storage/results.ts";
import { createLayout, resultName } from "../../src/workspace/layout.ts";
import { packageVersion } from "../../src/workspace/package.ts";
import { listTree, makeTestFolder } from "../support/folder.ts";
import { errorOf, recordEffects } from "../support/prepare.ts";
import {
  makeFailure,
  makeResult,
  makeTrial,
  placeOf,
  retryOf,
  writeResult,
  writeResultFile,
  writeRound,
  type PlannedRound,
} from "../support/results.ts";
import { readContent } from "../support/study-database.ts";

const STUDY = "digits";

function plan(trials: number, other: Partial<PlannedRound> = {}): PlannedRound {
  const planned = {
    workspace: makeTestFolder(),
    study: STUDY,
    round: 1,
    arraySize: 4,
    trials: Array.from({ length: trials }, (_, place) =>
      makeTrial(place + 1, { filters: place, note: `'; DROP TABLE results; --"<script>` }),
    ),
    ...other,
  };
  writeRound(planned);
  return planned;
}

const collect = (workspace: string, effects = recordEffects()) =>
  collectResults({ study: STUDY, layout: createLayout(workspace) }, effects);

const contentOf = ({ workspace }: PlannedRound) =>
  readContent(createLayout(workspace).database(STUDY));

/** Writes the result of the trial at `place` with `correct` rows right. */
function leave(planned: PlannedRound, place: number, correct: number): string {
  const { array, index } = placeOf(planned, place);
  return writeResult(planned, array, makeResult(trialAt(planned, place), index, correct));
}

function trialAt({ trials }: PlannedRound, place: number) {
  const trial = trials[place];
  if (trial === undefined) throw new Error(`no trial at ${place}`);
  return trial;
}

test("what is new is told once; what was collected is not read again", async () => {
  const planned = plan(6);
  const first = leave(planned, 0, 4000);
  const failure = {
    kind: "timeout",
    message: "'quoted' \u0000 \ud800",
    stderrTail: "a\nb",
  } as const;
  writeResult(planned, 1, makeFailure(trialAt(planned, 1), 2, failure));
  expect(await collect(planned.workspace)).toMatchObject({
    added: { complete: 1, failed: 1 },
    unchanged: 0,
    setAside: [],
  });
  const before = contentOf(planned);
  expect(before["results"]).toMatchObject([
    { state: "complete", objective: 4000 / 4200, holdout_correct: 4000 },
    { state: "failed", failure_kind: "timeout", failure_stderr_tail: "a\nb" },
  ]);
  expect(before["steps"]).toHaveLength(10 * 4);
  expect(before["trials"]).toHaveLength(6);
  writeFileSync(first, "torn later: the name was collected");
  expect(await collect(planned.workspace)).toMatchObject({
    added: { complete: 0, failed: 0 },
    unchanged: 2,
    setAside: [],
  });
  expect(contentOf(planned)).toEqual(before);
});

test("results stay when their files and the round are gone", async () => {
  const planned = plan(2);
  leave(planned, 0, 1);
  await collect(planned.workspace);
  const before = contentOf(planned);
  const layout = createLayout(planned.workspace);
  rmSync(layout.roundResults(STUDY, 1), { recursive: true });
  rmSync(join(layout.round(STUDY, 1), "array-01.trials.jsonl"));
  await collect(planned.workspace);
  expect(contentOf(planned)).toEqual(before);
});

/** A result's text as somebody changed it, with a right checksum again. */
function sealed(text: string): string {
  const content = `${text.slice(0, text.lastIndexOf(',"checksum"'))}}`;
  return `${content.slice(0, -1)},"checksum":"sha256:${sha256(content)}"}\n`;
}

test("every kind of file that is no result is set aside with its reason and stays as it is", async () => {
  const planned = plan(23, { arraySize: 1000 });
  const nameOf = (place: number) => resultName(place + 1, trialAt(planned, place).trialId, 1, "a1");
  const textOf = (place: number, other: object = {}) =>
    formatResult(makeResult(trialAt(planned, place), place + 1, 4000, other));
  const put = (place: number, text: string) => writeResultFile(planned, 1, nameOf(place), text);
  const folder = join(createLayout(planned.workspace).roundResults(STUDY, 1), "array-01");
  const stranger = makeTrial(99, { unknown: true });
  const expected = new Map<string, RegExp>([
    [nameOf(0), /checksum/],
    [nameOf(1), /found no JSON/],
    [nameOf(2), /found no JSON/],
    [nameOf(3), /found no JSON/],
    [nameOf(4), /found trialId .*, the name says/],
    [nameOf(5), /cannot be read: EISDIR/],
    [nameOf(6), /more than \d+ bytes/],
    [nameOf(7), /cannot be read: ELOOP/],
    [nameOf(8), /found index 77, the name says 9/],
    [nameOf(9), /found attempt 2, the name says 1/],
    [nameOf(10), /found trial number 1000, the manifest says 11/],
    [nameOf(11), /found objective 0.5, its metric holdoutAccuracy says 0.95/],
    [nameOf(12), /ascending steps/],
    [nameOf(13), /state|objective/],
    [nameOf(16), /found params .*"filters":99.*, the manifest says .*"filters":16/],
    [nameOf(17), /found seed 5, the manifest says 18/],
    [nameOf(18), /found epochs 11, the manifest says 10/],
    [nameOf(19), /not as bsweep writes it/],
    [resultName(21, trialAt(planned, 20).trialId, 2, "a1"), /found attempt 2, the manifest says 1/],
    [nameOf(21), /found no JSON/],
    [nameOf(22), /warnings\[0\]: .*expected string/],
    [resultName(1, stranger.trialId, 1, "a1"), /is not in the manifest/],
    ["notes.json", /its name is no result's/],
  ]);
  put(0, textOf(0).replace('"correct":4000', '"correct":4001'));
  put(1, textOf(1).slice(0, 500));
  put(2, "<html>\u001b[2J");
  put(3, "");
  put(4, textOf(3));
  mkdirSync(join(folder, nameOf(5)));
  put(6, "");
  truncateSync(join(folder, nameOf(6)), 64 * 1024 * 1024);
  symlinkSync("/etc/passwd", join(folder, nameOf(7)));
  put(8, textOf(8, { element: { job: "1", index: 77, host: "h" } }));
  put(9, textOf(9, { attempt: 2 }));
  put(10, textOf(10, { number: 1000 }));
  put(11, textOf(11, { objective: 0.5, metrics: { holdoutAccuracy: 0.95 } }));
  put(12, textOf(12, { history: [2, 2].map((step) => ({ step, metrics: {}, seconds: 1 })) }));
  put(13, textOf(13, { objective: null }));
  put(16, textOf(16, { params: { ...trialAt(planned, 16).params, filters: 99 } }));
  put(17, textOf(17, { seed: 5 }));
  put(18, textOf(18, { resource: { epochs: 11 } }));
  put(19, sealed(textOf(19).replace('"attempt":1,', '"attempt":1,"attempt":1,')));
  writeResult(planned, 1, makeResult({ ...trialAt(planned, 20), attempt: 2 }, 21, 4000));
  put(21, sealed(textOf(21).replace('"attempt":1,', '"attempt":1,,')));
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  put(22, sealed(textOf(22).replace('"warnings":[]', `"warnings":${deep}`)));
  writeResult(planned, 1, makeResult(stranger, 1, 4000));
  writeResultFile(planned, 1, "notes.json", "{}");
  writeResultFile(planned, 1, `.${nameOf(14)}.77.ab.tmp`, "being written");
  writeResultFile(planned, 1, "17.log", "no claim to be a result");
  put(15, textOf(15));
  const before = listTree(folder);

  const summary = await collect(planned.workspace);
  expect(summary.added).toEqual({ complete: 1, pruned: 0, failed: 0, skipped: 0 });
  const reasons = new Map(summary.setAside.map(({ file, reason }) => [file, reason]));
  expect([...reasons.keys()].sort()).toEqual(
    [...expected.keys()].map((name) => `round-001/array-01/${name}`).sort(),
  );
  for (const [name, reason] of expected) {
    expect(reasons.get(`round-001/array-01/${name}`)).toMatch(reason);
  }
  expect(summary.setAside.every(({ known }) => !known)).toBe(true);
  expect(listTree(folder)).toEqual(before);
  const again = await collect(planned.workspace);
  expect(again.setAside).toEqual(summary.setAside.map((each) => ({ ...each, known: true })));
});

test("a file set aside is taken once it is whole, and forgotten once it is gone", async () => {
  const planned = plan(2);
  const late = leave(planned, 0, 4000);
  const whole = readFileSync(late, "utf8");
  writeFileSync(late, whole.slice(0, 100));
  const bad = leave(planned, 1, 4000);
  writeFileSync(bad, "");
  expect((await collect(planned.workspace)).setAside).toHaveLength(2);
  writeFileSync(late, whole);
  rmSync(bad);
  expect(await collect(planned.workspace)).toMatchObject({ added: { complete: 1 }, setAside: [] });
  expect(contentOf(planned)["setAside"]).toEqual([]);
});

test("a file set aside for what is in it is read again only when it has changed", async () => {
  const planned = plan(2);
  const path = leave(planned, 0, 4000);
  const whole = readFileSync(path);
  const unlike = Buffer.from(whole).fill("[");
  writeFileSync(path, unlike);
  const mtime = new Date(1_700_000_000_000);
  utimesSync(path, mtime, mtime);
  await collect(planned.workspace);
  // The same inode, size and time: a test's way to see that nobody reads it.
  writeFileSync(path, whole);
  utimesSync(path, mtime, mtime);
  expect(await collect(planned.workspace)).toMatchObject({
    added: { complete: 0 },
    setAside: [{ known: true }],
  });
  utimesSync(path, mtime, new Date(mtime.getTime() + 1000));
  expect(await collect(planned.workspace)).toMatchObject({ added: { complete: 1 }, setAside: [] });
});

test("a file that could not be read is tried again though it has not changed", async () => {
  const planned = plan(2);
  writeFileSync(leave(planned, 0, 4000), "torn");
  const path = leave(planned, 1, 4000);
  rmSync(path);
  // Nobody can read it, root neither.
  symlinkSync("/etc/passwd", path);
  await collect(planned.workspace);
  const database = openKeptDatabase(createLayout(planned.workspace).database(STUDY), true);
  const stamps = [...readSetAside(database).values()].map(({ stamp }) => stamp);
  database.close();
  expect(stamps).toEqual([expect.any(String), null]);
});

test("a file that another bsweep has set aside is read again", async () => {
  const planned = plan(1);
  const path = leave(planned, 0, 4000);
  const whole = readFileSync(path);
  writeFileSync(path, Buffer.from(whole).fill("["));
  const mtime = new Date(1_700_000_000_000);
  utimesSync(path, mtime, mtime);
  await collect(planned.workspace);
  // As if it were the version that cannot read it.
  writeFileSync(path, whole);
  utimesSync(path, mtime, mtime);
  const database = openKeptDatabase(createLayout(planned.workspace).database(STUDY), false);
  database
    .prepare("UPDATE set_aside SET stamp = replace(stamp, ?, '0.0.1')")
    .run(` ${packageVersion()}`);
  database.close();
  expect(await collect(planned.workspace)).toMatchObject({ added: { complete: 1 }, setAside: [] });
});

test("two that collect at once add each result once, and both account for every file", async () => {
  const planned = plan(200, { arraySize: 1000 });
  for (let place = 0; place < 200; place++) leave(planned, place, 4000);
  const both = await Promise.all([collect(planned.workspace), collect(planned.workspace)]);
  const added = both.map((each) => each.added.complete);
  expect(added.reduce((sum, count) => sum + count)).toBe(200);
  expect(both.map(({ unchanged }, place) => unchanged + (added[place] ?? 0))).toEqual([200, 200]);
});

test("results that take long to read are all collected", async () => {
  const planned = plan(70, { arraySize: 1000 });
  const warnings = ["odd ".repeat(250_000)];
  for (let place = 0; place < 69; place++) {
    const result = makeResult(trialAt(planned, place), place + 1, 4000 + place, { warnings });
    writeResult(planned, 1, result);
  }
  writeFileSync(leave(planned, 69, 4000), "torn");
  const summary = await collect(planned.workspace);
  expect(summary).toMatchObject({ added: { complete: 69 }, unchanged: 0 });
  expect(summary.setAside.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("found no JSON"),
  ]);
  const { results } = contentOf(planned);
  expect(
    results?.map((row) => (row as { holdout_correct: number }).holdout_correct).sort(),
  ).toEqual(Array.from({ length: 69 }, (_, place) => 4000 + place));
});

test("pipes and devices are set aside, waited for by nobody, and no results to the plan", async () => {
  const planned = plan(2);
  const nameOf = (place: number) => resultName(place + 1, trialAt(planned, place).trialId, 1, "a1");
  const folder = join(createLayout(planned.workspace).roundResults(STUDY, 1), "array-01");
  mkdirSync(folder, { recursive: true });
  execFileSync("mkfifo", [join(folder, nameOf(0))]);
  symlinkSync("/dev/zero", join(folder, nameOf(1)));
  const summary = await collect(planned.workspace);
  expect(summary.setAside.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("found no JSON"),
    expect.stringContaining("cannot be read: ELOOP"),
  ]);
  const { withResult } = readExistingTrials(createLayout(planned.workspace), STUDY);
  expect(withResult).toEqual(new Set());
});

test("a folder of results that is none hides no other, and what stood in it stays known", async () => {
  const planned = plan(6);
  leave(planned, 4, 4100);
  writeFileSync(leave(planned, 0, 4000), "");
  await collect(planned.workspace);
  const results = createLayout(planned.workspace).roundResults(STUDY, 1);
  renameSync(join(results, "array-01"), join(results, "away"));
  // Links that lead to themselves cannot be listed, by root neither.
  symlinkSync("array-01", join(results, "array-01"));
  leave(planned, 5, 4200);
  const effects = recordEffects();
  const summary = await collect(planned.workspace, effects);
  expect(summary).toMatchObject({
    added: { complete: 1 },
    unread: [expect.stringMatching(/array-01: ELOOP/)],
    setAside: [{ known: true }],
  });
  expect(effects.lines).toEqual([
    expect.stringMatching(/array-01.*: what is in it is not counted$/),
  ]);
});

test("a short file that becomes whole while collecting is taken in the same run", async () => {
  const planned = plan(1);
  const path = leave(planned, 0, 4000);
  const whole = readFileSync(path, "utf8");
  writeFileSync(path, whole.slice(0, 1000));
  const effects = recordEffects();
  const progress = (state: Parameters<typeof effects.reporter.progress>[0]): void => {
    effects.states.push(state);
    writeFileSync(path, whole);
  };
  const summary = await collect(planned.workspace, {
    ...effects,
    reporter: { ...effects.reporter, progress },
  });
  expect(summary).toMatchObject({ added: { complete: 1 }, setAside: [] });
});

test("results of a round whose manifest is damaged wait, and other rounds go on", async () => {
  const planned = plan(1);
  leave(planned, 0, 4000);
  const second = { ...planned, round: 2, trials: [makeTrial(2, { filters: 77 })] };
  writeRound(second);
  leave(second, 0, 4100);
  const manifest = join(createLayout(planned.workspace).round(STUDY, 1), "array-01.trials.jsonl");
  const text = readFileSync(manifest, "utf8");
  writeFileSync(manifest, text.slice(0, 20));
  const summary = await collect(planned.workspace);
  expect(summary.added.complete).toBe(1);
  expect(summary.setAside.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("no valid manifest"),
  ]);
  writeFileSync(manifest, text);
  expect((await collect(planned.workspace)).added.complete).toBe(1);
});

test("results of one trial that should be equal and are not are told", async () => {
  const planned = plan(3);
  const again = retryOf(planned);
  writeRound(again);
  leave(planned, 0, 4000);
  leave(again, 0, 4001);
  leave(planned, 1, 4000);
  leave(planned, 2, 4000);
  const numerics = { tensorflow: "2.21.0", cpu: "Xeon", threads: 1, precision: "float32" } as const;
  const others = [{ cpu: "Epyc" }, { filterGradients: ["direct"] }];
  for (const [at, other] of others.entries()) {
    const result = makeResult(trialAt(again, at + 1), at + 2, 3000, {
      numerics: { ...numerics, ...other },
    });
    writeResult(again, 1, result);
  }
  const effects = recordEffects();
  const { disagreements } = await collect(planned.workspace, effects);
  expect(disagreements).toEqual([{ number: 1, lowest: 4000 / 4200, highest: 4001 / 4200 }]);
  expect(effects.lines).toEqual([
    expect.stringMatching(/^trial 1 has results that should be equal/),
  ]);
});

test("a study without a round is told what to do", async () => {
  const error = await errorOf(collect(makeTestFolder()));
  expect([error.code, error.hint]).toEqual(["CONFLICT", expect.stringContaining("generate")]);
});

type Left = readonly { place: number; attempt: number; kind: "complete" | "failed" | "torn" }[];

function leaveAll(planned: PlannedRound, files: Left): void {
  for (const { place, attempt, kind } of files) {
    const round = attempt === 1 ? planned : retryOf(planned);
    const trial = trialAt(round, place);
    const { array, index } = placeOf(planned, place);
    const result =
      kind === "failed"
        ? makeFailure(trial, index, { kind: "error", message: "failed" })
        : makeResult(trial, index, 4000 + place);
    const path = writeResult(round, array, result);
    if (kind === "torn") truncateSync(path, 300 + place);
  }
}

test("any order, any subset, any number of runs end in the same content", async () => {
  const file = fc.record({
    place: fc.nat({ max: 9 }),
    attempt: fc.integer({ min: 1, max: 2 }),
    kind: fc.constantFrom(
      "complete" as const,
      "failed" as const,
      "complete" as const,
      "torn" as const,
    ),
  });
  const files = fc.uniqueArray(file, {
    selector: ({ place, attempt }) => `${place}.${attempt}`,
    maxLength: 16,
  });
  const split = files.chain((all) =>
    fc.tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.nat({ max: all.length })),
  );
  await fc.assert(
    fc.asyncProperty(split, async ([all, cut]) => {
      const [once, twice] = [plan(10), plan(10)];
      leaveAll(once, all);
      await collect(once.workspace);
      leaveAll(twice, all.slice(0, cut));
      await collect(twice.workspace);
      leaveAll(twice, all.slice(cut));
      await collect(twice.workspace);
      await collect(twice.workspace);
      expect(contentOf(twice)).toEqual(contentOf(once));
    }),
    { numRuns: 15 },
  );
});
