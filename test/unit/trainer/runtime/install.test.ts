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

test("the next source is tried after a failure, which is told with what would mend it", async () => {
  const { reporter, warnings } = recordWarnings();
  const tried: string[] = [];
  const attempt = (source: string): Promise<void> => {
    tried.push(source);
    return source === "second"
      ? Promise.resolve()
      : Promise.reject(new BsweepError("RUNTIME_MISSING", "no network", { hint: "plug it in" }));
  };
  await tryInTurn(["first", "second", "third"], attempt, reporter);
  expect(tried).toEqual(["first", "second"]);
  expect(warnings).toEqual(["no network", "plug it in"]);
});

test("when none succeeds the last failure is the error", async () => {
  const { reporter } = recordWarnings();
  const attempt = (source: string): Promise<void> => Promise.reject(new Error(`no ${source}`));
  await expect(tryInTurn(["a", "b"], attempt, reporter)).rejects.toThrow("no b");
});
