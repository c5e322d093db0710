import { expect, test } from "vitest";
import { failureLabel, isRetryable } from "../../../../src/app/cluster/failures.ts";
import type { Standing } from "../../../../src/core/standing.ts";

const lost = (cause: "other" | "timeout"): Standing => ({
  ...{ kind: "lost", cause, exitCode: 1, reason: "", host: "n1", complaint: null },
});

test.each<[Standing, label: string | null, retryable: boolean]>([
  [{ kind: "failed", failure: "error" }, "error", true],
  [{ kind: "failed", failure: "timeout" }, "timeout", true],
  [{ kind: "failed", failure: "missing-result" }, "missing-result", true],
  // It would diverge again.
  [{ kind: "failed", failure: "diverged" }, "diverged", false],
  [lost("other"), "lost", true],
  [lost("timeout"), "lost: timeout", true],
  [{ kind: "cancelled", reason: "TERM_OWNER", host: "" }, "cancelled", true],
  [{ kind: "missing" }, "missing", true],
  [{ kind: "complete" }, null, false],
  [{ kind: "not submitted" }, null, false],
  [{ kind: "ending" }, null, false],
  [{ kind: "unknown", reason: "" }, null, false],
  [{ kind: "running", host: "n1", seconds: 1 }, null, false],
])("what is tried again: %j", (state, label, retryable) => {
  expect([failureLabel(state), isRetryable({ state })]).toEqual([label, retryable]);
});
