import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What a test may need, and how one sees that it is here. Programs are named after themselves. */
type Requirement = { readonly isHere: () => boolean; readonly remedy: string };

const OTHERS: Readonly<Record<string, Requirement>> = {
  root: { isHere: () => process.getuid?.() === 0, remedy: "run the tests as root" },
  "cgroup v1": {
    isHere: () => existsSync("/sys/fs/cgroup/memory/tasks"),
    remedy: "a machine with the memory controller of cgroup v1",
  },
};

/** Debian 12's package of a program, where it has another name. */
const PACKAGES: Readonly<Record<string, string>> = {
  munged: "munge",
  sbatch: "slurm-client",
  mariadbd: "mariadb-server",
  "mariadb-install-db": "mariadb-server",
  newuidmap: "uidmap",
  flock: "util-linux",
  "ch-run": "charliecloud-runtime",
  mpirun: "openmpi-bin",
};

/** What `startSlurm` needs. */
export const SLURM = ["root", "cgroup v1", "munged", "slurmctld", "slurmd", "sbatch"] as const;
/** What it needs for accounting, on top. */
export const ACCOUNTING = ["slurmdbd", "mariadbd", "mariadb-install-db"] as const;
/** What `openPodman` and `buildTrainerImage` need. */
export const PODMAN = ["root", "podman", "runc", "conmon", "debootstrap", "flock", "git"] as const;

/**
 * Whether everything a group of tests needs is on this machine: `describe.runIf(requireForCluster(SLURM))`.
 * What is missing is printed, and the tests are left out. @throws Error for it when BSWEEP_REQUIRE_CLUSTER=1
 */
export function requireForCluster(needs: readonly string[]): boolean {
  const missing = needs.map(findMissing).filter((line) => line !== undefined);
  if (missing.length === 0) return true;
  const message = `needed and not here: ${missing.join("; ")}`;
  if (process.env["BSWEEP_REQUIRE_CLUSTER"] === "1") throw new Error(message);
  console.warn(`left out: ${message}`);
  return false;
}

function findMissing(need: string): string | undefined {
  const other = OTHERS[need];
  if (other !== undefined) return other.isHere() ? undefined : `${need} (${other.remedy})`;
  if (isProgram(need)) return undefined;
  return `${need} (apt-get install ${PACKAGES[need] ?? need})`;
}

function isProgram(name: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
