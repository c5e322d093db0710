import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runBsweep, type ProcessEnd } from "../support/bsweep-process.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { spawnSync } from "../support/programs.ts";
import { ScriptedSlurm } from "../support/slurm/scripted.ts";

const slurm = new ScriptedSlurm(makeSuiteFolder());
const workspace = makeSuiteFolder();
mkdirSync(join(workspace, "sites"));
writeFileSync(join(workspace, "sites", "own.yaml"), "scheduler: slurm\nqueue: short\n");
writeFileSync(join(workspace, "train.csv"), "label,pixel0\n0,1\n1,2\n");

const bsweep = (...args: readonly string[]): Promise<ProcessEnd> => {
  const { PATH = "" } = slurm.environment();
  return runBsweep([...args, "--workspace", workspace], {
    shellSetup: `cd '${workspace}'`,
    env: { PATH, PWD: workspace, SCRIPTED: slurm.folder },
  });
};

const timeOf = (file: string): string | undefined =>
  /--time=(\S+)/.exec(readFileSync(join(workspace, "jobs", file), "utf8"))?.[1];

test("smoke asks for no more than the partition gives, and says what it did not wait for", async () => {
  slurm.reason("Priority");
  const end = await bsweep("smoke", "--site", "own");
  expect(end.exitStatus).toBe(75);
  expect(end.stdout).toContain("The probes were not waited for (--wait does it)");
  expect(end.stdout).toContain("this tells what they found: bsweep smoke --site own --last");
  expect(timeOf("smoke-own/round-001/array-01.sbatch")).toBe("00:06:00");
  expect(timeOf("smoke-own-pool/round-001/array-01.sbatch")).toBe("00:06:00");
  const last = await bsweep("smoke", "--site", "own", "--last");
  expect(last.exitStatus).toBe(4);
  expect(last.stdout).toContain("array element 1 is still waiting (Priority)");
}, 60_000);

test("probes that can never start are told, and hold up no others", async () => {
  slurm.reason("PartitionTimeLimit");
  const end = await bsweep("smoke", "--site", "own", "--wait");
  expect(end.exitStatus).toBe(4);
  expect(end.stdout).toContain("pool element 2 can never start (PartitionTimeLimit)");
  expect(end.stdout).toMatch(/bsweep cancel \S+jobs\/smoke-own-pool\/study\.yaml --yes/);
  expect(slurm.jobs().map(({ dependency }) => dependency)).toEqual(["", "", "", ""]);
}, 120_000);

test("prepare asks for no more either, and tells of pieces that can never start", async () => {
  const words = [
    "prepare",
    "--csv",
    "train.csv",
    "--to",
    "data/d",
    "--site",
    "own",
    "--shards",
    "2",
  ];
  const written = await bsweep(...words);
  expect(written).toMatchObject({ exitStatus: 0, stderr: "" });
  const [, script = ""] = /bash (\S*\/submit\.sh)/.exec(written.stdout) ?? [];
  const folder = join(workspace, script, "..").replace(join(workspace, "jobs"), "");
  expect(timeOf(join(folder, "array-00.sbatch"))).toBe("00:06:00");
  const submit = ["bash", join(workspace, script)] as const;
  expect(spawnSync(submit[0], [submit[1]], { env: slurm.environment() }).status).toBe(0);
  const again = await bsweep(...words);
  expect(again.exitStatus).toBe(0);
  expect(again.stderr).toContain("can never start: PartitionTimeLimit");
}, 60_000);
