import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StudyStatus } from "../../src/app/status.ts";
import type { ProcessResult } from "../../src/process/exec.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import { runProcess } from "../support/programs.ts";
import { requireHere, SLURM } from "../support/requirements.ts";
import { type Slurm, startSlurm } from "../support/slurm/slurm.ts";
import { gatedStudy, makeSlurmStudy, type SlurmStudy } from "../support/slurm/study.ts";

const LAB = 54_000;
/** Debian's own: Slurm runs jobs of users that the machine knows. */
const [ADA, BEN] = ["daemon", "games"];
const MAX_JOBS = 30;

describe.runIf(requireHere([...SLURM, "root", "setpriv"]))(
  "a Slurm that somebody else configured: jobs are private, and there is room for few",
  () => {
    let slurm: Slurm;
    beforeAll(async () => {
      slurm = await startSlurm({
        ...{ maxArraySize: MAX_JOBS - 1, minJobAgeSeconds: 20 },
        settings: ["PrivateData=jobs", `MaxJobCount=${MAX_JOBS}`],
      });
    });
    afterAll(() => slurm.stop());

    /** A study in a folder that the whole lab may write. */
    function makeLabStudy(name: string, trials: number): SlurmStudy {
      const parent = makeTestFolder();
      chmodSync(parent, 0o755);
      const folder = join(parent, "lab");
      mkdirSync(folder);
      const study = makeSlurmStudy(slurm, folder, {
        ...{ name, study: gatedStudy(trials) },
        site: ["maxArraySize: 20"],
      });
      chownSync(folder, 0, LAB);
      chmodSync(folder, 0o2775);
      return study;
    }

    function runAs(
      user: string,
      { layout: { workspace } }: SlurmStudy,
      ...args: readonly string[]
    ): Promise<ProcessResult> {
      const words = [process.execPath, builtProgram("main.js"), ...args];
      const identity = [`--reuid=${user}`, `--regid=${user}`, `--groups=${LAB}`];
      return runProcess(
        "bash",
        ["-c", 'umask 002; exec setpriv "$@"', "bash", ...identity, ...words],
        {
          cwd: workspace,
          env: {
            ...slurm.environment,
            ...{
              PWD: workspace,
              HOME: workspace,
              BSWEEP_ASK_SECONDS: "10",
              BSWEEP_PATIENCE_SECONDS: "5",
            },
          },
        },
      );
    }

    async function countsOf(user: string, study: SlurmStudy): Promise<Record<string, number>> {
      const { stdout, stderr } = await runAs(user, study, "status", "study.yaml", "--json");
      expect(stderr).not.toContain("error");
      const { counts } = JSON.parse(stdout) as StudyStatus;
      return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
    }

    test("another one's trials are unknown while they run, and nothing is done to them", async () => {
      const study = makeLabStudy("private", 3);
      for (const command of [["generate"], ["submit", "--no-canary"]]) {
        const [name = "", ...flags] = command;
        const end = await runAs(ADA, study, name, "study.yaml", ...flags);
        expect([name, end.exitStatus, end.stderr]).toEqual([name, 0, expect.anything()]);
      }
      await slurm.untilQueue(
        "three run",
        (rows) => rows.filter(({ state }) => state === "RUNNING").length === 3,
      );
      expect(await countsOf(ADA, study)).toEqual({ running: 3 });
      expect(await countsOf(BEN, study)).toEqual({ unknown: 3 });
      const { stdout } = await runAs(BEN, study, "status", "study.yaml");
      expect(stdout).toContain(`${ADA} submitted it, and the scheduler does not show it to you`);
      const retried = await runAs(BEN, study, "retry", "study.yaml");
      expect([retried.exitStatus, retried.stdout]).toEqual([
        0,
        expect.stringContaining(`3 trials: may be alive, ${ADA} submitted it`),
      ]);
      const steered = await runAs(BEN, study, "cancel", "study.yaml", "--yes");
      expect([steered.exitStatus, steered.stderr]).toEqual([
        6,
        expect.stringContaining("round 1, array 1, which somebody else submitted"),
      ]);
      expect((await slurm.queue()).filter(({ state }) => state === "RUNNING")).toHaveLength(3);
      study.openGate();
      await study.untilEnded();
      expect(await countsOf(BEN, study)).toEqual({ complete: 3 });
    });

    test("full of others' jobs, it takes ours in waves, and the limit is named", async () => {
      const study = makeLabStudy("full", 20);
      const others = join(study.layout.workspace, "others.sh");
      writeFileSync(others, "#!/bin/sh\nuntil [ -e gone ]; do sleep 0.1; done\n");
      const other = await slurm.run(
        ...["sbatch", "--parsable", "--array=1-20", "--mem=10M"],
        ...["-o", "/dev/null", "-D", study.layout.workspace, others],
      );
      expect(other.exitStatus).toBe(0);
      const generated = await runAs(ADA, study, "generate", "study.yaml");
      expect(generated.exitStatus).toBe(0);
      const first = await runAs(ADA, study, "submit", "study.yaml", "--no-canary");
      expect(first.exitStatus).toBe(75);
      expect(first.stdout).toContain("(MaxJobCount, the jobs of all users)");
      expect(study.jobs(1)).toEqual({});
      writeFileSync(join(study.layout.workspace, "gone"), "");
      study.openGate();
      // Slurm counts what it remembers.
      await slurm.untilQueue("the others' are forgotten", (rows) => rows.length === 0);
      const again = await runAs(ADA, study, "submit", "study.yaml", "--no-canary");
      expect([again.exitStatus, again.stderr]).toEqual([0, expect.anything()]);
      await study.untilEnded();
      expect(await countsOf(ADA, study)).toEqual({ complete: 20 });
    });
  },
);
