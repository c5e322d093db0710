import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderRound } from "../support/round-inputs.ts";

/** Strict stand-ins for LSF's commands, real programs on PATH. */
const LSF_COMMANDS = join(import.meta.dirname, "..", "fixtures", "lsf-commands");

let folder: string;
let workspace: string;

interface Job {
  readonly id: number;
  readonly name: string;
  readonly elements: number;
  readonly volumes: string;
  readonly folder: string;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bsweep-submit-"));
  mkdirSync(join(folder, "lsf"));
  workspace = join(folder, "it's a $workspace");
  writeRound();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const round = (): string => join(workspace, "jobs", "digits-grid", "round-001");

function writeRound(): void {
  mkdirSync(join(round(), "logs"), { recursive: true });
  const site = { mounts: [folder], schedulerProfile: join(folder, "profile.lsf") };
  for (const { name, text } of renderRound({ workspace, site })) {
    writeFileSync(join(round(), name), text);
  }
}

function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: `${LSF_COMMANDS}:${process.env["PATH"]}`,
    LSF_STATE: join(folder, "lsf"),
    // What the person who submits may happen to have set.
    BSWEEP_WORKSPACE: "/elsewhere",
    BSUB_QUIET: "1",
    CDPATH: "/tmp",
    ...extra,
  };
}

function submit(
  args: readonly string[] = [],
  extra?: Readonly<Record<string, string>>,
): SpawnSyncReturns<string> {
  return spawnSync("bash", ["submit.sh", ...args], {
    cwd: round(),
    env: environment(extra),
    encoding: "utf8",
  });
}

function readState<T>(name: string): T[] {
  const file = join(folder, "lsf", `${name}.jsonl`);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

const jobs = (): Job[] => readState<Job>("jobs");
const jobName = (array: number): string => `digits-grid-r001-a0${array}-0a1b2c3d`;

describe("submit.sh", () => {
  test("submits every array once, however often it runs", () => {
    const first = submit();
    expect(first.stderr).toBe("");
    expect(first.status).toBe(0);
    expect(first.stdout).toContain("bsweep collect study.yaml");
    expect(jobs().map(({ name, elements }) => [name, elements])).toEqual([
      [jobName(1), 1000],
      [jobName(2), 1000],
      [jobName(3), 880],
    ]);
    expect(jobs()[0]).toMatchObject({ volumes: `${folder}:${folder}`, folder });
    expect(readFileSync(join(round(), "submitted", "array-03.job"), "utf8")).toBe("1002\n");
    expect(existsSync(join(workspace, "results", "digits-grid", "round-001", "array-03"))).toBe(
      true,
    );
    expect(existsSync(join(round(), "submit.lock"))).toBe(false);

    const second = submit();
    expect(second.status).toBe(0);
    expect(second.stdout).toContain("array-02: submitted before, job 1001");
    expect(second.stdout).toContain("keeps its limit");
    expect(jobs()).toHaveLength(3);
    expect(readState("groups")).toEqual([{ group: "/h.schroeder/ood", limit: 50 }]);
  });

  test("--dry-run says what it would do, and does nothing", () => {
    const before = readdirSync(round());
    const { stdout, status } = submit(["--dry-run"]);
    expect(status).toBe(0);
    expect(stdout.match(/would run: bsub </g)).toHaveLength(3);
    expect(stdout).toContain("would run: bgadd -L 50 /h.schroeder/ood");
    expect(readdirSync(round())).toEqual(before);
    expect(readdirSync(join(folder, "lsf"))).toEqual([]);
    expect(submit(["--dryrun"])).toMatchObject({ status: 2 });
  });

  test("stops where bsub refuses, and goes on from there", () => {
    const refused = submit([], { LSF_FAULT: `refuse:${jobName(2)}` });
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain("bsub refused array-02: Request aborted by esub");
    expect(jobs()).toHaveLength(1);
    expect(submit().status).toBe(0);
    expect(jobs().map(({ name }) => name)).toEqual([jobName(1), jobName(2), jobName(3)]);
  });

  test("killed before bsub has answered, it finds the job by name", async () => {
    const killed = spawn("bash", ["submit.sh"], {
      cwd: round(),
      env: environment({ LSF_FAULT: `silent:${jobName(2)}` }),
      stdio: "ignore",
    });
    await expect.poll(jobs, { timeout: 20_000 }).toHaveLength(2);
    killed.kill("SIGKILL");

    const locked = submit();
    expect(locked.status).toBe(6);
    expect(locked.stderr).toMatch(/another submit\.sh is at work on this round: process \d+ on/);
    const command = /if there is none any more: (rm -r .*)/.exec(locked.stderr)?.[1] ?? "false";
    expect(spawnSync("bash", ["-c", command]).status).toBe(0);

    const resumed = submit();
    expect(resumed.stderr).toBe("");
    expect(resumed.stdout).toContain("array-02: found as job 1001");
    expect(jobs().map(({ name }) => name)).toEqual([jobName(1), jobName(2), jobName(3)]);
  });

  test("does not guess when nobody knows whether a job exists", () => {
    mkdirSync(join(round(), "submitted"));
    writeFileSync(join(round(), "submitted", "array-01.intent"), `${jobName(1)}\n`);
    const { status, stderr } = submit();
    expect(status).toBe(4);
    expect(stderr).toContain(`bhist -a -J ${jobName(1)}`);
    expect(jobs()).toEqual([]);
    const command = /no such job: (rm .*)/.exec(stderr)?.[1] ?? "false";
    expect(spawnSync("bash", ["-c", command]).status).toBe(0);
    expect(submit().status).toBe(0);
    expect(jobs()).toHaveLength(3);
  });

  test("refuses a round that was moved; a link to it is no move", () => {
    symlinkSync(workspace, join(folder, "link"));
    const linked = join(folder, "link", "jobs", "digits-grid", "round-001");
    const run = (script: string) =>
      spawnSync("bash", [script, "--dry-run"], { env: environment(), encoding: "utf8" });
    expect(run(join(linked, "submit.sh")).status).toBe(0);
    renameSync(round(), join(folder, "moved"));
    expect(run(join(folder, "moved", "submit.sh"))).toMatchObject({ status: 5 });
  });

  test("takes LSF's commands from the site's profile where PATH has none", () => {
    writeFileSync(join(folder, "profile.lsf"), `export PATH="${LSF_COMMANDS}:$PATH"\nfalse\n`);
    expect(submit([], { PATH: process.env["PATH"] ?? "" }).status).toBe(0);
    expect(jobs()).toHaveLength(3);
    rmSync(join(folder, "profile.lsf"));
    const without = submit([], { PATH: process.env["PATH"] ?? "" });
    expect(without.stderr).toContain("bsub is not on PATH");
    expect(without.status).toBe(4);
  });
});
