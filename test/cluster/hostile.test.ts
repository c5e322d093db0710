import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectResults } from "../../src/app/collect/collect.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { CONTROLS, HOSTILE_NAMES, Trap } from "../support/hostile.ts";
import { errorOf, recordEffects } from "../support/prepare.ts";
import { startSlurm, type Slurm } from "../support/slurm/slurm.ts";
import { GOOD, makeSubmittableRound } from "../support/submitted-round.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

const ENDED = /^(?:COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY)/;

describe.runIf(requireHere(SLURM))("a workspace of a hostile name, on Slurm", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm();
  });
  afterAll(() => slurm.stop());

  const makeRound = (workspace: string) =>
    makeSubmittableRound(
      { environment: (extra) => ({ ...process.env, ...slurm.environment, ...extra }) },
      { workspace, scheduler: "slurm", trials: [GOOD, GOOD] },
    );

  test("is carried through sbatch, job files, elements and collect, and nothing of it is obeyed", async () => {
    const trap = new Trap();
    const names = [...HOSTILE_NAMES.filter((name) => !name.includes("\\")), "50%A%%j", "${HOME}"];
    for (const name of names) {
      const round = await makeRound(name);
      const submitted = round.submit([], { PWD: trap.folder, BSWEEP: builtProgram("main.js") });
      expect([name, submitted]).toMatchObject([name, { status: 0, stderr: "" }]);
      const rows = await slurm.untilQueue("all have ended", (all) =>
        all.every(({ state }) => ENDED.test(state)),
      );
      expect([
        name,
        rows.map(({ state }) => state).filter((state) => state !== "COMPLETED"),
      ]).toEqual([name, []]);
      // Slurm's own output lies beside the elements', under the very path of the directive.
      expect(readdirSync(join(round.folder, "logs", "array-01"))).toHaveLength(4);
      const { added } = await collectResults({ study: "s", layout: round.layout }, recordEffects());
      expect([name, added]).toMatchObject([name, { complete: 2, failed: 0 }]);
      trap.expectUnsprung(round.layout.workspace);
    }
  });

  test.each([...CONTROLS, "back\\slash", `both " and '`])("%j is refused", async (name) => {
    expect(await errorOf(makeRound(name))).toMatchObject({ code: "WORKSPACE" });
  });
});
