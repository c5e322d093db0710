import { expect, test } from "vitest";
import { expectGoldenFolders, expectGoldens } from "../support/goldens.ts";
import { requireHere } from "../support/requirements.ts";
import { renderRound } from "../support/round-inputs.ts";
import { expectGoodShell, expectParsed } from "../support/shell-check.ts";

const hostile = "/storage2/fs1/lab/Active/my sweep, it's $HOME `id` \\ & (1)";

type RoundOptions = Omit<Parameters<typeof renderRound>[0], "workspace">;

const gpu = { count: 2, model: "NVIDIAA40", memoryMiB: 8192, shared: true };
const pool = { slots: 8, slotsPerHost: 4, walltimeSeconds: 43200 };
const slurm = { scheduler: "slurm", schedulerProfile: "", queue: "general-cpu" } as const;

const projects: [name: string, workspace: string, options: RoundOptions][] = [
  ["compute1", "/storage2/fs1/lab/Active/sweep", { canary: true }],
  [
    "compute1-hostile",
    hostile,
    { site: { mounts: ["/storage2/fs1/lab/Active", "/scratch1/fs1/lab"] } },
  ],
  [
    "compute1-everything",
    "/storage2/fs1/lab/Active/sweep",
    {
      canary: true,
      cluster: {
        queue: "subscription",
        serviceClass: "lab_t2",
        priority: 80,
        hosts: ["general", "compute1-exec-7"],
        excludeHosts: ["compute1-exec-399", "compute1-exec-12"],
        hostModel: "Intel_Xeon_Gold6242CPU280GHz",
        maxPendingElements: 5000,
        notify: "me@example.org",
        schedulerOptions: ["-U reservation"],
      },
      resources: { gpu, tmpMiB: 10240, cpus: 4 },
    },
  ],
  [
    "compute2",
    "/storage2/fs1/lab/Active/sweep",
    {
      canary: true,
      site: { ...slurm, name: "compute2", container: "pyxis" },
      cluster: { notify: "me@example.org" },
      resources: { gpu: { count: 1, shared: false } },
    },
  ],
  [
    "slurm-apptainer",
    hostile.replace("\\", ""),
    {
      canary: true,
      site: {
        ...slurm,
        container: "apptainer",
        mounts: ["/storage2/fs1/lab/Active"],
        jobSetup: ["module load ris apptainer"],
      },
      cluster: { serviceClass: "high", hostModel: "cascadelake", excludeHosts: ["n1", "n2"] },
    },
  ],
  [
    "slurm-charliecloud",
    "/home/me/sweep",
    { site: { ...slurm, container: "charliecloud" }, cluster: { image: "/images/bsweep" } },
  ],
  [
    "slurm",
    "/home/me/100%/sweep",
    { site: { ...slurm, container: "none", required: [], bsweep: "/opt/bsweep/dist/main.js" } },
  ],
  [
    "compute1-pool",
    "/storage2/fs1/lab/Active/sweep",
    { canary: true, cluster: { pool }, resources: { cpus: 2, gpu } },
  ],
  [
    "compute2-pool",
    hostile.replace("\\", ""),
    {
      site: {
        ...slurm,
        name: "compute2",
        container: "pyxis",
        mounts: ["/storage2/fs1/lab/Active"],
      },
      cluster: { pool },
    },
  ],
  [
    "slurm-mpirun",
    "/home/me/sweep",
    {
      site: { ...slurm, container: "apptainer", jobSetup: ["module load openmpi apptainer"] },
      cluster: { pool: { ...pool, launcher: "mpirun" } },
    },
  ],
  ["local", "/home/me/sweep", { site: { name: "local", scheduler: "local", container: "none" } }],
  [
    "local-hostile",
    '/home/me/"it\'s" $HOME: \\',
    { site: { name: "local", scheduler: "local", container: "none" } },
  ],
];

/** What the first array's name or script is for the second. */
const countUp = (text: string): string =>
  text
    .replaceAll("array-01", "array-02")
    .replaceAll("-a01-", "-a02-")
    .replaceAll("Array 1 of", "Array 2 of");

test.each(projects)("the scripts for %s", async (name, workspace, options) => {
  const files = renderRound({ workspace, ...options });
  for (const { text } of files) expectParsed(text);
  const texts = new Map(files.map((file) => [file.name, file.text]));
  // The second array differs from the first in its number only.
  const [first = "", second = ""] = [...texts.keys()].filter((key) => /^array-0[12]/.test(key));
  expect(second).toBe(countUp(first));
  expect(texts.get(second)).toBe(countUp(texts.get(first) ?? ""));
  texts.delete(second);
  await expectGoldens(name, texts);
});

test.runIf(requireHere(["shellcheck"])).each(projects)(
  "shellcheck and the scripts for %s",
  (_, workspace, options) => {
    for (const { text } of renderRound({ workspace, ...options })) expectGoodShell(text);
  },
);

test("there is no golden of other scripts", () => {
  const names = projects.map(([name]) => name);
  expectGoldenFolders(/^(?!prepare-|round$)/, names);
});
