import { rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type History, readHistory } from "../../../src/app/history.ts";
import { formatHistory } from "../../../src/reports/history.ts";
import { listTree } from "../../support/folder.ts";
import { errorOf, recordEffects } from "../../support/prepare.ts";
import { makeTrial, retryOf, writeRound } from "../../support/results.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { runProcess } from "../../support/programs.ts";
import { WrittenStudy } from "../../support/written-study.ts";

const TRIALS = [1, 2, 3].map((number) => makeTrial(number, { filters: number }));

function setTime(file: string, time: string): void {
  utimesSync(file, new Date(time), new Date(time));
}

/** Two arrays of a round that were submitted together, one much later; two results, a retry, and the rest. */
function makeStudy(): WrittenStudy {
  const study = new WrittenStudy(TRIALS);
  const { layout, planned } = study;
  writeRound({ ...planned, arraySize: 1 });
  setTime(study.markSubmitted("100", "4294967 anna", 1), "2026-01-02T03:30:00Z");
  setTime(study.markSubmitted("101", "4294967 anna", 2), "2026-01-02T03:30:02Z");
  setTime(study.markSubmitted("105", "4294968 bert", 3), "2026-01-02T09:00:00Z");
  study.leave(0, { element: { job: "100", index: 1, host: "exec-1", user: "anna" } });
  writeRound(retryOf(planned), { kind: "retry", createdAt: "2026-01-03T00:00:00Z" });
  writeFileSync(layout.pausedFile("digits"), "bsweep cancel, 2026-01-04T00:00:00.000Z\n");
  writeFileSync(layout.limitFile("digits"), "7\n");
  setTime(layout.limitFile("digits"), "2026-01-03T12:00:00Z");
  return study;
}

async function read({ layout }: Pick<WrittenStudy, "layout">, name?: string) {
  const effects = recordEffects();
  const options = name === undefined ? { layout } : { layout, name };
  const history = await readHistory(options, effects);
  const text = formatHistory(history);
  expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  return { history, text, lines: effects.lines };
}

const kindsOf = ({ events }: History) => events.map(({ kind, at, who }) => [kind, at, who]);

test("what was planned, submitted, run, retried and cancelled, when and by whom", async () => {
  const { history, text, lines } = await read(makeStudy());
  const me = expect.any(String) as string;
  expect(kindsOf(history)).toEqual([
    ["planned", "2026-01-02T03:04:05.000Z", me],
    ["submitted", "2026-01-02T03:30:00.000Z", "anna"],
    ["ran", "2026-01-02T04:00:00.000Z", "anna"],
    ["submitted", "2026-01-02T09:00:00.000Z", "bert"],
    ["planned", "2026-01-03T00:00:00.000Z", me],
    ["throttled", "2026-01-03T12:00:00.000Z", me],
    ["cancelled", "2026-01-04T00:00:00.000Z", me],
  ]);
  expect(history.events[1]).toMatchObject({ arrays: [1, 2], jobs: ["100", "101"], elements: 2 });
  expect(history.events[2]).toMatchObject({
    ...{ round: 1, until: "2026-01-02T04:01:04.250Z", results: { complete: 1 }, hosts: 1 },
  });
  expect(history.events[4]).toMatchObject({ round: 2, roundKind: "retry", trials: 3 });
  expect(lines).toEqual([]);
  expect(text).toContain(
    "2026-01-02 03:30:00  round 1 submitted: 2 arrays, 2 elements, jobs 100, 101, by anna",
  );
  expect(text).toContain("round 1 ran for 1m 04s: 1 result, 1 complete, on 1 host, by anna");
  expect(text).toMatch(/round 2 planned, a retry: 3 trials in 1 array, bsweep 0\.1\.0, by /);
  expect(text).toContain("throttled to 7 at once");
});

test("nothing is written, and what was not collected is told all the same", async () => {
  const study = makeStudy();
  const { workspace } = study.layout;
  const look = () =>
    listTree(workspace).map((path) => [path, statSync(join(workspace, path)).mtimeMs]);
  const before = look();
  expect((await read(study)).text).toContain("1 complete");
  expect(look()).toEqual(before);
});

test("all studies of a workspace, or one of them; collecting is told", async () => {
  const study = makeStudy();
  const { workspace } = study.layout;
  const other = new WrittenStudy([makeTrial(1, { filters: 9 })], "other", workspace);
  const run = (...args: string[]) =>
    runProcess(process.execPath, [builtProgram("main.js"), ...args, `--workspace=${workspace}`], {
      cwd: workspace,
    });
  await run("collect", other.studyFile);
  const all = await read(study);
  expect(all.history.studies).toEqual(["digits", "other"]);
  const one = await run("history", other.studyFile, "--json");
  const { events } = JSON.parse(one.stdout) as History;
  expect(events.map(({ kind, study: name }) => [name, kind])).toEqual([
    ["other", "planned"],
    ["other", "collected"],
  ]);
  expect(one.stderr).toBe("");
  expect((await run("history")).stdout.trimEnd()).toBe(all.text);
});

test("hostile names and broken rounds: text, a warning, and the rest", async () => {
  const study = makeStudy();
  const { layout } = study;
  const user = "\u001b[2J\u202e";
  study.leave(0, { element: { job: "", index: 1, host: "a", user } }, 4000, "b2");
  writeFileSync(join(layout.round("digits", 2), "round.json"), "{");
  writeFileSync(layout.limitFile("digits"), "many\n");
  writeFileSync(layout.pausedFile("digits"), "bsweep pause, yesterday\n");
  const { history, text, lines } = await read(study);
  expect(lines.join("\n")).toContain("round.json");
  expect(history.events.map(({ kind }) => kind)).toEqual([
    ...["planned", "submitted", "ran", "ran", "submitted", "paused"],
  ]);
  expect(text).toContain("by \\u001b[2J\\u202e");
});

test("a study that there is nothing of is refused; an empty workspace is told so", async () => {
  const study = makeStudy();
  expect(await errorOf(read(study, "nothing"))).toMatchObject({ code: "CONFLICT" });
  const empty = new WrittenStudy([makeTrial(1, {})]);
  rmSync(join(empty.layout.workspace, "jobs"), { recursive: true });
  expect((await read(empty)).text).toBe("Nothing was planned here");
});
