import { describe, expect, test } from "vitest";
import {
  commandEnvironment,
  fillCommand,
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
  scratch: "/s",
};

describe("fillCommand", () => {
  test("fills in parameters and bsweep's values; a word without its parameter is left out", () => {
    const command = ["a", "--x={{ x }}", "{{param:seed}}/{{seed}}", "--y={{y}}", "{{epochs}}"];
    expect(fillCommand(command, VALUES, { x: 0.1, seed: 5 })).toEqual([
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
    expect(fillCommand([word], VALUES, { x: 5 })).toEqual([filled]);
  });

  test("what stands in a value is never a placeholder", () => {
    expect(fillCommand(["{{x}}"], VALUES, { x: "{{seed}} {{{{ $& $1" })).toEqual([
      "{{seed}} {{{{ $& $1",
    ]);
  });
});

describe("preferParameters", () => {
  test("a parameter comes before bsweep's value of the same name, whether a trial has it or not", () => {
    const command = ["{{epochs}} {{ seed }} {{x}} {{threads}} {{{{epochs}}"];
    const { command: kept, preferred } = preferParameters(command, ["epochs", "seed", "x"]);
    expect(kept).toEqual(["{{param:epochs}} {{param:seed}} {{x}} {{threads}} {{{{epochs}}"]);
    expect(preferred).toEqual(["epochs", "seed"]);
    expect(fillCommand(kept, VALUES, { x: 1, seed: 2 })).toEqual([]);
  });

  test("who asks for both means both", () => {
    const command = ["{{param:seed}}", "{{seed}}", "{{epochs}}"];
    expect(preferParameters(command, ["seed"])).toEqual({ command, preferred: [] });
  });
});

test("placeholders are listed, doubled braces are none", () => {
  expect(listPlaceholders("{{{{a}} {{b}} {{seed}}")).toEqual([
    { text: "{{b}}", name: "b", isParameter: true },
    { text: "{{seed}}", name: "seed", isParameter: false },
  ]);
});

test("variables hold bsweep's own values", () => {
  expect(commandEnvironment(VALUES)).toMatchObject({ BSWEEP_SEED: "77", BSWEEP_EPOCHS: "3" });
});
