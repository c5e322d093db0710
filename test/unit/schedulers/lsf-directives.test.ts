import { describe, expect, test } from "vitest";
import type { JobRequest } from "../../../src/schedulers/scheduler.ts";
import { lsfJobFile } from "../../../src/schedulers/lsf/directives.ts";

const request: JobRequest = {
  jobName: "digits-r001-a01-0a1b2c3d",
  elements: 880,
  concurrencyLimit: 50,
  jobGroup: "/h.schroeder/ood",
  userGroup: "compute-lab",
  queue: "general",
  image: "ghcr.io/lab/bsweep@sha256:0123",
  pool: null,
  isDocker: true,
  cpus: 2,
  memoryMiB: 4096,
  walltimeSeconds: 1801,
  logFolder: "/storage2/fs1/lab/Active/jobs/digits/round-001/logs/array-01",
};

const directive = (option: string, changes: Partial<JobRequest> = {}): string | undefined =>
  lsfJobFile.directives({ ...request, ...changes }).find((line) => line.startsWith(`${option} `));

describe("directives", () => {
  test("are what compute1 demands, one option a line", () => {
    expect(lsfJobFile.directives(request)).toEqual([
      '-J "digits-r001-a01-0a1b2c3d[1-880]%50"',
      "-g /h.schroeder/ood",
      "-G compute-lab",
      "-q general",
      "-n 2",
      "-M 4GB",
      '-R "rusage[mem=4GB] span[hosts=1]"',
      "-W 0:31",
      '-Q "75"',
      "-r",
      "-oo /storage2/fs1/lab/Active/jobs/digits/round-001/logs/array-01/%J.%I.out",
      "-a 'docker(ghcr.io/lab/bsweep@sha256:0123)'",
    ]);
  });

  test("round times up to minutes and keep memory exact", () => {
    expect(directive("-W", { walltimeSeconds: 60 })).toBe("-W 0:01");
    expect(directive("-W", { walltimeSeconds: 28 * 86400 })).toBe("-W 672:00");
    expect(directive("-M", { memoryMiB: 1536 })).toBe("-M 1536MB");
  });

  test("take names as long as LSF does", () => {
    const jobGroup = `/${"a".repeat(511)}`;
    expect(directive("-g", { jobGroup })).toBe(`-g ${jobGroup}`);
    // 255 characters with the quotes left out.
    const jobName = "a".repeat(255 - "[1-880]%50".length);
    expect(directive("-J", { jobName })).toBe(`-J "${jobName}[1-880]%50"`);
    expect(() => directive("-J", { jobName: `${jobName}a` })).toThrow("at most 255 characters");
  });

  test("quote a path with the quotes it does not hold", () => {
    expect(directive("-oo", { logFolder: "/a b$HOME\\c'd/logs" })).toBe(
      '-oo "/a b$HOME\\c\'d/logs/%J.%I.out"',
    );
    expect(directive("-oo", { logFolder: '/a "b"/logs' })).toBe("-oo '/a \"b\"/logs/%J.%I.out'");
  });

  test.each([
    ["/a'\"b", "not both"],
    ["/50%/logs", "replaces what follows a `%`"],
    ["/a\nb", "control characters"],
    ["/a${HOME}", "replace `${...}`"],
    [`/${"a".repeat(4090)}`, "at most 4094 characters"],
  ])("refuse the log folder %j with the reason", (logFolder, reason) => {
    expect(() => directive("-oo", { logFolder })).toThrow(reason);
  });

  test.each<[Partial<JobRequest>, string]>([
    [{ jobName: "a b" }, "study"],
    [{ jobName: "a".repeat(250) }, "at most 255 characters"],
    [{ queue: "general -q x" }, "queue"],
    [{ userGroup: "" }, "userGroup"],
    [{ jobGroup: "/a//b" }, "cluster.jobGroup"],
    [{ jobGroup: "a/b" }, "cluster.jobGroup"],
    [{ jobGroup: "/a b" }, "cluster.jobGroup"],
    [{ jobGroup: `/${"a".repeat(512)}` }, "cluster.jobGroup"],
    [{ image: "x')" }, "cluster.image"],
  ])("refuse %j", (changes, reason) => {
    expect(() => lsfJobFile.directives({ ...request, ...changes })).toThrow(reason);
  });
});
