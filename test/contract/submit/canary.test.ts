import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JobRecord } from "../../support/lsf/records.ts";
import { useLsf } from "../../support/lsf/suite.ts";
import { GOOD, makeSubmittableRound } from "../../support/submitted-round.ts";

const statesOf = (job: JobRecord | undefined): string[] =>
  (job?.elements ?? []).map(({ state }) => state);

describe("the canary", () => {
  const lsf = useLsf({ mode: "process" });

  /** What holds a trial up until the file `gate` is there. */
  function makeGate(): { gate: string; gated: string } {
    const gate = join(lsf().folder, "gate");
    return { gate, gated: `until [ -e ${gate} ]; do sleep 0.05; done` };
  }

  test("runs the first trial alone; the arrays wait, and find its result", async () => {
    const { gate, gated } = makeGate();
    const trials = [`${gated}; ${GOOD}`, GOOD, GOOD];
    const round = await makeSubmittableRound(lsf(), { trials });
    const { status, stderr, stdout } = round.submit();
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toContain("array-00: job 1000, 1 element\n");
    const [canary, ...arrays] = await lsf().jobs();
    expect(canary?.options["-w"]).toBeUndefined();
    for (const { options } of arrays) {
      expect(options["-w"]).toBe(`done(${canary?.id})`);
      expect(options).toHaveProperty("-ti");
    }
    writeFileSync(gate, "");
    await lsf().untilEnded();
    const resultsIn = (array: string): string[] =>
      readdirSync(join(round.results, array)).filter((name) => name.endsWith(".json"));
    expect(resultsIn("array-00")).toHaveLength(1);
    // Its trial's element ends without a result of its own.
    expect(resultsIn("array-01")).toHaveLength(1);
    expect(readFileSync(join(round.folder, "logs", "array-01", "1.log"), "utf8")).toContain(
      "has a valid result already",
    );
  });

  test("that fails ends the arrays before they start, and no further one is submitted", async () => {
    const { gate, gated } = makeGate();
    const trials = [`${gated}; exit 3`, GOOD, GOOD, GOOD];
    const round = await makeSubmittableRound(lsf(), { trials });
    const refused = "No room today. Job not submitted.";
    await lsf().inject({ kind: "refused", command: "bsub", call: 3, text: refused });
    expect(round.submit().status).toBe(4);
    writeFileSync(gate, "");
    const [canary, array] = await lsf().untilEnded();
    expect(statesOf(canary)).toEqual(["EXIT"]);
    expect(canary?.elements[0]?.exitCode).toBe(1);
    expect(statesOf(array)).toEqual(["EXIT", "EXIT"]);
    expect(array?.elements.map(({ starts }) => starts)).toEqual([0, 0]);

    const again = round.submit();
    expect(again.status).toBe(4);
    expect(again.stderr).toContain("the canary failed, so would the others");
    expect(await lsf().jobs()).toHaveLength(2);
    expect(round.submit(["--no-canary"])).toMatchObject({ status: 0, stderr: "" });
    expect(await lsf().jobs()).toHaveLength(3);
  });

  test("that diverged holds nothing up", async () => {
    const diverged = `echo '{"metrics":{"score":NaN}}' > "$1"`;
    const round = await makeSubmittableRound(lsf(), { trials: [diverged, GOOD, GOOD] });
    expect(round.submit().status).toBe(0);
    const jobs = await lsf().untilEnded();
    expect(jobs.flatMap(statesOf)).toEqual(["DONE", "DONE", "DONE", "DONE"]);
  });

  test("is no condition once its result is there, though LSF has forgotten its job", async () => {
    const round = await makeSubmittableRound(lsf(), { trials: [GOOD, GOOD] });
    const refused = "No room today. Job not submitted.";
    await lsf().inject({ kind: "refused", command: "bsub", call: 2, text: refused });
    expect(round.submit().status).toBe(4);
    await lsf().untilEnded();
    await lsf().forget(1000);
    expect(round.submit().status).toBe(0);
    const [array] = await lsf().jobs();
    expect(array?.options["-w"]).toBeUndefined();
  });

  test("that LSF has forgotten without a result is a question", async () => {
    const round = await makeSubmittableRound(lsf(), { trials: ["sleep 60", GOOD] });
    const refused = "No room today. Job not submitted.";
    await lsf().inject({ kind: "refused", command: "bsub", call: 2, text: refused });
    expect(round.submit().status).toBe(4);
    await lsf().forget(1000);
    const asked = round.submit();
    expect(asked.status).toBe(4);
    expect(asked.stderr).toContain("the canary's job 1000 has ended, and its result is not there");
    expect(await lsf().jobs()).toEqual([]);
  });

  test("is left out by --no-canary", async () => {
    const round = await makeSubmittableRound(lsf());
    expect(round.submit(["--no-canary"]).status).toBe(0);
    const jobs = await lsf().untilEnded();
    expect(jobs.map(({ name }) => name)).toEqual(
      [1, 2, 3].map((array) => `s-r001-a0${array}-0a1b2c3d`),
    );
    expect(readdirSync(join(round.results, "array-01"))).toHaveLength(2);
  });
});
