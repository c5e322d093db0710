import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeScriptStudy } from "../../support/script-study.ts";

const OBJECTIVE = "objective: { metric: acc, direction: maximize }";
const COMMAND = 'command: [python3, script.py, "{{args}}"]';

/** Prints its lines, which stand in a parameter, to stdout and, after a `!`, to stderr. */
const PRINTER = `
import sys
for line in sys.argv[1].split("=", 1)[1].split(";"):
    print(line.lstrip("!"), file=sys.stderr if line.startswith("!") else sys.stdout, flush=True)
`;

/** What becomes of a script that prints these lines. */
async function runPrinter(lines: string, trainer: string, objective = OBJECTIVE) {
  const study = makeScriptStudy(
    PRINTER,
    `${objective}\ntrainer: { ${COMMAND}, ${trainer} }\nspace: { lines: [${JSON.stringify(lines)}] }`,
  );
  const { exitStatus, stdout, stderr } = await study.run("local");
  expect(exitStatus, stdout + stderr).toBeLessThan(2);
  const result = study.results().get(1);
  if (result === undefined) throw new Error("no result");
  const { state, objective: value, metrics, failure, warnings } = result;
  const steps = result.history.map(({ step, metrics: told }) => [step, told]);
  return { state, value, metrics, failure, warnings, steps };
}

test("each line that tells a metric is a step, of stdout and stderr, and the last one is final", async () => {
  const lines = "!acc=0.1; loss: 3;nothing;!\u001b[1macc\u001b[0m=0.3; loss: 2 acc;!acc=0.2;done";
  expect(await runPrinter(lines, "metrics: { acc: acc, loss: 'loss: ([0-9]+)' }")).toEqual({
    ...{ state: "complete", value: 0.2, metrics: { acc: 0.2, loss: 2 } },
    steps: [
      [1, { acc: 0.1, loss: 3 }],
      [2, { acc: 0.3, loss: 2 }],
      [3, { acc: 0.2 }],
    ],
    ...{ failure: null, warnings: [] },
  });
});

test("steps have the numbers that the output tells, and lines of bsweep's own form are steps too", async () => {
  const lines = 'acc=0;Epoch 5;acc=0.1;Epoch 7/9 acc=0.3;bsweep: {"epoch": 8, "acc": 0.9}';
  const { value, steps } = await runPrinter(lines, "metrics: { acc: acc, epoch: Epoch }");
  expect(value).toBe(0.3);
  expect(steps).toEqual([
    [1, { acc: 0 }],
    [5, { acc: 0.1 }],
    [7, { acc: 0.3 }],
    [8, { acc: 0.9 }],
  ]);
});

test("of best: the best step counts, and the last stays a metric", async () => {
  const best = "objective: { metric: acc, direction: maximize, of: best }";
  expect(await runPrinter("acc=0.1;acc=0.5;acc=0.2", "metrics: { acc: acc }", best)).toMatchObject({
    value: 0.5,
    metrics: { acc: 0.2, "acc.max": 0.5 },
  });
  const least = best.replace("maximize", "minimize");
  expect(await runPrinter("acc=3;acc=1;acc=nan", "metrics: { acc: acc }", least)).toMatchObject({
    ...{ state: "complete", value: 1, metrics: { "acc.min": 1 } },
    warnings: [
      "not finite, so left out: history: acc",
      "its last value is not finite, the best of its steps counts: acc.min",
    ],
  });
});

test.each(["acc", "acc[=:]\\s*([0-9.eE+-]+)"])(
  "a last value that is not finite has diverged, also where %s looks for digits",
  async (pattern) => {
    const metrics = `metrics: { acc: '${pattern}' }`;
    expect(await runPrinter("acc=0.1;acc=nan", metrics)).toMatchObject({
      value: null,
      failure: {
        kind: "diverged",
        message: "the trainer reported a acc that is not finite: NaN",
      },
    });
  },
);

