import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TrialResult } from "../../../src/core/trial.ts";
import { leaveAtRung } from "../../../src/rounds/search/rungs.ts";
import { readRound } from "../../../src/rounds/round.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { requireHere } from "../../support/requirements.ts";
import { readResults } from "../../support/rounds.ts";
import { type Example, localArgs, makeExample, PYTHONS } from "../../support/trainer-example.ts";

const hasTorch = requireHere(["Python's torch"]);
const hasKeras = requireHere(["Python's keras"]);
const EXAMPLES = [
  ["pytorch", hasTorch],
  ["keras", hasKeras],
] as const;

const runOf =
  (example: Example) =>
  async (command: string, ...words: string[]) => {
    const { studyFile, layout } = example;
    const end = await runBsweep([command, studyFile, `--workspace=${layout.workspace}`, ...words]);
    expect(end).toMatchObject({ exitStatus: 0 });
    return end.stdout;
  };

/** The last one learns next to nothing. */
const SPACE = `space: { learningRate: [0.003, 0.0000001], batchSize: [8], dropout: [0.3] }
sampler: { kind: grid, seed: 1 }
`;
const WITH_SPACE = [/space:\n[^]*trials: 8\n/, SPACE] as const;
const WITH_PRUNER = ["# pruner:", "pruner:"] as const;
const LONGER = ["epochs: 5", "epochs: 6"] as const;

const resultOf = (example: Example, round: number) => {
  const { layout, study } = example;
  return [...readResults(join(layout.roundResults(study, round), "array-01")).values()].at(-1);
};
const measured = (result: TrialResult | undefined) => ({
  metrics: result?.metrics,
  history: result?.history.map(({ step, metrics: { loss, validationAccuracy } }) => [
    ...[step, loss, validationAccuracy],
  ]),
});

describe.each(EXAMPLES)("the example for %s, with its pruner", (name, isHere) => {
  test.runIf(isHere)(
    "leaves out a bad trial, and trains it to its end when it is promoted",
    async () => {
      const example = await makeExample(name, [WITH_SPACE, WITH_PRUNER, LONGER], 300);
      const run = runOf(example);
      await run("generate");
      await runBsweep(localArgs(example));
      expect(resultOf(example, 1)).toMatchObject({
        ...{ number: 2, state: "pruned", objective: null, metrics: {} },
        earlyEnd: { evidence: { rung: 1, rank: 2, of: 2 } },
        history: [{ step: 1 }],
      });
      expect(await run("status")).toContain("1 complete, 1 pruned");
      expect(await run("show", "2")).toMatch(
        /Why: after step 1, validationAccuracy \S+ is number 2/,
      );
      expect(await run("report")).toContain("pruned");
      expect(await run("promote", "--top", "1")).toContain("from where they were stopped");
      await runBsweep(localArgs(example));
      const promoted = resultOf(example, 2);
      expect(promoted).toMatchObject({ number: 2, attempt: 2, state: "complete" });
      expect(promoted?.history).toHaveLength(6);
      const log = join(example.layout.round(example.study, 2), "logs/array-01/1.log");
      expect(readFileSync(log, "utf8")).toMatch(/going on after [1-9]/);
      const whole = await makeExample(name, [WITH_SPACE, LONGER], 300);
      await runBsweep(localArgs(whole));
      expect(measured(promoted)).toEqual(measured(resultOf(whole, 1)));
    },
    300_000,
  );
});

/** Far more than it comes to. */
const ENDLESS = [["trials: 8", "trials: 1"], ["epochs: 5", "epochs: 10000"], WITH_PRUNER] as const;

/** Its one trial finds at the first rung what it cannot come up to. */
async function runPruned(example: Example): Promise<void> {
  const { layout, study } = example;
  await runOf(example)("generate");
  const compared = readRound(layout, study, 1)?.pruning?.within ?? "";
  leaveAtRung({ folder: layout.rungs(study), within: compared, bracket: 0, rung: 1 }, 2, -2);
  await runBsweep(localArgs(example));
  const result = resultOf(example, 1);
  const [first] = result?.history ?? [];
  expect(result).toMatchObject({ state: "pruned", earlyEnd: { evidence: { rung: 1, of: 2 } } });
  expect(first?.metrics["validationAccuracy"]).toBe(result?.earlyEnd?.value);
}

/** The study's command in that of another program, which tells how it ended. */
const within = (...words: readonly string[]) =>
  ["command: [", `command: [${words.map((word) => `${JSON.stringify(word)}, `).join("")}`] as const;
const endOf = (example: Example) => /^ended with .*$/m.exec(readFileSync(example.log, "utf8"))?.[0];

/** Runs a script that hears no SIGTERM, whatever it asks for. */
const DEAF = `
import runpy, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal = lambda *_: None
try:
    runpy.run_path(sys.argv[-1], run_name="__main__")
except SystemExit as end:
    print("ended with", end.code, flush=True)
`;

test.each(EXAMPLES.filter(([, isHere]) => isHere))(
  "the example for %s ends in order by the file alone",
  async (name) => {
    const example = await makeExample(
      name,
      [...ENDLESS, within(PYTHONS[name] ?? "", "-c", DEAF)],
      100,
    );
    await runPruned(example);
    expect(endOf(example)).toBe("ended with 75");
  },
  300_000,
);

/** It tells, and knows of nothing else. */
const BLIND = `
import json, torch
points = torch.linspace(-1, 1, 64).unsqueeze(1)
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), 0.01)
epoch = 0
while True:
    for _ in range(1000):
        optimizer.zero_grad()
        loss = (model(points) - points).square().mean()
        loss.backward()
        optimizer.step()
    epoch += 1
    print("bsweep:", json.dumps({"epoch": epoch, "validationAccuracy": 1 - loss.item()}), flush=True)
`;

/** Outlives the program, whose own SIGTERM is not caught. */
const SHELL = `trap : TERM; "$@"; echo "ended with $?"`;

test.runIf(hasTorch)(
  "a loop in PyTorch that does not look is ended by SIGTERM",
  async () => {
    const example = await makeExample(
      "pytorch",
      [...ENDLESS, within("sh", "-c", SHELL, "sh")],
      100,
    );
    writeFileSync(join(example.layout.workspace, "train.py"), BLIND);
    await runPruned(example);
    // 128 + 15
    expect(endOf(example)).toBe("ended with 143");
  },
  300_000,
);
