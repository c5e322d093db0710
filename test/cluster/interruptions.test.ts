import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestFolder } from "../support/folder.ts";
import { chanceFor, printSeed } from "../support/interruptions/chance.ts";
import { interruptAtRandom, startLife, submitRest } from "../support/interruptions/submitter.ts";
import { startSlurm, type Slurm } from "../support/slurm/slurm.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

const LIVES = 20;

/**
 * The real sbatch, behind a script that makes its answer go wrong once: what a busy controller, a lost
 * connection or a killed login node do.
 */
const FAULTY_SBATCH = `#!/bin/bash
PATH="\${PATH#*:}"
fault=none
if [[ -n "\${SBATCH_FAULT:-}" ]] && mv "$SBATCH_FAULT" "$SBATCH_FAULT.$$" 2> /dev/null; then fault="$(< "$SBATCH_FAULT.$$")"; fi
case "$fault" in
  before) kill -KILL $$ ;;
  after) sbatch "$@" > /dev/null; kill -KILL $$ ;;
  silent) sbatch "$@" > /dev/null; sleep 60 ;;
  lost)
    sbatch "$@" > /dev/null
    echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2
    exit 1 ;;
  garbage) sbatch "$@" > /dev/null; echo "<<< 4%% >>>" ;;
  refused) echo "sbatch: error: invalid partition specified: nowhere" >&2; exit 1 ;;
  slow) sleep 0.7; exec sbatch "$@" ;;
  *) exec sbatch "$@" ;;
esac
`;
const KINDS = ["before", "after", "silent", "lost", "garbage", "refused", "slow"] as const;

describe.runIf(requireHere(SLURM))("submit.sh on Slurm", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm();
    // Nothing runs: this is about submitting.
    for (const node of slurm.nodes) await slurm.drain(node);
  });
  afterAll(() => slurm.stop());

  test("ended at random, with lost answers and second submitters, submits everything once", async () => {
    printSeed("submit.sh on Slurm at random");
    const folder = makeTestFolder();
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "sbatch"), FAULTY_SBATCH, { mode: 0o755 });
    const fault = join(folder, "fault");
    const environment = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
      ...{ ...process.env, ...slurm.environment, ...extra, SBATCH_FAULT: fault },
      PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
    });
    let interruptions = 0;
    for (let number = 1; number <= LIVES; number++) {
      const chance = chanceFor(`slurm ${number}`);
      const life = await startLife({ environment }, "slurm", number);
      interruptions += await interruptAtRandom(life, chance, () => {
        writeFileSync(fault, chance.pick(KINDS));
        return Promise.resolve();
      });
      await submitRest(life);
      const jobs = new Map(
        (await slurm.queue())
          .filter(({ name }) => name.endsWith(life.nonce))
          .map(({ id, name }) => [id.replace(/_.*/, ""), name]),
      );
      expect([...jobs].map(([id, name]) => [name, id]).sort()).toEqual(life.recorded());
      expect(existsSync(join(life.round.folder, "submit.lock"))).toBe(false);
    }
    console.log(`${LIVES} rounds, ${interruptions} interruptions`);
  });
});
