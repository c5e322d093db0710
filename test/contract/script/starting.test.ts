import { mkdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeScriptStudy } from "../../support/script-study.ts";

const OBJECTIVE = "objective: { metric: acc, direction: maximize }";
const METRICS = "metrics: { acc: acc }";

test("variables and folder are the study's, with the trial's values in them", async () => {
  const script = `
import json, os
names = ["MODE", "RATE", "MOMENTUM", "HALF", "BSWEEP_SEED", "HOME"]
print(json.dumps([os.getcwd(), {name: os.environ.get(name) for name in names}]))
print("acc=1")
`;
  const study = makeScriptStudy(
    { "script.py": script },
    `${OBJECTIVE}
trainer:
  command: [python3, ../script.py, "{{args}}"]
  env: { MODE: fast, RATE: "r={{rate}}", MOMENTUM: "{{momentum}}", HALF: "{{{{ {{seed}}", HOME: "{{scratch}}" }
  cwd: sub
  ${METRICS}
space: { rate: [0.5], kind: [a, b], momentum: { values: [0.9], when: { kind: b } } }`,
  );
  mkdirSync(join(study.workspace, "sub"));
  expect((await study.run("local")).exitStatus).toBe(0);
  const told = [1, 2].map((place) => {
    const folder = join(study.workspace, "jobs", "s", "round-001", "logs", "array-01");
    const line = /^\[.*\]$/m.exec(readFileSync(join(folder, `${place}.log`), "utf8"))?.[0] ?? "";
    return JSON.parse(line) as [string, Record<string, string | null>];
  });
  for (const [at, [cwd, env]] of told.entries()) {
    expect(cwd).toBe(join(realpathSync(study.workspace), "sub"));
    expect(env).toMatchObject({
      ...{ MODE: "fast", RATE: "r=0.5", MOMENTUM: [null, "0.9"][at] },
      HALF: `{{ ${env["BSWEEP_SEED"]}`,
    });
    expect(env["HOME"]).toMatch(/bsweep/);
  }
});

test("a folder that is not there is told", async () => {
  const study = makeScriptStudy(
    "",
    `${OBJECTIVE}\ntrainer: { command: [python3, script.py], cwd: gone, ${METRICS} }\nspace: { x: [1] }`,
  );
  await study.run("local");
  expect(study.results().get(1)?.failure?.message).toBe(
    `the trainer did not start: there is no folder ${study.workspace}/gone, where it is to run`,
  );
});

describe("a script that cannot start says why", () => {
  const CR = "its first line ends with CR, as files of Windows do: convert it with dos2unix";
  test.each([
    ["#!/bin/sh\r\necho acc=1\r\n", CR],
    ["#!/usr/bin/env bash\r\necho acc=1\r\n", CR],
    ["#!/opt/none/python\n", "its first line names /opt/none/python, and there is no such program"],
    [
      "#!/usr/bin/env python2.1\n",
      "its first line names python2.1 from PATH, and there is no such program",
    ],
  ])("%j", async (script, reason) => {
    const study = makeScriptStudy(
      { "train.sh": script },
      `${OBJECTIVE}\ntrainer: { command: [./train.sh, "{{args}}"], ${METRICS} }\nspace: { x: [1] }`,
    );
    await study.run("local");
    expect(study.results().get(1)?.failure).toMatchObject({
      kind: "error",
      message: `the trainer did not start: ./train.sh: ${reason}`,
    });
  });

  test("one that ends with 127 by itself has only ended", async () => {
    const study = makeScriptStudy(
      { "train.sh": "#!/usr/bin/env sh\nno-such-command\n" },
      `${OBJECTIVE}\ntrainer: { command: [./train.sh], ${METRICS} }\nspace: { x: [1] }`,
    );
    await study.run("local");
    expect(study.results().get(1)?.failure?.message).toBe("the trainer ended with exit status 127");
  });
});

test("what of a command has changed without its version is told, and what it was stands with the round", async () => {
  const trainer = `command: [python3, script.py, "{{args}}"], ${METRICS}`;
  const space = "\nspace: { x: [1] }";
  const study = makeScriptStudy("print('acc=1')", `${OBJECTIVE}\ntrainer: { ${trainer} }${space}`);
  await study.run("generate");
  const round = JSON.parse(
    readFileSync(join(study.workspace, "jobs", "s", "round-001", "round.json"), "utf8"),
  ) as { trainer: unknown };
  expect(round.trainer).toEqual({
    kind: "command",
    command: ["python3", "script.py", "{{args}}"],
    metrics: { acc: "acc" },
  });
  expect((await study.run("plan")).stderr).toBe("");
  study.write(
    `${OBJECTIVE}\ntrainer: { ${trainer.replace("acc: acc", "acc: 'acc='")}, env: { A: 1 } }${space}`,
  );
  expect((await study.run("plan")).stderr).toContain(
    "trainer.metrics, trainer.env are others than in round-001, and trainer.version is still 1",
  );
  study.write(`${OBJECTIVE}\ntrainer: { ${trainer}, env: { A: 1 }, version: 2 }${space}`);
  expect((await study.run("plan")).stderr).toBe("");
});

test("variables by which a scheduler tells an element its place are refused", async () => {
  const trainer = `{ command: [python3, script.py], env: { SLURM_PROCID: 3 }, ${METRICS} }`;
  const study = makeScriptStudy(
    "",
    `${OBJECTIVE}\ntrainer: ${trainer}\nspace: { x: [1] }\ncluster: { site: slurm }`,
  );
  expect(await study.run("plan")).toMatchObject({
    exitStatus: 3,
    stderr: expect.stringContaining(
      "trainer.env.SLURM_PROCID: found SLURM_PROCID, expected no name that begins with SLURM_",
    ) as string,
  });
});

/** Prints a value after each of its epochs that grows with x, in lines of their own, and flushes nothing. */
const EPOCHS = `
import signal, sys, time
x = float(sys.argv[1].split("=")[1])
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
for epoch in range(1, 10):
    print("Epoch", epoch)
    print(f"loss {1 / x}")
    print(f"val_acc={x * epoch}")
    time.sleep(0.15)
`;

test("steps from the output are steps for pruners, and who stops in order when asked is pruned all the same", async () => {
  const study = makeScriptStudy(
    EPOCHS,
    `objective: { metric: acc, direction: maximize, of: best }
trainer:
  command: [python3, script.py, "{{args}}"]
  metrics: { epoch: Epoch, loss: loss, acc: val_acc }
  epochs: 9
pruner: { kind: successive-halving }
space: { x: [8, 7, 9] }`,
  );
  expect((await study.run("local", "--workers=1")).exitStatus).toBe(0);
  const results = [...study.results().values()].sort((a, b) => a.number - b.number);
  expect(results.map(({ state, objective }) => [state, objective])).toEqual([
    ["complete", 72],
    ["pruned", null],
    ["complete", 81],
  ]);
  expect(results[1]).toMatchObject({
    failure: null,
    earlyEnd: { step: 1, value: 7, reason: expect.stringContaining("acc 7.00000") as string },
    history: [{ step: 1, metrics: { acc: 7, loss: 1 / 7 } }],
  });
  const log = join(study.workspace, "jobs", "s", "round-001", "logs", "array-01", "1.log");
  expect(readFileSync(log, "utf8")).not.toContain("tells no");
});
