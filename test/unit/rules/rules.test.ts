import { describe, expect, test } from "vitest";
import { checkCluster, CLUSTER_RULES, type ClusterUse } from "../../../src/rules/index.ts";
import type { Placement } from "../../../src/core/placement.ts";
import type { Site } from "../../../src/core/site.ts";
import type { Resources, StudyCluster } from "../../../src/core/study.ts";
import { makeSite, makeStudy } from "../../support/round-inputs.ts";

interface Changes {
  readonly resources?: Partial<Resources>;
  readonly cluster?: Partial<StudyCluster>;
  readonly site?: Partial<Site>;
  readonly placement?: Placement;
  readonly use?: Partial<ClusterUse>;
}

const DIGEST = `registry.example/lab/image@sha256:${"0".repeat(64)}`;
const COMPUTE2: Partial<Site> = {
  ...{ name: "compute2", lineage: ["compute2"], scheduler: "slurm", container: "pyxis" },
};

/** A study that no rule of compute1 has anything to say to, but for the changes. */
function warningsOf({ resources, cluster, site, placement, use }: Changes): string[] {
  const study = makeStudy("/storage2/fs1/lab/Active/sweep");
  return checkCluster({
    study: {
      ...study,
      resources: { ...study.resources, ...resources },
      cluster: { ...study.cluster, ...cluster },
    },
    site: makeSite(site),
    refinesGpus: true,
    placement: { queue: "general", image: DIGEST, ...placement },
    mounts: ["/storage2/fs1/lab/Active"],
    workspace: "/storage2/fs1/lab/Active/sweep",
    dataFolders: ["/storage2/fs1/lab/Active/sweep/data/digits"],
    elementSeconds: 300,
    elements: 1000,
    ...use,
  });
}

