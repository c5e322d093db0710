import { describe, expect, test } from "vitest";
import type { ElementStatus } from "../../../src/core/element-status.ts";
import {
  type CountedResult,
  decideStanding,
  LIVELY_KINDS,
  type OpenElement,
  type Standing,
} from "../../../src/core/standing.ts";

const NOW = new Date("2026-11-27T12:00:00Z");
const GRACE = 900;

const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1000);

function status(changes: Partial<ElementStatus>): ElementStatus {
  return {
    ...{ job: "8", index: 3, jobName: "digits", state: "running", cause: null, exitCode: null },
    ...{ reason: "", host: "n1", runSeconds: 60, maxMemoryMiB: null, finishedAt: null },
    started: true,
    ...changes,
  };
}

function open(element: OpenElement["element"], changes: Partial<OpenElement> = {}): OpenElement {
  return {
    ...{ attempt: 1, element, taken: null, lastSign: null, resultGraceSeconds: GRACE },
    ...{ memoryMiB: 4096, complaint: null, submitter: "anna" },
    ...changes,
  };
}

const failed = (attempt: number): CountedResult => ({ state: "failed", failure: "error", attempt });
const decide = (result: CountedResult | null, ...elements: OpenElement[]): Standing =>
  decideStanding(result, elements, NOW);

const EXITED = { state: "exited", cause: "other", finishedAt: ago(GRACE + 1) } as const;

describe("one element without a result", () => {
  test.each<[string, OpenElement, Standing]>([
    ["no job", open("not submitted"), { kind: "not submitted" }],
    [
      "a job that may be",
      open("in doubt"),
      { kind: "unknown", reason: expect.anything() as string },
    ],
    ["no word", open("unknown"), { kind: "unknown", reason: expect.anything() as string }],
    [
      "pending",
      open(status({ state: "pending", reason: "Priority" })),
      { kind: "waiting", reason: "Priority" },
    ],
    [
      "held",
      open(status({ state: "held", reason: "JobHeldUser" })),
      { kind: "held", reason: "JobHeldUser" },
    ],
    ["running", open(status({})), { kind: "running", host: "n1", seconds: 60 }],
    ["suspended", open(status({ state: "suspended" })), { kind: "suspended", reason: "" }],
    [
      "UNKWN",
      open(status({ state: "unknown" })),
      { kind: "unknown", reason: "the scheduler itself cannot tell" },
    ],
    [
      "a pool that has come to it",
      open(status({ index: 0 }), { taken: true }),
      { kind: "running", host: "n1", seconds: 60 },
    ],
    [
      "a pool that has not",
      open(status({ index: 0 }), { taken: false }),
      { kind: "waiting", reason: "its pool has not come to it yet" },
    ],
    ["just ended", open(status({ ...EXITED, finishedAt: ago(GRACE) })), { kind: "ending" }],
    ["just done", open(status({ state: "done", finishedAt: ago(1) })), { kind: "ending" }],
    [
      "ended at an unknown time, with a log of just now",
      open(status({ ...EXITED, finishedAt: null }), { lastSign: ago(10) }),
      { kind: "ending" },
    ],
    [
      "ended long ago",
      open(status({ ...EXITED, exitCode: 1, reason: "FAILED" })),
      { kind: "lost", cause: "other", exitCode: 1, reason: "FAILED", host: "n1", complaint: null },
    ],
    [
      "done long ago: absence is no success",
      open(status({ state: "done", finishedAt: ago(GRACE + 1) })),
      { kind: "lost", cause: "other", exitCode: 0, reason: "", host: "n1", complaint: null },
    ],
    [
      "ended by a limit",
      open(status({ ...EXITED, cause: "timeout", exitCode: 140 })),
      { kind: "lost", cause: "timeout", exitCode: 140, reason: "", host: "n1", complaint: null },
    ],
    [
      "killed with its memory full",
      open(status({ ...EXITED, exitCode: 137, maxMemoryMiB: 4000 })),
      {
        kind: "lost",
        cause: "out-of-memory",
        exitCode: 137,
        reason: "",
        host: "n1",
        complaint: null,
      },
    ],
    [
      "killed with memory to spare",
      open(status({ ...EXITED, exitCode: 137, maxMemoryMiB: 2000 })),
      { kind: "lost", cause: "other", exitCode: 137, reason: "", host: "n1", complaint: null },
    ],
    [
      "just ended, and never started: no file can come",
      open(status({ ...EXITED, finishedAt: ago(1), started: false, host: "", reason: "FAILED" })),
      { kind: "lost", cause: "other", exitCode: null, reason: "FAILED", host: "", complaint: null },
    ],
    [
      "just ended by a person",
      open(status({ ...EXITED, cause: "killed", finishedAt: ago(1), reason: "TERM_OWNER" })),
      { kind: "cancelled", reason: "TERM_OWNER", host: "n1" },
    ],
    [
      "just ended, and said itself why",
      open(status({ ...EXITED, exitCode: 4, finishedAt: ago(1) }), { complaint: "[STORAGE] full" }),
      {
        ...{ kind: "lost", cause: "other", exitCode: 4, reason: "", host: "n1" },
        complaint: "[STORAGE] full",
      },
    ],
    [
      "killed at once, with the trainer's complaint as its last word",
      open(status({ ...EXITED, exitCode: 137, finishedAt: ago(1) }), { complaint: "no memory" }),
      { kind: "ending" },
    ],
    [
      "somebody else's, which is not shown",
      open("hidden", { lastSign: ago(5000) }),
      { kind: "unknown", reason: "anna submitted it, and the scheduler does not show it to you" },
    ],
    [
      "forgotten, after it said why it ended",
      open("forgotten", { lastSign: ago(60), complaint: "[STORAGE] full" }),
      { kind: "missing" },
    ],
    ["forgotten", open("forgotten"), { kind: "missing" }],
    ["forgotten, with an old log", open("forgotten", { lastSign: ago(901) }), { kind: "missing" }],
    ["forgotten, with a fresh log", open("forgotten", { lastSign: ago(60) }), { kind: "ending" }],
  ])("%s", (_, element, state) => {
    expect(decide(null, element)).toEqual(state);
  });
});