test("without a match the trial fails, and says what was looked for and what was there", async () => {
  const lines = "acc 0.5;!half of it;accuracy=0.5;the end";
  const { failure } = await runPrinter(lines, "metrics: { acc: 'acc=(\\d+)' }");
  expect(failure).toMatchObject({
    kind: "missing-result",
    message:
      "no line of its output matches trainer.metrics.acc, acc=(\\d+) (`bsweep logs STUDY TRIAL` shows all that it wrote)",
  });
  // Two pipes have no order between them.
  expect(failure?.stderrTail?.split("\n").sort()).toEqual([
    ...["acc 0.5", "accuracy=0.5", "half of it", "the end"],
  ]);
  expect((await runPrinter("acc=1;loss=2", "metrics: { loss: loss }")).failure?.message).toContain(
    "the trainer told no acc, which is the study's objective, but loss",
  );
  const { warnings } = await runPrinter("acc=1", "metrics: { acc: acc, loss: loss }");
  expect(warnings).toEqual(["trainer.metrics found in no line of the output: loss"]);
});

test("a script that fails has failed, whatever it printed", async () => {
  const study = makeScriptStudy(
    "print('acc=1'); raise SystemExit('no good')",
    `${OBJECTIVE}\ntrainer: { ${COMMAND}, metrics: { acc: acc } }\nspace: { x: [1] }`,
  );
  await study.run("local");
  expect(study.results().get(1)?.failure).toEqual({
    kind: "error",
    message: "the trainer ended with exit status 1",
    stderrTail: "no good",
  });
});

test("what a report says counts before what the output does, and steps of both are kept", async () => {
  const study = makeScriptStudy(
    `import json, os
print("acc=0.1 f1=0.3"); print("acc=0.2")
report = {"metrics": {"acc": 0.9}, "history": [{"step": 2, "acc": 0.8}, {"step": 3, "acc": 0.7}]}
json.dump(report, open(os.environ["BSWEEP_RESULT"], "w"))`,
    `${OBJECTIVE.replace("}", ", of: best }")}\ntrainer: { ${COMMAND}, metrics: { acc: acc, f1: f1 } }\nspace: { x: [1] }`,
  );
  await study.run("local");
  expect(study.results().get(1)).toMatchObject({
    ...{ objective: 0.9, metrics: { acc: 0.9, f1: 0.3, "acc.max": 0.9 } },
    history: [
      { step: 1, metrics: { acc: 0.1, f1: 0.3 } },
      { step: 2, metrics: { acc: 0.8 } },
      { step: 3, metrics: { acc: 0.7 } },
    ],
  });
});

test("an expression that would keep others busy for ever keeps nobody", async () => {
  const study = makeScriptStudy(
    "for i in range(40): print('a' * 60000 + '!')\nprint('acc=1')",
    `${OBJECTIVE}\ntrainer: { ${COMMAND}, metrics: { acc: acc, evil: '(a|aa|a?a)+$', slow: '((a?){100})*b' } }\nspace: { x: [1] }`,
  );
  await study.run("local");
  expect(study.results().get(1)).toMatchObject({ state: "complete", objective: 1 });
}, 120_000);

/** Writes files into the folder it stands in, and prints as well. */
const WRITER = `
import os, sys
os.makedirs("out", exist_ok=True)
open("out/metrics.json", "w").write('{"acc": 0.5, "loss": [3, 2]}')
open("out/metrics.csv", "w").write("epoch,acc\\n1,0.1\\n2,0.7\\n")
os.symlink("/etc/hostname", "out/link.csv")
print("acc=0.2")
`;

async function runWriter(metricsFile: string, more = "") {
  const words = `[python3, "{{workspace}}/script.py", "{{args}}"]`;
  const study = makeScriptStudy(
    WRITER,
    `${OBJECTIVE}\ntrainer: { command: ${words}, cwd: "{{scratch}}", metricsFile: ${metricsFile}${more} }\nspace: { x: [1, 2] }`,
  );
  await study.run("local");
  return study.results().get(2);
}

