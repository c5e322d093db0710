import { describe, expect, test } from "vitest";
import { formatSession } from "../../../src/cli/session.ts";
import type { SessionRequest } from "../../../src/schedulers/session.ts";
import { lsfSession } from "../../../src/schedulers/lsf/session.ts";
import { slurmSession } from "../../../src/schedulers/slurm/session.ts";
import { spawnSync } from "../../support/programs.ts";

const REQUEST: SessionRequest = {
  userGroup: "compute-lab",
  queue: "general-interactive",
  image: "registry/lab/bsweep@sha256:0123",
  cpus: 2,
  memoryMiB: 8192,
  container: "docker",
  mounts: ["/storage2/fs1/lab/Active", "/scratch1/fs1/lab"],
  workspace: "/storage2/fs1/lab/Active/sweep",
  containerPath: "/usr/local/bin:/usr/bin:/bin",
  jobSetup: [],
  command: ["/bin/bash"],
  terminal: true,
};

const ATTACH = { ...REQUEST, jobId: "1234", index: 17 };

/** The words that a program gets which a shell starts by this line. */
function readBack(line: string): string[] {
  const show = `show() { printf '%s\\0' "$@"; }; cd() { :; }; bsub() { show bsub "$@"; }; ${line}`;
  const { stdout, stderr } = spawnSync("bash", ["-c", show]);
  expect(stderr).toBe("");
  return stdout.split("\0").slice(0, -1);
}

describe("a shell on compute1", () => {
  test("is an interactive job from which jobs can be submitted", () => {
    const session = lsfSession.openSession(REQUEST);
    expect(formatSession({ session, folder: REQUEST.workspace })).toBe(
      [
        "cd /storage2/fs1/lab/Active/sweep &&",
        "LSF_DOCKER_VOLUMES='/storage2/fs1/lab/Active:/storage2/fs1/lab/Active /scratch1/fs1/lab:/scratch1/fs1/lab'",
        "LSF_DOCKER_NETWORK=host LSF_DOCKER_PRESERVE_ENVIRONMENT=true",
        'PATH=/usr/local/bin:/usr/bin:/bin:"$PATH"',
        "bsub -Is -J bsweep-shell -G compute-lab -q general-interactive -n 2 -M 8GB",
        "-R 'rusage[mem=8GB] span[hosts=1]' -a 'docker(registry/lab/bsweep@sha256:0123)' /bin/bash",
      ].join(" "),
    );
  });

  test("with a GPU: gpuhost comes first", () => {
    const gpu = { count: 1, model: "NVIDIAA40", shared: false };
    const { words } = lsfSession.openSession({ ...REQUEST, gpu, walltimeSeconds: 7200 });
    expect(words.join(" ")).toContain(
      "-R gpuhost rusage[mem=8GB] span[hosts=1] -gpu num=1:gmodel=NVIDIAA40 -W 2:00",
    );
  });

  test("a command's words survive both shells: the one of the login node, and the job's", () => {
    const command = ["printf", "%s|", "it's", "a b", "$HOME", '"x"', "`id`", "*", ""];
    const session = lsfSession.openSession({ ...REQUEST, command, terminal: false });
    const words = readBack(formatSession({ session, folder: "/it's here" }));
    expect(words.slice(0, 2)).toEqual(["bsub", "-I"]);
    const inJob = spawnSync("/bin/sh", ["-c", words.at(-1) ?? ""]);
    expect(inJob.stdout).toBe('it\'s|a b|$HOME|"x"|`id`|*||');
  });

  test("an image that is none is refused", () => {
    expect(() => lsfSession.openSession({ ...REQUEST, image: "a) b" })).toThrow(/cluster\.image/);
  });
});

test("LSF without its Docker wrapper starts the site's container itself", () => {
  const { words, environment } = lsfSession.openSession({
    ...REQUEST,
    container: "apptainer",
    jobSetup: ["module load apptainer"],
  });
  expect(environment).toEqual({});
  expect(words.join(" ")).not.toContain("-a ");
  expect(words.at(-1)).toMatch(
    /^bash -c 'module load apptainer\nexec "\$@"' bash apptainer exec --bind .* env PATH=\S+ \/bin\/bash$/,
  );
});

describe("a shell on Slurm", () => {
  test("pyxis: one srun", () => {
    expect(slurmSession.openSession({ ...REQUEST, container: "pyxis" }).words.join(" ")).toBe(
      [
        "srun --pty --job-name=bsweep-shell --partition=general-interactive --account=compute-lab",
        "--mem=8192M --chdir=/storage2/fs1/lab/Active/sweep --ntasks=1 --cpus-per-task=2",
        "--container-image=registry/lab/bsweep:sha256:0123",
        "--container-mounts=/storage2/fs1/lab/Active:/storage2/fs1/lab/Active,/scratch1/fs1/lab:/scratch1/fs1/lab",
        "--container-workdir=/storage2/fs1/lab/Active/sweep",
        "env PATH=/usr/local/bin:/usr/bin:/bin /bin/bash",
      ].join(" "),
    );
  });

  test("on the nodes themselves: no container, no other PATH", () => {
    const gpu = { count: 2, shared: false };
    const { words } = slurmSession.openSession({ ...REQUEST, container: "none", gpu });
    expect(words.slice(-4)).toEqual([
      ...["--mem=8192M", "--gres=gpu:2", "--chdir=/storage2/fs1/lab/Active/sweep", "/bin/bash"],
    ]);
  });
});

describe("beside a trial that runs", () => {
  test("LSF: into the element's container", () => {
    expect(lsfSession.attach(ATTACH).words).toEqual([
      ...["bsub", "-Is", "-G", "compute-lab", "-q", "general-interactive"],
      ...["-a", "docker_exec(1234[17])", "/bin/bash"],
    ]);
    const whole = lsfSession.attach({ ...ATTACH, index: null, host: "exec-7", terminal: false });
    expect(whole.words.join(" ")).toBe(
      "bsub -I -G compute-lab -q general-interactive -m exec-7 -a docker_exec(1234) /bin/bash",
    );
    expect(() => lsfSession.attach({ ...ATTACH, container: "none" })).toThrow(/Docker wrapper/);
  });

  test("Slurm: a step beside the element, by an id that srun takes", () => {
    expect(slurmSession.identify?.("12", 3)).toEqual(["squeue", "-h", "-o", "%A", "-j", "12_3"]);
    const { words } = slurmSession.attach({
      ...ATTACH,
      jobId: "15",
      index: null,
      container: "none",
    });
    expect(words.join(" ")).toBe("srun --pty --jobid=15 --overlap /bin/bash");
  });
});
