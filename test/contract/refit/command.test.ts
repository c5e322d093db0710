import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RefitReport } from "../../../src/app/refit.ts";
import { type CommandModel, parseCommandModel } from "../../../src/formats/command-model.ts";
import { startBsweep, until } from "../../support/bsweep-process.ts";
import { prepare } from "../../support/prepare.ts";
import { makeScriptStudy, type ScriptStudy } from "../../support/script-study.ts";

/** Classifies by the nearest mean image; leaves the means, and probabilities of the rows held out, if there are any. */
const CENTROIDS = `
import array, json, math, os, sys
def read(name): return json.load(open(os.environ["BSWEEP_" + name]))
folder = os.environ["BSWEEP_DATA"]
header = json.load(open(os.path.join(folder, "dataset.json")))
size = header["height"] * header["width"]
images = open(os.path.join(folder, "images.bin"), "rb").read()
labels = open(os.path.join(folder, "labels.bin"), "rb").read()
rows, held = read("ROWS"), read("HOLDOUT")
sums = [[0.0] * size for _ in range(header["classes"])]
counts = [0] * header["classes"]
for row in rows:
    counts[labels[row]] += 1
    for at, pixel in enumerate(images[row * size : (row + 1) * size]):
        sums[labels[row]][at] += pixel / 255
means = [[total / max(1, count) for total in each] for each, count in zip(sums, counts)]
softness = read("PARAMS")["softness"]
out = array.array("f")
for row in held:
    image = images[row * size : (row + 1) * size]
    scores = [-sum((p / 255 - m) ** 2 for p, m in zip(image, mean)) / softness for mean in means]
    weights = [math.exp(score - max(scores)) for score in scores]
    out.extend(weight / sum(weights) for weight in weights)
with open(os.environ["BSWEEP_PROBABILITIES"], "wb") as file: out.tofile(file)
model = {"rows": rows, "held": len(held), "counts": counts, "seed": os.environ["BSWEEP_SEED"], "refit": os.environ["BSWEEP_REFIT"]}
json.dump(model, open(os.path.join(os.environ["BSWEEP_ARTIFACTS"], "model.json"), "w"))
json.dump({"metrics": {}}, open(os.environ["BSWEEP_RESULT"], "w"))
`;

const TRAIN_ROWS = 60;
const TEST_ROWS = 20;

/** Rows of 4 x 4 pixels, of two classes. */
function csv(rows: number, shift: number): string {
  const names = Array.from({ length: 16 }, (_, at) => `pixel${at}`);
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = row % 2;
    const pixels = names.map((_, at) =>
      at % 2 === label ? 200 : (row * 7 + at * 13 + shift) % 190,
    );
    return [label, ...pixels].join(",");
  });
  return `${["label", ...names].join(",")}\n${lines.join("\n")}\n`;
}

async function centroids(data: string): Promise<ScriptStudy> {
  const own = makeScriptStudy(
    { "script.py": CENTROIDS, "train.csv": csv(TRAIN_ROWS, 0), "test.csv": csv(TEST_ROWS, 5) },
    `objective: { metric: logLoss }
data: ${data}
trainer: { command: [python3, script.py] }
artifacts: { keep: 2 }
space: { softness: [0.5, 1, 4] }`,
  );
  for (const name of ["train", "test"]) {
    const source = { kind: "csv", csv: join(own.workspace, `${name}.csv`) } as const;
    await prepare(source, join(own.workspace, "data", name));
  }
  const { exitStatus, stderr } = await own.run("local");
  expect(exitStatus, stderr).toBe(0);
  return own;
}

async function refit(own: ScriptStudy, ...more: string[]): Promise<RefitReport> {
  const { exitStatus, stdout, stderr } = await own.run("refit", "--json", ...more);
  expect(exitStatus, stderr).toBe(0);
  return JSON.parse(stdout) as RefitReport;
}

interface Left {
  readonly rows: readonly number[];
  readonly held: number;
  readonly counts: readonly number[];
  readonly seed: string;
  readonly refit: string;
}

function openModel(own: ScriptStudy, name: string): { model: CommandModel; left: Left } {
  const folder = join(own.workspace, "models", "s", name);
  const file = join(folder, "refit.json");
  const left = JSON.parse(readFileSync(join(folder, "artifacts", "model.json"), "utf8")) as Left;
  return { model: parseCommandModel(readFileSync(file, "utf8"), file), left };
}

test("the best parameters are trained on all rows, each seed for itself, and judged on the test set", async () => {
  const own = await centroids("{ train: data/train, test: data/test }");
  const report = await refit(own, "--seeds=2");
  const [best] = [...own.results().values()].sort(
    (a, b) => (a.objective ?? 0) - (b.objective ?? 0),
  );
  const names = [1, 2].map((seed) => `trial-${best?.number}-seed-${seed}`);
  expect(readdirSync(join(own.workspace, "models", "s"))).toEqual(names);
  expect(report.models.map(({ name }) => name)).toEqual(names);
  expect(report.test).toMatchObject({ path: "data/test", rows: TEST_ROWS, deviation: 0 });
  expect(Object.keys(report.test?.metrics ?? {}).sort()).toEqual([
    "auc",
    "balancedAccuracy",
    "logLoss",
    "macroF1",
  ]);
  const opened = names.map((name) => openModel(own, name));
  for (const { model, left } of opened) {
    expect(left.rows).toEqual(Array.from({ length: TRAIN_ROWS }, (_, row) => row));
    expect([left.held, left.refit, left.counts]).toEqual([TEST_ROWS, "1", [30, 30]]);
    expect(model.params).toEqual(best?.params);
    expect(model.dataset).toMatchObject({ path: "data/train", rows: TRAIN_ROWS });
    expect(model.test?.accuracy).toBe((model.test?.correct ?? NaN) / TEST_ROWS);
    expect(model.metrics["logLoss"]).toBeCloseTo(report.test?.metrics.logLoss ?? NaN, 6);
  }
  expect(new Set(opened.map(({ left }) => left.seed)).size).toBe(2);
  const again = await refit(own, "--seeds=2");
  expect(again.models.map(({ existed }) => existed)).toEqual([true, true]);
  expect(again.test).toEqual(report.test);
  const told = await own.run("refit", "--seeds=2");
  expect(told.stdout).toContain("kept in models/s/NAME: what the command left");
  expect(told.stdout).not.toContain("next:");
  const predicted = await own.run("predict", "--csv=test.csv");
  expect(predicted.exitStatus).toBe(6);
  expect(predicted.stderr).toContain("the models of study s are a command's own");
});