test("a file that the script writes into its own folder is read: JSON, a table", async () => {
  expect(await runWriter("out/metrics.json")).toMatchObject({
    ...{ objective: 0.5, metrics: { acc: 0.5, loss: 2 } },
    history: [
      { step: 1, metrics: { loss: 3 } },
      { step: 2, metrics: { loss: 2 } },
    ],
  });
  // What the file says counts, and what it does not say may stand in the output.
  expect(await runWriter("out/metrics.csv", ", metrics: { acc: acc }")).toMatchObject({
    ...{ objective: 0.7, metrics: { acc: 0.7 } },
    history: [
      { step: 1, metrics: { acc: 0.1 } },
      { step: 2, metrics: { acc: 0.7 } },
    ],
  });
});

/** Reads and imports what stands beside it, and writes where it always writes. */
const NEIGHBOUR = `
import json, os, sys, time, helper
x = int(sys.argv[1].split("=")[1])
assert open("data/in.txt").read() == "7" and open("../top.txt").read() == "t"
assert os.listdir("out") == []
json.dump({"acc": x + helper.ONE}, open("out/metrics.json", "w"))
open("log.txt", "a").write("x")
time.sleep(0.3)
`;

test("a script that writes to its own output folder is swept as it is, trials side by side", async () => {
  const study = makeScriptStudy(
    {
      ...{ "app/script.py": NEIGHBOUR, "app/helper.py": "ONE = 1", "app/data/in.txt": "7" },
      ...{ "top.txt": "t", "app/out/metrics.json": '{"acc": 99}', "app/out/old.pt": "w" },
    },
    `${OBJECTIVE}\ntrainer: { ${COMMAND}, cwd: app, metricsFile: out/metrics.json }\nspace: { x: [1, 2, 3, 4, 5, 6] }`,
  );
  const plan = await study.run("plan");
  expect(plan.stderr).toContain("each trial runs in a folder of its own, in which out is its own");
  const { exitStatus, stdout, stderr } = await study.run("local", "--workers=3");
  expect(exitStatus, stdout + stderr).toBe(0);
  // It has no epochs of bsweep's, and a column of ones would mean nothing.
  expect((await study.run("report", "--details")).stdout).not.toContain("epochs");
  const values = [...study.results().values()].map(({ params, objective }) => [
    params["x"],
    objective,
  ]);
  expect(values.sort()).toEqual([1, 2, 3, 4, 5, 6].map((x) => [x, x + 1]));
  expect(readdirSync(join(study.workspace, "app")).sort()).toEqual(
    ["__pycache__", "data", "helper.py", "out", "script.py"].filter(
      (name) => name !== "__pycache__" || existsSync(join(study.workspace, "app", name)),
    ),
  );
  expect(readdirSync(join(study.workspace, "app/out")).sort()).toEqual(["metrics.json", "old.pt"]);
});

test("an old file of the workspace is no trial's, and one that was written elsewhere is told", async () => {
  const study = makeScriptStudy(
    {
      "script.py":
        "import os; open(os.path.join(os.path.dirname(os.path.realpath(__file__)), 'm.json'), 'w').write('{\"acc\": 1}')",
      "m.json": '{"acc": 2}',
    },
    `${OBJECTIVE}\ntrainer: { ${COMMAND}, metricsFile: m.json }\nspace: { x: [1] }`,
  );
  await study.run("local");
  expect(study.results().get(1)?.failure).toMatchObject({
    kind: "missing-result",
    message: expect.stringContaining(
      "m.json, was not written where the trial ran, a folder of its own with links",
    ) as string,
  });
});

test.each([
  ["out/none.json", "trainer.metricsFile, out/none.json, was not written"],
  ["out/link.csv", "trainer.metricsFile, out/link.csv, cannot be read: ELOOP"],
])("a file that cannot be used fails the trial: %s", async (file, message) => {
  const failure = (await runWriter(file))?.failure;
  expect(failure?.kind).toBe("missing-result");
  expect(failure?.message).toContain(message);
});
