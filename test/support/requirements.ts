import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findMinimalImage } from "./minimal-image.ts";
import { findPythonWith } from "./python.ts";
import { findPython, SCRIPT_PYTHON, TEST_PYTHON } from "./python/environment.ts";

/** What is not a program on PATH: how to get it; undefined where it is here. */
const OTHERS: Readonly<Record<string, () => string | undefined>> = {
  root: () => (process.getuid?.() === 0 ? undefined : "run the tests as root"),
  "a mount": () =>
    spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0
      ? undefined
      : "a machine on which the tests may mount",
  "cgroup v1": () =>
    existsSync("/sys/fs/cgroup/memory/tasks")
      ? undefined
      : "a machine with the memory controller of cgroup v1",
  "a minimal Debian": () => {
    const found = findMinimalImage();
    return "missing" in found ? found.missing : undefined;
  },
  "Python's torch": () =>
    findPythonWith("torch", "numpy") === undefined ? "apt-get install python3-torch" : undefined,
  "Python's keras": () =>
    findPythonWith("keras", "tensorflow") === undefined ? "npm run test-python" : undefined,
  "Python's TensorFlow and safetensors": findTestPython,
  "Python's Optuna": findTestPython,
  "Python's click, absl and Hydra": findScriptPython,
  "Python's TensorBoard": findScriptPython,
  "Python's scikit-learn": findTestPython,
  "Python's LightGBM": findTestPython,
  "pandas and DuckDB": findTestPython,
};

function findTestPython(): string | undefined {
  return findPython(TEST_PYTHON) === undefined ? "npm run test-python" : undefined;
}

function findScriptPython(): string | undefined {
  return findPython(SCRIPT_PYTHON) === undefined ? "npm run test-python" : undefined;
}

/** Debian 12's package of a program, where it has another name. */
const PACKAGES: Readonly<Record<string, string>> = {
  munged: "munge",
  sbatch: "slurm-client",
  mariadbd: "mariadb-server",
  "mariadb-install-db": "mariadb-server",
  newuidmap: "uidmap",
  flock: "util-linux",
  setpriv: "util-linux",
  "ch-run": "charliecloud-runtime",
  mpirun: "openmpi-bin",
  pdflatex: "texlive-latex-recommended",
  Rscript: "r-base-core",
};

/** What `startSlurm` needs. */
export const SLURM = ["root", "cgroup v1", "munged", "slurmctld", "slurmd", "sbatch"] as const;
/** What it needs for accounting, on top. */
export const ACCOUNTING = ["slurmdbd", "mariadbd", "mariadb-install-db"] as const;
/** What `openPodman` and `buildTrainerImage` need. */
export const PODMAN = ["root", "podman", "runc", "conmon", "debootstrap", "flock", "git"] as const;

/**
 * Whether all that a test needs and not every machine has is here: `test.runIf(requireHere(["shellcheck"]))`.
 * What is missing is printed, and the test is left out. @throws Error for it in continuous integration:
 * with CI=true or BSWEEP_REQUIRE_CLUSTER=1 (which, set to 0, wins over CI)
 */
export function requireHere(needs: readonly string[]): boolean {
  const missing = needs.map(findMissing).filter((line) => line !== undefined);
  if (missing.length === 0) return true;
  const message = `needed and not here: ${missing.join("; ")}`;
  if (/^(?:1|true)$/.test(process.env["BSWEEP_REQUIRE_CLUSTER"] ?? process.env["CI"] ?? "")) {
    throw new Error(message);
  }
  console.warn(`left out: ${message}`);
  return false;
}

function findMissing(need: string): string | undefined {
  const find = OTHERS[need] ?? (() => findProgram(need));
  const remedy = find();
  return remedy === undefined ? undefined : `${need} (${remedy})`;
}

function findProgram(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const isHere = folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return isHere ? undefined : `apt-get install ${PACKAGES[name] ?? name}`;
}
