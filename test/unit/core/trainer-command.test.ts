import { describe, expect, test } from "vitest";
import {
  commandEnvironment,
  fillCommand,
  fillEnvironment,
  listPlaceholders,
  preferParameters,
  type CommandValues,
} from "../../../src/core/trainer-command.ts";

const VALUES: CommandValues = {
  request: "/r/request.json",
  result: "/r/result.json",
  params: "/r/params.json",
  seed: "77",
  epochs: "3",
  threads: "2",
  data: "/d",
  holdout: "/r/holdout.json",
  rows: "/r/rows.json",
  probabilities: "/r/probabilities.bin",
  checkpoints: "",
  artifacts: "/a",
  scratch: "/s",
  workspace: "/w",
};

describe("fillCommand", () => {
  test("fills in parameters and bsweep's values; a word without its parameter is left out", () => {
    const command = ["a", "--x={{ x }}", "{{param:seed}}/{{seed}}", "--y={{y}}", "{{epochs}}"];
    expect(fillCommand({ command }, VALUES, { x: 0.1, seed: 5 })).toEqual([
      "a",
      "--x=0.1",
      "5/77",
      "3",
    ]);
  });

  test.each([
    ["{{{{", "{{"],
    ["{{{{ x }}", "{{ x }}"],
    ["{{{{{{x}}", "{{5"],
    ['{"a":{{x}}}', '{"a":5}'],
    ["{{{x}}}", "{5}"],
    ["${{{{x}} }} }}}}", "${{x}} }} }}}}"],
    ["a {{ b", "a {{ b"],
    ["{{{{param:none}}", "{{param:none}}"],
  ])("%s is %s", (word, filled) => {
    expect(fillCommand({ command: [word] }, VALUES, { x: 5 })).toEqual([filled]);
  });

  test("what stands in a value is never a placeholder", () => {
    expect(fillCommand({ command: ["{{x}}"] }, VALUES, { x: "{{seed}} {{{{ $& $1" })).toEqual([
      "{{seed}} {{{{ $& $1",
    ]);
  });
});

describe("words for all parameters", () => {
  const params = { rate: 0.1, "layer.units": 64, warm: true, seed: 5, name: "a b" };

  test("those that command and environment name are not repeated", () => {
    const command = ["train", "{{args}}", "--seed", "{{param:seed}}", "{{flag:warm}}", "{{seed}}"];
    const env = { NAME: "{{name}}" };
    expect(fillCommand({ command, env }, VALUES, params)).toEqual([
      ...["train", "--rate=0.1", "--layer.units=64", "--seed", "5", "--warm=true", "77"],
    ]);
    expect(fillCommand({ command: ["a", "{{ args }}"] }, VALUES, {})).toEqual(["a"]);
  });

  test("a parameter the trial does not have leaves its flag out, and its variable", () => {
    const setup = {
      command: ["a", "{{flag:momentum}}", "{{flag:rate}}"],
      argsStyle: { separator: "space" },
      env: { RATE: "r{{rate}}", MOMENTUM: "{{momentum}}", SEED: "{{seed}}", BOTH: "{{{{rate}}" },
    } as const;
    expect(fillCommand(setup, VALUES, params)).toEqual(["a", "--rate", "0.1"]);
    expect(fillEnvironment(setup, VALUES, params)).toEqual({
      ...{ RATE: "r0.1", SEED: "77", BOTH: "{{rate}}" },
    });
  });

  test("a parameter called args is meant by {{args}}, unless it is named otherwise too", () => {
    const { setup, preferred } = preferParameters({ command: ["{{args}}"] }, ["args"]);
    expect([setup.command, preferred]).toEqual([["{{param:args}}"], ["args"]]);
    const both = { command: ["{{args}}", "{{param:args}}"], cwd: "{{seed}}" };
    expect(preferParameters(both, ["args", "seed"])).toEqual({
      setup: { ...both, cwd: "{{param:seed}}" },
      preferred: ["seed"],
    });
  });
});

describe("preferParameters", () => {
  test("a parameter comes before bsweep's value of the same name, whether a trial has it or not", () => {
    const command = ["{{epochs}} {{ seed }} {{x}} {{threads}} {{{{epochs}}"];
    const { setup, preferred } = preferParameters({ command }, ["epochs", "seed", "x"]);
    expect(setup.command).toEqual([
      "{{param:epochs}} {{param:seed}} {{x}} {{threads}} {{{{epochs}}",
    ]);
    expect(preferred).toEqual(["epochs", "seed"]);
    expect(fillCommand(setup, VALUES, { x: 1, seed: 2 })).toEqual([]);
  });

  test("who asks for both means both", () => {
    const command = ["{{param:seed}}", "{{seed}}", "{{epochs}}"];
    expect(preferParameters({ command }, ["seed"])).toEqual({ setup: { command }, preferred: [] });
  });
});

test("placeholders are listed, doubled braces are none", () => {
  expect(listPlaceholders("{{{{a}} {{b}} {{seed}}")).toEqual([
    { text: "{{b}}", name: "b", kind: "parameter" },
    { text: "{{seed}}", name: "seed", kind: "value" },
  ]);
});

test("variables hold bsweep's own values", () => {
  expect(commandEnvironment(VALUES)).toMatchObject({ BSWEEP_SEED: "77", BSWEEP_EPOCHS: "3" });
});
