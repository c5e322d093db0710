import { describe, expect, test } from "vitest";
import { hasPyxis } from "../../../src/schedulers/container.ts";
import * as lsf from "../../../src/schedulers/lsf/facts.ts";
import { lsfStatus } from "../../../src/schedulers/lsf/status.ts";
import * as slurm from "../../../src/schedulers/slurm/facts.ts";
import { slurmStatus } from "../../../src/schedulers/slurm/status.ts";

/** What a command may write when it should have answered. */
const GARBAGE = [
  "",
  "\n\n\n",
  "LSF is down. Please wait ...",
  "Cannot connect to LSF. Please wait ...",
  "slurm_load_partitions: Unable to contact slurm controller (connect failure)",
  " You are not running a supported accounting_storage plugin\nOnly 'accounting_storage/slurmdbd' is supported.",
  "\u0000\u001b[2J|||||\n====\n/ / /",
  "<html><body>502</body></html>",
  `${"x ".repeat(5000)}\n${"=".repeat(5000)}`,
];

describe("LSF", () => {
  test("lsid", () => {
    const text =
      "IBM Spectrum LSF Standard 10.1.0.14, Jul 01 2023\n\nMy cluster name is compute1-lsf\nMy master name is host-1\n";
    expect(lsf.parseClusterName(text)).toBe("compute1-lsf");
    expect(lsf.parseClusterName(`LSF is down. Please wait ...\n${text}`)).toBe("compute1-lsf");
  });

  test("bparams -a", () => {
    const text = "    MAX_JOB_ARRAY_SIZE = 1000\n    MAX_JOBID = 999999\n";
    expect(lsf.parseMaxArraySize(text)).toBe(1000);
    expect(lsf.parseMaxArraySize("    MAX_JOB_ARRAY_SIZE = many\n")).toBeUndefined();
  });

  test("bqueues -w, a real table", () => {
    const text = [
      "QUEUE_NAME      PRIO STATUS          MAX JL/U JL/P JL/H NJOBS  PEND   RUN  SUSP",
      "general          10  Open:Active       -    -    -    - 90936 90912    24     0",
      "general-interactive  10  Closed:Inact       -    -    -    -     5     0     5     0",
    ].join("\n");
    expect(lsf.parseQueueStatus(text, "general")).toBe("Open:Active");
    expect(lsf.parseQueueStatus(text, "general-interactive")).toBe("Closed:Inact");
    expect(lsf.parseQueueStatus(text, "gen")).toBeUndefined();
    expect(lsf.parseQueueStatus(text, "QUEUE_NAME")).toBeUndefined();
  });

  test("bjgroup -s, a real table", () => {
    const text = [
      "GROUP_NAME         NJOBS   PEND    RUN    SSUSP  USUSP  FINISH  SLA   JLIMIT  OWNER",
      "/A                 0       0       0      0      0      0       ()        0/10  user1",
      "/A/B               3       0       2      0      0      1       ()        2/5  user1",
      "/X                 0       0       0      0      0      0       ()        0/-  user2",
    ].join("\n");
    expect(lsf.parseGroupLimit(text, "/A")).toEqual({ used: 0, limit: 10 });
    expect(lsf.parseGroupLimit(text, "/A/B")).toEqual({ used: 2, limit: 5 });
    expect(lsf.parseGroupLimit(text, "/X")).toEqual({ used: 0, limit: null });
    expect(lsf.parseGroupLimit(text, "/Y")).toBeUndefined();
  });

  test("bugroup, its names over several lines", () => {
    const text = [
      "GROUP_NAME    USERS",
      "compute-lab   anna ben",
      "              carl",
      "compute-all   all",
      "compute-nest  compute-lab/ dora",
    ].join("\n");
    const membership = (group: string, user: string) => lsf.parseMembership(text, group, user);
    expect(membership("compute-lab", "anna")).toBe("member");
    expect(membership("compute-lab", "carl")).toBe("member");
    expect(membership("compute-lab", "dora")).toBe("stranger");
    expect(membership("compute-all", "dora")).toBe("member");
    expect(membership("compute-nest", "anna")).toBe("unsure");
    expect(membership("compute", "anna")).toBeUndefined();
  });

  test.each(GARBAGE)("garbage tells nothing: %j", (text) => {
    expect(lsf.parseClusterName(text)).toBeUndefined();
    expect(lsf.parseMaxArraySize(text)).toBeUndefined();
    expect(lsf.parseQueueStatus(text, "general")).toBeUndefined();
    expect(lsf.parseGroupLimit(text, "/A")).toBeUndefined();
    expect(lsf.parseMembership(text, "compute-lab", "anna")).toBeUndefined();
  });
});

