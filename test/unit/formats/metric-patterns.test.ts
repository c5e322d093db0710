import { describe, expect, test } from "vitest";
import { complainOfPattern, MetricPatterns } from "../../../src/formats/metric-patterns.ts";

/** Numbers that one expression finds in a line. */
function find(pattern: string, line: string): (number | undefined)[] {
  return new MetricPatterns({ m: pattern }).find(line).map(({ number }) => number);
}

describe("an expression without a group is what stands before the number", () => {
  test.each<[string, string, number[]]>([
    ["val_acc", "loss=0.3 val_acc=0.93 lr=1", [0.93]],
    ["val_acc", '{"val_acc": 9.3e-1, "n": 3}', [0.93]],
    ["val_acc", "'val_acc': -.5", [-0.5]],
    ["val_acc", "val_acc 93.5%", [93.5]],
    ["val_acc", "val_acc\t=\t+1e+3,", [1000]],
    ["acc", "val_acc=0.9 acc=0.8", [0.8]],
    ["val_acc", "val_acc_top5=0.9, val_acc is good", []],
    ["Accuracy on test:", "Accuracy on test: 0.9", [0.9]],
    ["\\(dev\\) acc", "(dev) acc 0.5", [0.5]],
    ["loss", "loss: nan", [NaN]],
    ["loss", "loss=-inf", [-Infinity]],
    ["loss", "loss=NaN loss=2", [NaN, 2]],
    ["loss", "loss=nanny", []],
    ["acc|accuracy", "accuracy 0.5", [0.5]],
    ["Genauigkeit", "Genauigkeit\u001b[0m: \u001b[1;36m0.75\u001b[0m", [0.75]],
  ])("%s in %j", (pattern, line, numbers) => {
    expect(find(pattern, line)).toEqual(numbers);
  });
});

describe("an expression with a group is the number itself", () => {
  const own = String.raw`val_acc[=:]\s*([0-9.eE+-]+)`;

  test.each<[string, string, (number | undefined)[]]>([
    [own, "val_acc: 0.93", [0.93]],
    [own, "val_acc=1 then val_acc=2", [1, 2]],
    ["(?i)acc=(\\d+)|a:(\\d+)", "A:3 ACC=4", [3, 4]],
    ["(?P<value>[\\d.]+) percent", "3.5 percent", [3.5]],
    ["acc=(\\S+)", "acc=n/a acc=1", [undefined, 1]],
    ["acc=(\\S+)", "acc=NaN", [NaN]],
  ])("%s in %j", (pattern, line, numbers) => {
    expect(find(pattern, line)).toEqual(numbers);
  });

  test("finds what is not finite, though it was written for digits", () => {
    expect(find(own, "val_acc=nan")).toEqual([NaN]);
    expect(find(own, "val_acc: -inf loss=1")).toEqual([-Infinity]);
    expect(find(own, "nan but val_acc: 0.5")).toEqual([0.5]);
  });
});

test("what cannot be used is told", () => {
  expect(complainOfPattern("acc=(\\d+)")).toBeUndefined();
  expect(complainOfPattern("acc(")).toBe(
    "a regular expression as RE2 takes it (missing closing ): `acc(`)",
  );
  expect(complainOfPattern("(?=x)y")).toMatch(/invalid or unsupported Perl syntax: `\(\?=`/);
  expect(complainOfPattern("(a{0,900})*x")).toMatch(/at most 1000 instructions, and this one has/);
  expect(complainOfPattern("a)(b")).toMatch(/RE2 takes it/);
});

test("the longest lines are searched in short, whatever the expression", () => {
  const evil = ["(a+)+$", "((a?){100})*b", "(a|aa)+=(\\d+)", "a.*b|a", "(.*)*x"];
  for (const pattern of evil) {
    expect(complainOfPattern(pattern)).toBeUndefined();
    // Other engines take longer for forty letters than anyone lives.
    find(pattern, `${"a".repeat(65_000)}!`);
  }
  expect(find("x", `${"-".repeat(5000)} x=1`)).toEqual([]);
  expect(find("x", "x=1 ".repeat(1000))).toHaveLength(100);
});
