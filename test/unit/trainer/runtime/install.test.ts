import { expect, test } from "vitest";
import type { Reporter } from "../../../../src/core/effects.ts";
import { BsweepError } from "../../../../src/core/errors.ts";
import { tryInTurn } from "../../../../src/trainer/runtime/install.ts";

function recordWarnings(): { reporter: Reporter; warnings: string[] } {
  const warnings: string[] = [];
  const nothing = (): void => undefined;
  const reporter = { info: nothing, progress: nothing, endProgress: nothing };
  return { reporter: { ...reporter, warn: (line) => warnings.push(line) }, warnings };
}

test("the next source is tried after a failure, which is told", async () => {
  const { reporter, warnings } = recordWarnings();
  const tried: string[] = [];
  const attempt = (source: string): Promise<void> => {
    tried.push(source);
    return source === "second" ? Promise.resolve() : Promise.reject(new Error("no network"));
  };
  await tryInTurn(["first", "second", "third"], attempt, reporter);
  expect(tried).toEqual(["first", "second"]);
  expect(warnings).toEqual(["no network"]);
});

test("when none succeeds the first failure, with its hint, is the error", async () => {
  const { reporter, warnings } = recordWarnings();
  const attempt = (source: string): Promise<void> =>
    Promise.reject(new BsweepError("RUNTIME_MISSING", `no ${source}`, { hint: `get ${source}` }));
  await expect(tryInTurn(["a", "b"], attempt, reporter)).rejects.toMatchObject({ hint: "get a" });
  expect(warnings).toEqual(["no a", "no b"]);
});
