import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { removeControlGroups } from "../support/slurm/control-groups.ts";
import { waitUntil } from "../support/slurm/wait.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

const START = join(import.meta.dirname, "..", "support", "slurm", "start.ts");

describe.runIf(requireHere(SLURM))("the tests' Slurm", () => {
  test("nothing of it outlives a test that is killed, jobs neither", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", START], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [told] = (await once(child.stdout, "data")) as [Buffer];
    const configuration = /SLURM_CONF=(\S+)/.exec(told.toString())?.[1] ?? "";
    const folder = dirname(configuration);
    try {
      const sbatch = ["-o", "/dev/null", "--array=1-2", "--wrap", "sleep 1000"];
      const env = { ...process.env, SLURM_CONF: configuration };
      spawn("sbatch", sbatch, { env, stdio: "ignore" });
      await waitUntil("jobs run", () => listProcesses(folder).includes("sleep"));
      expect(listProcesses(folder)).toEqual(
        expect.arrayContaining(["munged", "slurmctld", "slurmd", "slurmd"]),
      );
      child.kill("SIGKILL");
      await waitUntil("all have ended", () => listProcesses(folder).length === 0);
    } finally {
      const nodes = readFileSync(configuration, "utf8").matchAll(/^NodeName=(\S+)/gm);
      child.kill("SIGKILL");
      for (const [, node = ""] of nodes) await removeControlGroups(node);
      rmSync(folder, { recursive: true });
    }
  });
});

/** Names of the processes that know of a Slurm: they have its configuration in their environment. */
function listProcesses(folder: string): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    const file = join("/proc", pid, "environ");
    try {
      if (!/^\d+$/.test(pid) || !existsSync(file)) return [];
      if (!readFileSync(file, "latin1").includes(`SLURM_CONF=${folder}/`)) return [];
      return [readFileSync(join("/proc", pid, "comm"), "latin1").trim()];
    } catch {
      // It has ended in between.
      return [];
    }
  });
}
