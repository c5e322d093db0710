import { describe, expect, test } from "vitest";
import { useLsf } from "../../support/lsf/suite.ts";
import { makeSubmittableRound } from "../../support/submitted-round.ts";

const names = (jobs: readonly { readonly name: string }[]): string[] =>
  jobs.map(({ name }) => name.replace(/^s-r001-(a\d+)-.*/, "$1"));

describe("waves, by the study's own limit", () => {
  const lsf = useLsf({ mode: "hold" });

  test("each run submits what the queue has room for, and says how to go on", async () => {
    const round = await makeSubmittableRound(lsf(), { cluster: "maxPendingElements: 3" });
    const first = round.submit();
    expect(first.status).toBe(75);
    expect(first.stdout).toContain("3 elements of yours in the queue: with 2 more there would be");
    expect(first.stdout).toMatch(/^\*\/10 \* \* \* \* bash .*submit\.sh --quiet$/m);
    expect(names(await lsf().jobs())).toEqual(["a00", "a01"]);

    // From cron, with nothing to tell.
    expect(round.submit(["--quiet"])).toMatchObject({ status: 75, stdout: "", stderr: "" });
    for (const index of [1, 2]) await lsf().force(1001, index, { state: "DONE" });
    const news = round.submit(["--quiet"]);
    expect(news).toMatchObject({ status: 75, stdout: "array-02: job 1002, 2 elements\n" });
    for (const index of [1, 2]) await lsf().force(1002, index, { state: "DONE" });
    expect(round.submit().status).toBe(0);
    expect(names(await lsf().jobs())).toEqual(["a00", "a01", "a02", "a03"]);
  });

  test("an array larger than the limit goes alone, not never", async () => {
    const round = await makeSubmittableRound(lsf(), { cluster: "maxPendingElements: 1" });
    expect(round.submit(["--no-canary"]).status).toBe(75);
    expect(names(await lsf().jobs())).toEqual(["a01"]);
  });
});

describe.each(["taken", "refused"] as const)("waves, by MAX_PEND_JOBS, which is %s", (crossing) => {
  const lsf = useLsf({
    mode: "hold",
    maxPendingJobs: 3,
    variants: { crossingThreshold: crossing },
  });

  test("a full queue is waited for, and no array comes twice", async () => {
    const round = await makeSubmittableRound(lsf());
    const first = round.submit();
    expect(first.stderr).toBe("");
    expect(first.status).toBe(75);
    expect(first.stdout).toContain(
      "LSF takes no more for now: Pending job threshold reached (MAX_PEND_JOBS",
    );
    for (;;) {
      const jobs = await lsf().jobs();
      for (const { id, elements } of jobs)
        for (const { index, state } of elements)
          if (state === "PEND") await lsf().force(id, index, { state: "DONE" });
      const { status } = round.submit();
      if (status === 0) break;
      expect(status).toBe(75);
    }
    expect(names(await lsf().jobs())).toEqual(["a00", "a01", "a02", "a03"]);
  });
});

describe("an array that no queue would take", () => {
  const lsf = useLsf({
    mode: "hold",
    maxPendingJobs: 1,
    variants: { crossingThreshold: "refused" },
  });

  test("is told, instead of waiting for ever", async () => {
    const round = await makeSubmittableRound(lsf());
    const { status, stderr } = round.submit(["--no-canary"]);
    expect(status).toBe(4);
    expect(stderr).toContain("LSF never takes 2 elements at once");
    expect(stderr).toContain("maxArraySize");
  });
});