test("without a test set no row is held out, and nothing need be measured", async () => {
  const own = await centroids("{ train: data/train }");
  const report = await refit(own);
  expect(report.test).toBeNull();
  const { model, left } = openModel(own, report.models[0]?.name ?? "");
  expect([left.held, left.rows.length, model.test, model.testDigest]).toEqual([
    0,
    TRAIN_ROWS,
    null,
    null,
  ]);
});

const PLAIN = `objective: { metric: acc, direction: maximize }
trainer: { command: [python3, script.py, "{{args}}"], metrics: { acc: acc }, epochs: 40 }
space: { x: [1, 2] }`;

test("a command that leaves nothing, or fails, is told, with where it wrote", async () => {
  const script = (end: string): string =>
    `import os, sys\nprint("acc=" + sys.argv[1][4:], flush=True)\nif os.environ["BSWEEP_REFIT"]: ${end}\n`;
  const own = makeScriptStudy(script("pass"), PLAIN);
  expect((await own.run("local")).exitStatus).toBe(0);
  const nothing = await own.run("refit");
  expect(nothing.exitStatus).toBe(5);
  expect(nothing.stderr).toContain("left nothing in the folder that BSWEEP_ARTIFACTS names");
  writeFileSync(join(own.workspace, "script.py"), script('sys.exit("no more room")'));
  const failed = await own.run("refit");
  expect(failed.exitStatus).toBe(5);
  expect(failed.stderr).toContain(
    "model trial-2-seed-1 was not trained: the trainer ended with exit status 1: no more room",
  );
  expect(failed.stderr).toContain("training.log");
  expect(readdirSync(join(own.workspace, "models", "s"))).toEqual([".trial-2-seed-1"]);
});

/** Counts to 40, saves each count, and goes on from it; leaves all counts it has made, and what it had left before. */
const COUNTER = `
import os, sys, time
saved = os.path.join(os.environ["BSWEEP_CHECKPOINTS"], "count")
count = int(open(saved).read()) if os.path.exists(saved) else 0
model = os.path.join(os.environ["BSWEEP_ARTIFACTS"] or os.environ["BSWEEP_SCRATCH"], "counts")
while count < 40:
    count += 1
    open(model, "a").write(f"{count}\\n")
    with open(saved + ".new", "w") as file: file.write(str(count))
    os.replace(saved + ".new", saved)
    if os.environ["BSWEEP_REFIT"]: time.sleep(0.05)
print("acc=" + sys.argv[1][4:])
`;

test("stopped and run again, it goes on from its checkpoint, with what it had left", async () => {
  const own = makeScriptStudy(COUNTER, PLAIN, "checkpoint: epoch");
  expect((await own.run("local")).exitStatus).toBe(0);
  const hidden = join(own.workspace, "models", "s", ".trial-2-seed-1");
  const run = startBsweep(["refit", own.studyFile, `--workspace=${own.workspace}`]);
  await until(() => existsSync(join(hidden, "checkpoints", "count")));
  run.kill("SIGTERM");
  await run.end.then(({ exitStatus }) => expect(exitStatus).not.toBe(0));
  expect(existsSync(join(hidden, "checkpoints", "count"))).toBe(true);
  writeFileSync(join(hidden, "artifacts", "mine"), "");
  const report = await refit(own);
  expect(report.models.map(({ name }) => name)).toEqual(["trial-2-seed-1"]);
  const counts = readFileSync(
    join(own.workspace, "models", "s", "trial-2-seed-1", "artifacts", "counts"),
    "utf8",
  );
  const numbers = counts.trim().split("\n").map(Number);
  expect(new Set(numbers)).toEqual(new Set(Array.from({ length: 40 }, (_, at) => at + 1)));
  expect(
    existsSync(join(own.workspace, "models", "s", "trial-2-seed-1", "artifacts", "mine")),
  ).toBe(true);
  const made = readdirSync(join(own.workspace, "models", "s", "trial-2-seed-1"));
  expect(made).toEqual(["artifacts", "refit.json", "training.log"]);
});

test("what was left of another training is not gone on with", async () => {
  const own = makeScriptStudy(COUNTER, PLAIN, "checkpoint: epoch");
  expect((await own.run("local")).exitStatus).toBe(0);
  const hidden = join(own.workspace, "models", "s", ".trial-2-seed-1");
  const run = startBsweep(["refit", own.studyFile, `--workspace=${own.workspace}`]);
  await until(() => existsSync(join(hidden, "checkpoints", "count")));
  run.kill("SIGKILL");
  expect((await run.end).signal).toBe("SIGKILL");
  // As an earlier version of the command would have left it.
  writeFileSync(join(hidden, "training"), "another");
  await refit(own);
  const counts = join(own.workspace, "models", "s", "trial-2-seed-1", "artifacts", "counts");
  const numbers = readFileSync(counts, "utf8").trim().split("\n").map(Number);
  expect(numbers).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
});