describe("Slurm, as 22.05 wrote it", () => {
  test("scontrol ping", () => {
    expect(slurm.parsePing("Slurmctld(primary) at vm is UP\n")).toBe(true);
    expect(slurm.parsePing("Slurmctld(primary) at vm is DOWN\n****\n** RESTORE **")).toBe(false);
    const backup = "Slurmctld(primary) at a is DOWN\nSlurmctld(backup) at b is UP\n";
    expect(slurm.parsePing(backup)).toBe(true);
  });

  test("scontrol show config", () => {
    const text =
      "ClusterName             = bsweep\nMaxArraySize            = 11\nMaxJobCount             = 10000\n";
    expect(slurm.parseMaxArraySize(text)).toBe(11);
    expect(slurm.parseSetting(text, "ClusterName")).toBe("bsweep");
    expect(slurm.parseSetting("Prolog = a=b\n", "Prolog")).toBe("a=b");
    expect(slurm.parseMaxArraySize("MaxArraySize = (null)\n")).toBeUndefined();
  });

  test("sinfo", () => {
    const text = [
      "general-cpu*|up|28-00:00:00|(null)",
      "general-short|up|30:00|(null)",
      "general-gpu|down|infinite|gpu:h100:4(S:0-1)",
      "mixed|up|1:00:00|shard:8,gpu:2",
    ].join("\n");
    expect(slurm.parsePartitions(text)).toEqual([
      {
        name: "general-cpu",
        isDefault: true,
        isUp: true,
        limitSeconds: 28 * 86_400,
        hasGpu: false,
      },
      { name: "general-short", isDefault: false, isUp: true, limitSeconds: 1800, hasGpu: false },
      { name: "general-gpu", isDefault: false, isUp: false, limitSeconds: null, hasGpu: true },
      { name: "mixed", isDefault: false, isUp: true, limitSeconds: 3600, hasGpu: true },
    ]);
  });

  test("sacctmgr, and srun --help", () => {
    expect(slurm.parseAccounts("compute2-lab\nother\ncompute2-lab\n")).toEqual([
      "compute2-lab",
      "other",
    ]);
    expect(hasPyxis("      --container-image=[USER@][REGISTRY#]IMAGE[:TAG]|PATH\n")).toBe(true);
    expect(hasPyxis("      --container             Path to OCI container bundle\n")).toBe(false);
  });

  test.each(GARBAGE)("garbage tells nothing: %j", (text) => {
    expect(slurm.parsePing(text)).toBe(false);
    expect(slurm.parseMaxArraySize(text)).toBeUndefined();
    expect(slurm.parsePartitions(text).filter(({ isUp }) => isUp)).toEqual([]);
    expect(slurm.parseAccounts(text)).not.toContain("compute2-lab");
    expect(hasPyxis(text)).toBe(false);
  });
});

describe("how long a job may run", () => {
  const sinfo = [
    "general*|up|15-00:00:00|(null)",
    "short|up|30:00|(null)",
    "open|up|infinite|gpu:2",
  ].join("\n");

  test.each([
    [undefined, 15 * 86400],
    ["short", 1800],
    ["short,general", 1800],
    ["open", null],
    ["nowhere", null],
  ])("in the partition %s of Slurm", (queue, seconds) => {
    expect(slurm.slurmRunLimit.parse(sinfo, queue)).toBe(seconds);
    expect(slurm.slurmRunLimit.parse("", queue)).toBeNull();
  });

  test.each([
    ["RUNLIMIT\n 1440.0 min of h1\n", 86400],
    [" CPULIMIT             RUNLIMIT\n 10.0 min of h1       60.0 min of h1\n", 3600],
    ["DEFAULT LIMITS:\n RUNLIMIT\n 5.0 min\n\nMAXIMUM LIMITS:\n RUNLIMIT\n 15.5 min\n", 930],
    ["DEFAULT LIMITS:\n RUNLIMIT\n 5.0 min\n\nSCHEDULING PARAMETERS\n", null],
    ["MEMLIMIT\n 8 G\n", null],
    ["", null],
  ])("in a queue of LSF that says %j", (text, seconds) => {
    expect(lsf.lsfRunLimit.parse(`\nQUEUE: q\n  -- text\n\n${text}`, "q")).toBe(seconds);
    expect(lsf.lsfRunLimit.argv(undefined)).toBeNull();
  });

  test("what waits for ever is told from what waits its turn", () => {
    const neverStarts = (reason: string): boolean => slurmStatus.neverStarts(reason);
    for (const reason of ["PartitionTimeLimit", "QOSMaxWallDurationPerJobLimit", "BadConstraints"])
      expect(neverStarts(reason)).toBe(true);
    for (const reason of ["Priority", "Resources", "QOSMaxJobsPerUserLimit", "PartitionDown", ""])
      expect(neverStarts(reason)).toBe(false);
    expect(lsfStatus.neverStarts("There are no suitable hosts for the job")).toBe(true);
    expect(lsfStatus.neverStarts("New job is waiting for scheduling")).toBe(false);
  });
});
