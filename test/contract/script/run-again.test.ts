import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { createLayout } from "../../../src/workspace/layout.ts";
import { makeScriptStudy } from "../../support/script-study.ts";

/**
 * Saves after every other epoch, and is stopped by what its first parameter says, once after each of epochs 3 and 6: it has then told an
 * epoch more than it has saved.
 */
const SCRIPT = `
import json, os, signal, sys, time
how = sys.argv[1].split("=")[1]
folder = os.environ["BSWEEP_CHECKPOINTS"]
workspace = os.environ["BSWEEP_WORKSPACE"]
runs = sum(name.startswith("run") for name in os.listdir(workspace))
open(f"{workspace}/run{runs}", "w").close()
saved = os.path.join(folder, "epoch")
first = int(open(saved).read()) if os.path.exists(saved) else 0
if how == "anew" and runs == 1: first = 0
for epoch in range(first + 1, 9):
    acc = {2: 0.9}.get(epoch, epoch / 100) if runs == 0 or how != "anew" else epoch / 1000
    if "--file" in sys.argv:
        with open("log.csv", "a") as file: file.write(("" if file.tell() else "epoch,acc\\n") + f"{epoch},{acc}\\n")
    elif how == "counted": print(f"acc={acc}")
    elif how == "lines": print("bsweep:", json.dumps({"epoch": epoch, "acc": acc}))
    else: print(f"epoch {epoch} acc={acc}")
    if epoch % 2 == 0:
        open(saved + ".new", "w").write(str(epoch)); os.replace(saved + ".new", saved)
    if epoch in (3, 6) and runs == epoch // 3 - 1:
        sys.stdout.flush()
        if how == "killed":
            time.sleep(2); os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)
        sys.exit(75)
if how == "lines": json.dump({"metrics": {"acc": acc}}, open(os.environ["BSWEEP_RESULT"], "w"))
`;

const STEPS = [0.01, 0.9, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08];

function makeStudy(how: string, metrics: string, more = "") {
  return makeScriptStudy(
    SCRIPT,
    `objective: { metric: acc, direction: maximize, of: best }
trainer: { command: [python3, script.py, "{{args}}"${more}], ${metrics} }
space: { how: [${how}] }`,
    "checkpoint: epoch",
  );
}

type Study = ReturnType<typeof makeStudy>;

async function runToEnd(study: Study, runs: number): Promise<void> {
  let end = await study.run("local");
  // A runner that was killed is started again by a person.
  for (let killed = 0; end.exitStatus === 5 && killed < runs; killed++)
    end = await study.run("local");
  expect(end.exitStatus, end.stdout + end.stderr).toBe(0);
  expect(readdirSync(study.workspace).filter((name) => name.startsWith("run"))).toHaveLength(runs);
  const folder = createLayout(study.workspace).checkpoints("s", ".");
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
}

function tell(study: Study) {
  const { history, metrics, objective } = study.results().get(1) ?? {};
  return {
    steps: history?.map(({ step, metrics: told }) => [step, told["acc"]]),
    metrics,
    objective,
  };
}

const numbered = (values: readonly number[]) => values.map((value, at) => [at + 1, value]);

test.each([
  ["plain", "metrics: { acc: acc, epoch: epoch }"],
  ["killed", "metrics: { acc: acc, epoch: epoch }"],
  ["lines", "version: 1"],
  ["file", "metricsFile: log.csv"],
])("what was told before a run from a checkpoint is the trial's: %s", async (how, metrics) => {
  const study = makeStudy(how, metrics, how === "file" ? ", --file" : "");
  await runToEnd(study, 3);
  expect(tell(study)).toEqual({
    steps: numbered(STEPS),
    metrics: { acc: 0.08, "acc.max": 0.9 },
    objective: 0.9,
  });
});

test("steps that bsweep counts go on counting, told twice or not", async () => {
  const study = makeStudy("counted", "metrics: { acc: acc }");
  await runToEnd(study, 3);
  expect(tell(study).steps).toEqual(
    numbered([0.01, 0.9, 0.03, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08]),
  );
});

test("who begins anew although there is a checkpoint has not come to what was told before", async () => {
  const study = makeStudy("anew", "metrics: { acc: acc, epoch: epoch }");
  await runToEnd(study, 3);
  expect(tell(study)).toMatchObject({
    steps: numbered([1, 2, 3, 4, 5, 6, 7, 8].map((epoch) => epoch / 1000)),
    objective: 0.008,
  });
});
