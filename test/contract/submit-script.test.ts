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
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startLsf, type Lsf } from "../support/lsf/lsf.ts";
import type { JobRecord } from "../support/lsf/records.ts";
import { runCommand, type CommandRun } from "../support/lsf/run-command.ts";
import { VARIANTS } from "../support/lsf/variants.ts";
import { renderRound } from "../support/round-inputs.ts";

let folder: string;
let workspace: string;
let lsf: Lsf;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bsweep-submit-"));
  workspace = join(folder, "it's a $workspace");
  writeRound();
  lsf = await startLsf({ mode: "hold" });
});
afterEach(async () => {
  await lsf.stop();
  rmSync(folder, { recursive: true, force: true });
});

const round = (): string => join(workspace, "jobs", "digits-grid", "round-001");

function writeRound(): void {
  mkdirSync(join(round(), "logs"), { recursive: true });
  const site = { mounts: [folder], schedulerProfile: join(folder, "profile.lsf") };
  for (const { name, text } of renderRound({ workspace, site })) {
    writeFileSync(join(round(), name), text);
  }
}

/** What the person who submits may happen to have set. */
const STRAY = { BSWEEP_WORKSPACE: "/elsewhere", BSWEEP: "other", BSUB_QUIET: "1", CDPATH: "/tmp" };
/** How long submit.sh asks for a job that may exist. */
const ASK = { BSWEEP_ASK_SECONDS: "4" };

const environment = (): NodeJS.ProcessEnv => ({
  PATH: `${lsf.commands}:${process.env["PATH"] ?? ""}`,
  ...STRAY,
  ...ASK,
});

function submit(args: readonly string[] = [], env = environment()): Promise<CommandRun> {
  return runCommand("bash", ["submit.sh", ...args], { cwd: round(), env, stdin: "" });
}

const jobNames = async (): Promise<string[]> => (await lsf.jobs()).map(({ name }) => name);
const jobName = (array: number): string => `digits-grid-r001-a0${array}-0a1b2c3d`;
const everyName = [1, 2, 3].map(jobName);

