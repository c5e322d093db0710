import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSuiteFolder, makeTestFolder } from "../support/folder.ts";
import { type Slurm, startSlurm } from "../support/slurm/slurm.ts";
import { behaviourStudy, makeSlurmStudy, type SlurmStudy } from "../support/slurm/study.ts";
import { waitUntil } from "../support/slurm/wait.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

describe.runIf(requireHere(SLURM))("trying again on Slurm", () => {
  let slurm: Slurm;
  let lossy: SlurmStudy;
  beforeAll(async () => {
    slurm = await startSlurm({ maxArraySize: 5 });
    // Slurm's own limit of a minute ends one of them: that takes its time while the others are tried.
    lossy = await submit("lossy", LOSSY_STUDY, suiteFolder);
  });
  afterAll(() => slurm.stop());

  const suiteFolder = makeSuiteFolder();
  const submit = async (
    name: string,
    study: string,
    folder = makeTestFolder(),
  ): Promise<SlurmStudy> => {
    const site = ["maxArraySize: 4"];
    const made = makeSlurmStudy(slurm, folder, { name, study, site });
    expect(await made.bsweep("submit", "study.yaml", "--no-canary")).toMatchObject({
      exitStatus: 0,
    });
    return made;
  };

  test("a cancelled element leaves its checkpoint and comes back by retry alone, from there", async () => {
    const study = await submit("stopped", behaviourStudy(["75-on-term"]));
    const log = join(study.layout.round("stopped", 1), "logs/array-01/1.log");
    await slurm.untilQueue(
      "it waits for the signal",
      () => existsSync(log) && readFileSync(log, "utf8").includes("waiting for a signal"),
    );
    await study.demand("cancel", "study.yaml", "--yes");
    const rows = await study.untilEnded();
    expect(rows).toMatchObject([{ state: "CANCELLED" }]);
    expect(readFileSync(log, "utf8")).toContain("stopped, to be run again");
    expect(study.results(1, 1).size).toBe(0);
    expect(await countsOf(study)).toEqual({ cancelled: 1 });
    await study.demand("retry", "study.yaml");
    await study.demand("submit", "study.yaml", "--no-canary");
    await study.untilEnded();
    // Without the checkpoint it would wait for a signal again.
    expect(await countsOf(study)).toEqual({ complete: 1 });
  });

  test("what ran out of memory is retried with more of it, and nothing else is", async () => {
    const study = await submit("hungry", HUNGRY_STUDY);
    await study.untilEnded();
    expect(await countsOf(study)).toEqual({ complete: 1, failed: 1 });
    expect((await statusOf(study)).failures).toMatchObject([{ kind: "out-of-memory", trials: 1 }]);
    await study.demand("retry", "study.yaml");
    const script = join(study.layout.round("hungry", 2), "array-01.sbatch");
    expect(readFileSync(script, "utf8")).toMatch(/^#SBATCH --array=1-1%50\n[^]*--mem=400M$/m);
    await study.demand("submit", "study.yaml", "--no-canary");
    await study.untilEnded();
    expect(await countsOf(study)).toEqual({ complete: 2 });
    expect([...study.results(2, 1).values()]).toMatchObject([{ attempt: 2, params: { mib: 200 } }]);
  });

  test("elements that ended without a result are lost, and Slurm says of what", async () => {
    await lossy.untilEnded();
    await waitUntil("the files are not waited for any more", async () => {
      return (await countsOf(lossy))["lost"] === 3;
    });
    const { failures } = await statusOf(lossy);
    expect(failures.map(({ kind }) => kind).sort()).toEqual([
      "lost",
      "lost: out-of-memory",
      "lost: timeout",
    ]);
    const messages = failures.map(({ example }) => example.message).join("\n");
    expect(messages).toContain("OUT_OF_MEMORY");
    expect(messages).toContain("TIMEOUT");
  });
});

/** The trials take their runner with them: by the kernel, for its memory; by a signal; until Slurm's time limit. */
const LOSSY_STUDY = `
objective: { metric: score, direction: maximize }
trainer:
  command:
    - bash
    - -c
    - |
      case $1 in
        memory) echo 1000 > /proc/$PPID/oom_score_adj; node -e 'globalThis.kept = Buffer.alloc(400 << 20, 1)' ;;
        signal) kill -KILL $PPID ;;
        time) kill -STOP $PPID; sleep 1000 ;;
      esac
    - bash
    - "{{param:by}}"
  version: 1
space: { by: [memory, signal, time] }
resources: { memory: 200MB, walltime: 1m }
`;

/** One of two trials holds 200 MiB beside what Node itself needs. */
const HUNGRY_STUDY = `
objective: { metric: score, direction: maximize }
trainer:
  command:
    - node
    - -e
    - |
      const kept = Buffer.alloc(Number(process.argv[1]) << 20, 1);
      require("fs").writeFileSync(process.env.BSWEEP_RESULT, JSON.stringify({ metrics: { score: kept.length } }));
    - "{{param:mib}}"
  version: 1
space: { mib: [1, 200] }
resources: { memory: 200MB, maxMemory: 1GB }
`;

interface Status {
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly {
    readonly kind: string;
    readonly trials: number;
    readonly example: { readonly message: string };
  }[];
}

async function statusOf(study: SlurmStudy): Promise<Status> {
  return JSON.parse(await study.demand("status", "study.yaml", "--json")) as Status;
}

/** How many trials are in which state, of those that any is in. */
async function countsOf(study: SlurmStudy): Promise<Record<string, number>> {
  const { counts } = await statusOf(study);
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