describe("files decide", () => {
  test("a complete result is complete, whatever the scheduler says", () => {
    for (const element of ["forgotten", "unknown", status({}), status(EXITED)] as const)
      expect(decide({ state: "complete", attempt: 1 }, open(element))).toEqual({
        kind: "complete",
      });
  });

  test("a failed one is failed", () => {
    expect(decide(failed(1))).toEqual({ kind: "failed", failure: "error" });
  });

  test("no word of the scheduler makes a trial complete or failed", () => {
    const states = [
      "pending",
      "held",
      "running",
      "suspended",
      "done",
      "exited",
      "unknown",
    ] as const;
    const kinds = states.map((state) => decide(null, open(status({ state }))).kind);
    expect(kinds).not.toContain("complete");
    expect(kinds).not.toContain("failed");
  });
});

describe("several elements of one trial", () => {
  const kind = (...args: Parameters<typeof decide>) => decide(...args).kind;
  const waiting = status({ state: "pending" });

  test("the canary runs it, the array waits", () => {
    expect(kind(null, open(status({})), open(waiting))).toBe("running");
    expect(kind(null, open(waiting), open(status({})))).toBe("running");
  });

  test("the canary is lost, the array will run it", () => {
    expect(kind(null, open(status(EXITED)), open(waiting))).toBe("waiting");
    expect(kind(null, open(status(EXITED)), open("not submitted"))).toBe("not submitted");
  });

  test("a retry counts as soon as it is planned", () => {
    expect(kind(failed(1), open("not submitted", { attempt: 2 }))).toBe("not submitted");
    expect(kind(failed(1), open(waiting, { attempt: 2 }))).toBe("waiting");
    expect(kind(failed(1), open("forgotten", { attempt: 2 }))).toBe("missing");
    expect(kind(null, open(status(EXITED)), open("not submitted", { attempt: 2 }))).toBe(
      "not submitted",
    );
  });

  test("the canary is lost, and the array was cancelled for it", () => {
    const cancelled = status({ ...EXITED, cause: "killed", started: false });
    expect(kind(null, open(status(EXITED)), open(cancelled))).toBe("lost");
    expect(kind(failed(1), open(cancelled, { attempt: 2 }))).toBe("cancelled");
  });

  test("what was lost before the last result is history", () => {
    expect(kind(failed(2), open(status(EXITED)))).toBe("failed");
    expect(kind(failed(2), open("forgotten"))).toBe("failed");
  });

  test("an earlier attempt that may be alive is not", () => {
    expect(kind(failed(2), open("unknown"))).toBe("unknown");
    expect(kind(null, open(status({})), open("forgotten", { attempt: 2 }))).toBe("running");
  });
});

test("what may be alive", () => {
  expect([...LIVELY_KINDS].sort()).toEqual(
    ["ending", "held", "running", "suspended", "unknown", "waiting"].sort(),
  );
});