describe("submit.sh", () => {
  test("submits every array once, however often it runs", async () => {
    const first = await submit();
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout).toContain("bsweep collect study.yaml");
    const jobs = await lsf.jobs();
    expect(jobs.map(({ name, elements }) => [name, elements.length])).toEqual([
      [jobName(1), 1000],
      [jobName(2), 1000],
      [jobName(3), 880],
    ]);
    expect(readFileSync(join(round(), "submitted", "array-03.job"), "utf8")).toBe("1002\n");
    expect(existsSync(join(workspace, "results", "digits-grid", "round-001", "array-03"))).toBe(
      true,
    );
    expect(existsSync(join(round(), "submit.lock"))).toBe(false);

    const second = await submit();
    expect(second.status).toBe(0);
    expect(second.stdout).toContain("array-02: submitted before, job 1001");
    expect(second.stdout).toContain("keeps its limit");
    expect(await lsf.jobs()).toHaveLength(3);
    expect(await lsf.groups()).toEqual([
      { name: "/h.schroeder", limit: null },
      { name: "/h.schroeder/ood", limit: 50 },
    ]);
  });

  test("asks for what an array needs, and lets nothing of the submitter's into its elements", async () => {
    await submit();
    const jobs = await lsf.jobs();
    expect(jobs).toHaveLength(3);
    for (const job of jobs) expectGoodSubmission(job);
  });

  function expectGoodSubmission({ options, environment: env, folder: from, command }: JobRecord) {
    expect(Object.keys(options).sort()).toEqual(
      ["-G", "-J", "-M", "-Q", "-R", "-W", "-a", "-g", "-n", "-oo", "-q", "-r"].sort(),
    );
    expect(options["-J"]).toMatch(/^[\w.-]+\[1-\d+\]%\d+$/);
    expect(options).toMatchObject({ "-q": "general", "-Q": "75", "-g": "/h.schroeder/ood" });
    expect(options["-M"]).toMatch(/^\d+[MGT]B$/);
    expect(options["-R"]).toMatch(/^rusage\[mem=\d+[MGT]B\] span\[hosts=1\]$/);
    expect(options["-a"]).toMatch(/^docker\(\S+\)$/);
    expect(options["-oo"]).toMatch(/^\/.*\/%J\.%I\.\w+$/);
    expect(existsSync(dirname(options["-oo"] ?? ""))).toBe(true);
    expect(command).toMatch(/^#!\/bin\/bash\n/);
    expect(from).toBe(folder);
    expect(env).toMatchObject({
      LSB_JOB_REPORT_MAIL: "N",
      LSB_NTRIES: "1",
      LSF_DOCKER_VOLUMES: `${folder}:${folder}`,
    });
    for (const name of ["BSWEEP", "BSWEEP_PATH", "BSWEEP_WORKSPACE", "BSUB_QUIET"]) {
      expect(env).not.toHaveProperty(name);
    }
  }

  test("--dry-run says what it would do, and does nothing", async () => {
    const before = readdirSync(round());
    const { stdout, status } = await submit(["--dry-run"]);
    expect(status).toBe(0);
    expect(stdout.match(/would run: bsub </g)).toHaveLength(3);
    expect(stdout).toContain("would run: bgadd -L 50 /h.schroeder/ood");
    expect(readdirSync(round())).toEqual(before);
    expect(await lsf.calls()).toEqual([]);
    expect(await submit(["--dryrun"])).toMatchObject({ status: 2 });
  });

  test("stops where bsub refuses, and goes on from there", async () => {
    await lsf.inject({ kind: "refused", command: "bsub", match: jobName(2) });
    const refused = await submit();
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain("LSF refused array-02: ");
    expect(refused.stderr).toContain("Request aborted by esub");
    expect(await jobNames()).toEqual([jobName(1)]);
    expect((await submit()).status).toBe(0);
    expect(await jobNames()).toEqual(everyName);
  });

  test.each(["bgadd", "bsub"] as const)(
    "a LSF that is down at %s is no refusal",
    async (command) => {
      await lsf.inject({ kind: "refused", command, text: "LSF is down. Please wait ...\n" });
      const { status, stderr } = await submit();
      expect(status).toBe(4);
      expect(stderr).toContain("error: LSF does not answer: ");
      expect(stderr).toContain("that is the cluster's trouble: run this script again");
      expect(stderr).not.toContain("refused");
      expect(await submit()).toMatchObject({ status: 0, stderr: "" });
      expect(await jobNames()).toEqual(everyName);
    },
  );

  test("what somebody else asked for, and LSF does not tell of, is never asked for again", async () => {
    await lsf.inject({ kind: "killed-before", command: "bsub", match: jobName(1) });
    expect(await submit()).toMatchObject({ status: 4 });
    const file = join(round(), "submitted", "array-01.user");
    expect(readFileSync(file, "utf8")).toMatch(new RegExp(`^${process.geteuid?.() ?? ""} `));
    writeFileSync(file, "4294967 anna\n");
    const { status, stderr } = await submit();
    expect(status).toBe(6);
    expect(stderr).toContain("array-01 may or may not have been submitted by anna: ");
    expect(await lsf.jobs()).toEqual([]);
    // One's own is: there is no job of that name.
    rmSync(file);
    expect(await submit()).toMatchObject({ status: 0 });
    expect(await jobNames()).toEqual(everyName);
  });

  test("refuses a round that was moved; a link to it is no move", async () => {
    symlinkSync(workspace, join(folder, "link"));
    const linked = join(folder, "link", "jobs", "digits-grid", "round-001");
    const run = (script: string) =>
      runCommand("bash", [script, "--dry-run"], { cwd: folder, env: environment(), stdin: "" });
    expect((await run(join(linked, "submit.sh"))).status).toBe(0);
    renameSync(round(), join(folder, "moved"));
    expect(await run(join(folder, "moved", "submit.sh"))).toMatchObject({ status: 5 });
  });

  test("takes LSF's commands from the site's profile where PATH has none", async () => {
    writeFileSync(join(folder, "profile.lsf"), `export PATH="${lsf.commands}:$PATH"\nfalse\n`);
    const env = { ...STRAY, ...ASK, PATH: process.env["PATH"] ?? "" };
    expect((await submit([], env)).status).toBe(0);
    expect(await lsf.jobs()).toHaveLength(3);
    rmSync(join(folder, "profile.lsf"));
    const without = await submit([], env);
    expect(without.stderr).toContain("bsub is not on PATH");
    expect(without.status).toBe(4);
  });
});

describe("submit.sh, whatever LSF's sources disagree on", () => {
  test.each(VARIANTS)("$name", async ({ variants }) => {
    const other = await startLsf({ mode: "hold", variants });
    try {
      const env = { ...STRAY, ...ASK, PATH: `${other.commands}:${process.env["PATH"] ?? ""}` };
      await other.inject({ kind: "killed-after", command: "bsub", match: jobName(2) });
      expect(await submit([], env)).toMatchObject({ status: 4 });
      expect(await submit([], env)).toMatchObject({ status: 0, stderr: "" });
      expect((await other.jobs()).map(({ name }) => name)).toEqual(everyName);
    } finally {
      await other.stop();
    }
  });
});