/** Rule, changes that break it, and the same ones near enough that they do not. */
const CASES: readonly (readonly [id: string, broken: Changes, kept: Changes])[] = [
  ["cluster/short-elements", { use: { elementSeconds: 59 } }, { use: { elementSeconds: 60 } }],
  [
    "cluster/whole-minutes",
    { resources: { walltimeSeconds: 90 } },
    { resources: { walltimeSeconds: 120 } },
  ],
  [
    "cluster/node-local-workspace",
    { use: { workspace: "/tmp/sweep" } },
    { use: { workspace: "/tmpfiles/sweep" } },
  ],
  [
    "cluster/checkpoint-off",
    { resources: { checkpointSeconds: null, walltimeSeconds: 7260 } },
    { resources: { checkpointSeconds: null, walltimeSeconds: 7200 } },
  ],
  [
    "container/tag-not-digest",
    { placement: { image: "lab/image:1.0" } },
    { placement: { image: "lab/image:1.0" }, site: { container: "apptainer" } },
  ],
  [
    "pyxis/import-once",
    { site: COMPUTE2, placement: { queue: "general-cpu" } },
    { site: COMPUTE2, placement: { queue: "general-cpu", image: "/storage2/x.sqsh" } },
  ],
  [
    "slurm/gpu-memory",
    {
      site: COMPUTE2,
      placement: { queue: "general-gpu", image: "/x.sqsh" },
      resources: { gpu: { count: 1, shared: true } },
      use: { refinesGpus: false },
    },
    {
      site: COMPUTE2,
      placement: { queue: "general-gpu", image: "/x.sqsh" },
      resources: { gpu: { count: 1, shared: false } },
      use: { refinesGpus: false },
    },
  ],
  [
    "pool/short-job",
    { cluster: { pool: { slots: 2, walltimeSeconds: 3540 } } },
    { cluster: { pool: { slots: 2, walltimeSeconds: 3600 } } },
  ],
  [
    "pool/mpirun-host-loss",
    { cluster: { pool: { slots: 4, walltimeSeconds: 3600, launcher: "mpirun" } } },
    { cluster: { pool: { slots: 4, walltimeSeconds: 3600 } } },
  ],
  ["trainer/memory", { resources: { memoryMiB: 1023 } }, { resources: { memoryMiB: 1024 } }],
  [
    "compute1/default-queue",
    { placement: { queue: "general-interactive" } },
    { placement: { queue: "lab" } },
  ],
  [
    "compute1/queue-time",
    { resources: { walltimeSeconds: 28 * 86_400 + 60 } },
    { resources: { walltimeSeconds: 28 * 86_400 } },
  ],
  [
    "compute1/vcpu-limit",
    { cluster: { concurrencyLimit: 63 }, resources: { cpus: 8 } },
    { cluster: { concurrencyLimit: 62 }, resources: { cpus: 8 } },
  ],
  [
    "compute1/gpu-share",
    {
      cluster: { concurrencyLimit: 6 },
      resources: { gpu: { count: 2, shared: false, memoryMiB: 8192 } },
    },
    {
      cluster: { concurrencyLimit: 5 },
      resources: { gpu: { count: 2, shared: false, memoryMiB: 8192 } },
    },
  ],
  [
    "compute1/gmem-default",
    { cluster: { concurrencyLimit: 1 }, resources: { gpu: { count: 1, shared: false } } },
    {
      cluster: { concurrencyLimit: 1 },
      resources: { gpu: { count: 1, shared: false, memoryMiB: 8192 } },
    },
  ],
  [
    "compute1/gpu-model",
    {
      cluster: { concurrencyLimit: 1 },
      resources: { gpu: { count: 1, shared: false, memoryMiB: 8192, model: "H100" } },
    },
    {
      cluster: { concurrencyLimit: 1 },
      resources: { gpu: { count: 1, shared: false, memoryMiB: 8192, model: "NVIDIAA40" } },
    },
  ],
  [
    "compute1/subscription-needs-sla",
    { placement: { queue: "subscription" } },
    { placement: { queue: "subscription", serviceClass: "lab_t1" } },
  ],
  [
    "compute1/default-job-group",
    { cluster: { jobGroup: "/me/default" } },
    { cluster: { jobGroup: "/me/default/sweep" } },
  ],
  [
    "compute1/storage1-cache",
    { use: { workspace: "/storage1/fs1/lab/Active/sweep" } },
    { use: { workspace: "/storage10/fs1/lab/Active/sweep" } },
  ],
  [
    "compute1/scratch-purge",
    { use: { dataFolders: ["/scratch1/fs1/lab/digits"] } },
    { use: { dataFolders: [] } },
  ],
  [
    "compute1/home-quota",
    { use: { workspace: "/home/me/sweep" } },
    { use: { workspace: "/homes/me/sweep" } },
  ],
  [
    "compute1/gpfs-mounts",
    { use: { mounts: ["/storage2/fs1/lab/Active", "/opt/data"] } },
    { use: { mounts: ["/storage2/fs1/lab/Active", "/opt/thpc"] } },
  ],
  [
    "compute1/physical-path",
    { use: { workspace: "/rdcw/fs2/home1/me" } },
    { use: { workspace: "/storage2/rdcw" } },
  ],
  [
    "compute2/general-short",
    {
      site: COMPUTE2,
      placement: { queue: "general-cpu,general-short", image: "/x.sqsh" },
      resources: { walltimeSeconds: 1860 },
    },
    {
      site: COMPUTE2,
      placement: { queue: "general-cpu,general-short", image: "/x.sqsh" },
      resources: { walltimeSeconds: 1800 },
    },
  ],
  [
    "compute2/partition-time",
    {
      site: COMPUTE2,
      placement: { queue: "general-cpu", image: "/x.sqsh" },
      resources: { walltimeSeconds: 16 * 86_400 },
    },
    {
      site: COMPUTE2,
      placement: { queue: "condo-lab", image: "/x.sqsh" },
      resources: { walltimeSeconds: 16 * 86_400 },
    },
  ],
  [
    "compute2/gpu-partition",
    {
      site: COMPUTE2,
      placement: { queue: "general-cpu", image: "/x.sqsh" },
      resources: { gpu: { count: 1, shared: false } },
    },
    {
      site: COMPUTE2,
      placement: { queue: "general-preempt-gpu", image: "/x.sqsh" },
      resources: { gpu: { count: 1, shared: false } },
    },
  ],
  [
    "compute2/preemption",
    {
      site: COMPUTE2,
      placement: { queue: "general-preempt-cpu", image: "/x.sqsh" },
      resources: { checkpointSeconds: null },
    },
    {
      site: COMPUTE2,
      placement: { queue: "general-preempt-cpu", image: "/x.sqsh" },
      resources: { checkpointSeconds: 0 },
    },
  ],
];

const idOf = (warning: string): string => warning.split(":", 1)[0] ?? "";

describe("checkCluster", () => {
  test("says nothing to a study that keeps every rule", () => {
    expect(warningsOf({})).toEqual([]);
  });

  test.each(CASES)("%s", (id, broken, kept) => {
    expect(warningsOf(broken).map(idOf)).toEqual([id]);
    expect(warningsOf(kept)).toEqual([]);
  });

  test("every rule has a case that breaks it and one that keeps it", () => {
    expect(CASES.map(([id]) => id)).toEqual(CLUSTER_RULES.map(({ id }) => id));
  });

  test("tells the figures", () => {
    expect(warningsOf({ cluster: { concurrencyLimit: 100 }, resources: { cpus: 16 } })).toEqual([
      "compute1/vcpu-limit: 100 at once with 16 cores each are 1600 slots, one person has 500; a limit of 31 fits",
    ]);
  });

  test("holds for sites that start from compute1, and not for other clusters", () => {
    const use = { workspace: "/scratch1/fs1/lab" };
    expect(warningsOf({ use, site: { lineage: ["mine", "compute1"] } }).map(idOf)).toEqual([
      "compute1/scratch-purge",
    ]);
    expect(warningsOf({ use, site: { lineage: ["mine"] } })).toEqual([]);
  });
});
