import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ArtifactReport } from "../../../src/app/artifacts.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { makeScriptStudy, type ScriptStudy } from "../../support/script-study.ts";

/** Leaves its parameters in two files, and comes to what y says; fails where it is negative. */
const SCRIPT = `
import json, os, sys
values = dict(word[2:].split("=") for word in sys.argv[1:])
folder = os.environ["BSWEEP_ARTIFACTS"]
if folder:
    os.makedirs(os.path.join(folder, "in"), exist_ok=True)
    for name in ("model.json", "in/same.json"):
        json.dump(values, open(os.path.join(folder, name), "w"))
if float(values["y"]) < 0:
    sys.exit("below")
print("acc=" + values["y"])
`;

const study = (more: string, values: readonly number[]): string => `
objective: { metric: acc, direction: maximize }
trainer: { command: [python3, script.py, "{{args}}"], metrics: { acc: acc } }
space: { y: ${JSON.stringify(values)} }
${more}`;

const VALUES = [0.2, 0.9, -1, 0.4, 0.8, 0.85, 0.1, 0.3, 0.7, 0.5];

const folderOf = ({ workspace }: ScriptStudy): string =>
  createLayout(workspace).artifacts("s", ".");

async function listKept(own: ScriptStudy, ...words: string[]): Promise<ArtifactReport> {
  const { exitStatus, stdout, stderr } = await own.run("artifacts", ...words, "--json");
  expect(exitStatus, stderr).toBe(0);
  return JSON.parse(stdout) as ArtifactReport;
}

const numbersIn = ({ kept }: ArtifactReport): number[] => kept.map(({ number }) => number);

test("what the best have left is kept, whole, and nothing else; it is listed and copied", async () => {
  const own = makeScriptStudy(SCRIPT, study("artifacts: { keep: 3 }", VALUES));
  expect((await own.run("local", "--workers=2")).exitStatus).toBe(0);
  const report = await listKept(own);
  expect(numbersIn(report)).toEqual([2, 6, 5]);
  const { trialId = "", files } = report.kept[0] ?? {};
  expect(files?.map(({ file }) => file)).toEqual(["in/same.json", "model.json"]);
  expect(readdirSync(folderOf(own))).toHaveLength(6);
  const told = await own.run("artifacts");
  expect(told.stdout).toContain(`results/s/artifacts/${trialId}`);
  expect((await own.run("show", "2")).stdout).toContain(
    `artifacts: results/s/artifacts/${trialId}`,
  );

  const copied = await own.run("artifacts", "--to=best");
  expect(copied.exitStatus, copied.stderr).toBe(0);
  const at = (name: string): string => readFileSync(join(own.workspace, "best", name), "utf8");
  expect(at("trial-2/in/same.json")).toBe('{"y": "0.9"}');
  expect(at("trial-5/model.json")).toBe('{"y": "0.8"}');
  expect(readdirSync(join(own.workspace, "best"))).toEqual(["trial-2", "trial-5", "trial-6"]);
  const again = await own.run("artifacts", "2", "--to=best");
  expect([again.exitStatus, again.stderr]).toEqual([6, expect.stringContaining("in the place of")]);
});

test("of whom nothing is kept it is told why; what was changed is not copied", async () => {
  const own = makeScriptStudy(SCRIPT, study("artifacts: { keep: 1 }", VALUES.slice(0, 4)));
  await own.run("local");
  const told = async (word: string) => {
    const { exitStatus, stderr } = await own.run("artifacts", word);
    return [exitStatus, stderr.split("\n")[0]];
  };
  const none = "error [CONFLICT] nothing is kept of trial";
  expect(await told("1")).toEqual([
    6,
    `${none} 1: it is not among the best 1, or has left nothing`,
  ]);
  expect(await told("3")).toEqual([6, `${none} 3: it is failed`]);
  expect((await told("77"))[0]).toBe(2);
  const { trialId = "" } = (await listKept(own)).kept[0] ?? {};
  writeFileSync(join(folderOf(own), trialId, "model.json"), "{}");
  const changed = await own.run("artifacts", "2", "--to=best");
  expect(changed.stderr).toContain("what trial 2 left was changed since");
  expect(changed.exitStatus).toBe(3);
  expect(changed.stderr).toContain(`  results/s/artifacts/${trialId}/model.json: found 2 bytes`);
  expect(existsSync(join(own.workspace, "best"))).toBe(false);
});

test("without the key nothing is kept, and {{artifacts}} is refused with the key to add", async () => {
  const own = makeScriptStudy(SCRIPT, study("", [0.5]));
  expect((await own.run("local")).exitStatus).toBe(0);
  expect(existsSync(folderOf(own))).toBe(false);
  expect((await own.run("artifacts")).stdout).toContain(
    "keeps no artifacts: artifacts: { keep: 5 }",
  );
  own.write(study("", [0.5]).replace('"{{args}}"', '"{{args}}", "--to={{artifacts}}"'));
  const refused = await own.run("plan");
  expect(refused.exitStatus).toBe(3);
  expect(refused.stderr).toContain(
    "study.yaml:4: trainer.command[3]: found {{artifacts}}, but the study keeps none: add `artifacts: { keep: 5 }`",
  );
});

test("what an element could not settle any more is settled by whoever collects", async () => {
  const own = makeScriptStudy(SCRIPT, study("artifacts: { keep: 2 }", VALUES.slice(0, 5)));
  await own.run("local");
  const folder = folderOf(own);
  const { kept } = await listKept(own);
  expect(kept.map(({ number }) => number)).toEqual([2, 5]);
  // As a kill between result and record leaves it: of one of the best, of a worse one, and of one that failed.
  const [best = ""] = kept.map(({ trialId }) => trialId);
  const record = readFileSync(join(folder, `${best}.json`), "utf8");
  rmSync(join(folder, `${best}.json`));
  for (const number of [1, 3]) {
    const { trialId = "" } = own.results().get(number) ?? {};
    symlinkSync("/etc", join(folder, best, `link-${number}`));
    cpSync(join(folder, best), join(folder, trialId), { recursive: true });
  }
  expect((await own.run("collect")).exitStatus).toBe(0);
  expect(readFileSync(join(folder, `${best}.json`), "utf8")).toBe(record);
  expect(numbersIn(await listKept(own))).toEqual([2, 5]);
  const folders = readdirSync(folder).filter((name) => /^[0-9a-f]{16}$/.test(name));
  expect(folders.sort()).toEqual(kept.map(({ trialId }) => trialId).sort());
  expect(existsSync("/etc/hostname")).toBe(true);
});
