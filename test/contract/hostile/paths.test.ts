import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectResults } from "../../../src/app/collect/collect.ts";
import { BsweepError } from "../../../src/core/errors.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { CONTROLS, HOSTILE_NAMES, Trap } from "../../support/hostile.ts";
import { runInterrupted } from "../../support/interruptions/interrupt.ts";
import { startLsf, type Lsf } from "../../support/lsf/lsf.ts";
import type { JobRecord } from "../../support/lsf/records.ts";
import { errorOf, recordEffects } from "../../support/prepare.ts";
import { GOOD, makeSubmittableRound } from "../../support/submitted-round.ts";

/** The strict LSF of the tests, its elements processes of this machine. */
let lsf: Lsf;
beforeAll(async () => {
  lsf = await startLsf({ mode: "process" });
});
afterAll(() => lsf.stop());

const makeRound = (workspace: string, number: number) =>
  makeSubmittableRound(lsf, {
    workspace,
    nonce: (0xb0000000 + number).toString(16),
    trials: [GOOD, GOOD],
    cluster: `jobGroup: /me/g${number}`,
  });

describe("a workspace of a hostile name", () => {
  test("is carried through submit.sh, job files, elements and collect, and nothing of it is obeyed", async () => {
    const trap = new Trap();
    const limit = pLimit(3);
    const live = async (name: string, number: number): Promise<void> => {
      const round = await makeRound(name, number);
      const nonce = (0xb0000000 + number).toString(16);
      const environment = lsf.environment({ PWD: trap.folder, BSWEEP: builtProgram("main.js") });
      const script = join(round.folder, "submit.sh");
      const submitted = await runInterrupted(["bash", script], environment, null);
      expect([name, submitted]).toMatchObject([name, { status: 0, stderr: "" }]);
      const ours = (jobs: readonly JobRecord[]) => jobs.filter((job) => job.name.endsWith(nonce));
      const jobs = ours(
        await lsf.until((all) =>
          ours(all).every((job) => job.elements.every(({ state }) => /DONE|EXIT/.test(state))),
        ),
      );
      expect([name, jobs.map(({ queue }) => queue)]).toEqual([name, ["general", "general"]]);
      expect([name, jobs.flatMap((job) => job.elements.map(({ state }) => state))]).toEqual([
        name,
        ["DONE", "DONE", "DONE"],
      ]);
      const log = readFileSync(join(round.folder, "logs", "array-01", "2.log"), "utf8");
      expect(log).toContain("complete");
      // LSF's own output lies beside it, under the very path of the directive.
      expect(readdirSync(join(round.folder, "logs", "array-01"))).toHaveLength(4);
      const { added } = await collectResults({ study: "s", layout: round.layout }, recordEffects());
      expect([name, added]).toMatchObject([name, { complete: 2, failed: 0 }]);
      trap.expectUnsprung(round.layout.workspace);
    };
    await Promise.all(HOSTILE_NAMES.map((name, number) => limit(() => live(name, number))));
  });

  test.each([...CONTROLS, "50%", "${HOME}", `both " and '`])("%j is refused", async (name) => {
    const error = await errorOf(makeRound(name, 99));
    expect(error).toBeInstanceOf(BsweepError);
    expect(error.code).toBe("WORKSPACE");
    expect(error.hint).toMatch(/workspace/);
  });
});
