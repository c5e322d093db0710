import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { builtProgram } from "../../src/workspace/package.ts";
import { listTree, makeTestFolder } from "../support/folder.ts";
import { runProcess } from "../support/programs.ts";
import { makeWorkspace } from "../support/study-workspace.ts";

const MAIN = builtProgram("main.js");
const bsweep = (cwd: string, ...args: string[]) =>
  runProcess(process.execPath, [MAIN, ...args], { cwd });

/** Runs `bsweep init` on a terminal of its own (script(1)) and answers each question as it comes. */
async function initOnTerminal(cwd: string, answers: readonly string[]): Promise<string> {
  const child = spawn("script", ["-qec", `${process.execPath} ${MAIN} init`, "/dev/null"], { cwd });
  const left = [...answers];
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    // readline puts the cursor behind the question.
    const answer = /: \u001b\[\d+G$/.test(output) ? left.shift() : undefined;
    if (answer !== undefined) child.stdin.write(`${answer}\n`);
  });
  await new Promise((resolve) => child.once("close", resolve));
  expect(left).toEqual([]);
  return output;
}

test("init --yes writes a study that plan and generate take", async () => {
  const { workspace } = makeWorkspace();
  const init = await bsweep(workspace, "init", "--yes", "--site", "slurm", "--queue", "batch");
  expect(init).toMatchObject({ exitStatus: 0, stderr: "" });
  expect(init.stdout).toBe(
    "wrote study.yaml\n\nnext:\n  bsweep plan study.yaml\n  bsweep doctor study.yaml\n  bsweep generate study.yaml",
  );
  expect(await bsweep(workspace, "plan", "study.yaml")).toMatchObject({ exitStatus: 0 });
  expect(await bsweep(workspace, "generate", "study.yaml")).toMatchObject({ exitStatus: 0 });
  const script = join(workspace, "jobs", "digits", "round-001", "array-01.sbatch");
  expect(readFileSync(script, "utf8")).toContain("#SBATCH --partition=batch\n");
});

test("init says what is left to be done: the data set, and what the site needs", async () => {
  const folder = makeTestFolder();
  const { stdout } = await bsweep(folder, "init", "my study.yaml", "--site", "compute1");
  expect(stdout).toContain(
    "fill in cluster.userGroup, cluster.image in my study.yaml: compute1 needs it",
  );
  expect(stdout).toContain("bsweep prepare --csv train.csv --to data/digits\n");
  expect(stdout).toContain("bsweep plan 'my study.yaml'");
});

test("init --print writes nothing, and init never writes over a file", async () => {
  const folder = makeTestFolder();
  const args = ["init", "--site", "mine", "--like", "slurm", "--user-group", "acct"];
  const printed = await bsweep(folder, ...args, "--print");
  expect(printed.stdout).toMatch(/^# sites\/mine\.yaml\n[^]*userGroup: acct\n[^]*# study\.yaml\n/);
  expect(listTree(folder)).toEqual([]);
  expect(await bsweep(folder, ...args)).toMatchObject({ exitStatus: 0 });
  const text = readFileSync(join(folder, "study.yaml"), "utf8");
  expect(await bsweep(folder, ...args)).toMatchObject({ exitStatus: 6 });
  expect(readFileSync(join(folder, "study.yaml"), "utf8")).toBe(text);
});

test("on a terminal init asks, and asks again for what cannot be", async () => {
  const folder = makeTestFolder();
  const answers = ["letters", "mine", "pbs", "compute1", "", "wide", "data/letters"];
  const output = await initOnTerminal(folder, [...answers, "compute-lab", "", "lab/image:1"]);
  expect(output).toContain('found "pbs", expected one of lsf, slurm, compute1, compute2');
  expect(output).toContain("Queue or partition [general]: ");
  expect(output).not.toContain("Warning");
  expect(readFileSync(join(folder, "sites", "mine.yaml"), "utf8")).toContain(
    "extends: compute1\nuserGroup: compute-lab\nimage: lab/image:1\n",
  );
  const study = readFileSync(join(folder, "study.yaml"), "utf8");
  expect(study).toContain("study: letters\n");
  expect(study).toContain("train: data/letters,");
  expect(study).toContain("kernelSize: [3, 5]");
});

test("Ctrl-C at a question writes nothing", async () => {
  const folder = makeTestFolder();
  await initOnTerminal(folder, ["letters", "\u0003"]);
  expect(existsSync(join(folder, "study.yaml"))).toBe(false);
});

test("init --from takes a sweep of W&B, tells what it cannot take, and plan takes the study", async () => {
  const folder = makeTestFolder();
  writeFileSync(
    join(folder, "sweep.yaml"),
    "program: train.py\nmethod: random\nrun_cap: 7\nmetric: { name: acc, goal: maximize }\nparameters:\n  lr: { distribution: log_uniform_values, min: 0.001, max: 0.1 }\n  b: { distribution: beta, alpha: 1, beta: 2 }\n  twice: { values: [1, 1] }\n  far: { distribution: log_uniform, min: 1, max: 5000 }\n",
  );
  writeFileSync(join(folder, "train.py"), "");
  const made = await bsweep(folder, "init", "--from", "sweep.yaml", "--name", "swept");
  expect(made.exitStatus).toBe(0);
  expect(made.stderr).toContain("b: left out: beta is not known here");
  expect(made.stderr).toContain("twice is left out: found 1 twice, expected each value once");
  expect(made.stderr).toContain("far is left out");
  const planned = await bsweep(folder, "plan", "study.yaml", "--list", "--json");
  const { trials, list } = JSON.parse(planned.stdout) as {
    trials: number;
    list: { params: { lr: number } }[];
  };
  expect(trials).toBe(7);
  for (const { params } of list) expect(params.lr).toBeGreaterThanOrEqual(0.001);
  const wrong = await bsweep(folder, "init", "other.yaml", "--from", "train.py");
  expect(wrong.exitStatus).toBe(3);
  expect(wrong.stderr).toContain("train.py is no valid sweep file of W&B");
  expect(await bsweep(folder, "init", "other.yaml", "--from", "none")).toMatchObject({
    exitStatus: 5,
  });
});

const SWEEP =
  "program: train.py\nmethod: random\nmetric: { name: loss }\nparameters: { x: { values: [1] } }\n";

test.each<[name: string, make: (file: string) => unknown, message: string]>([
  ["pipe", (file) => runProcess("mkfifo", [file]), "cannot read pipe: it is no plain file"],
  [
    "huge.yaml",
    (file) => runProcess("truncate", ["--size=5G", file]),
    "huge.yaml: found 5368709120 bytes, expected a sweep file of at most 1 MiB",
  ],
  [
    "latin.yaml",
    (file) => writeFileSync(file, Buffer.from(`${SWEEP}# \u00e4\n`, "latin1")),
    "latin.yaml:5: found bytes that are no UTF-8",
  ],
  [
    "journal.log",
    (file) => writeFileSync(file, '{"op_code":0,"study_name":"j"}\n'),
    "journal.log: found a journal of Optuna, expected its database: optuna.copy_study(",
  ],
  [
    "many.yaml",
    (file) =>
      writeFileSync(
        file,
        SWEEP.replace(/{ x.*/, "") +
          Array.from({ length: 1001 }, (_, at) => `  p${at}: { value: 1 }\n`).join(""),
      ),
    "many.yaml: found 1001 parameters, expected at most 1000",
  ],
  [
    "metric.yaml",
    (file) => writeFileSync(file, SWEEP.replace("loss", '"a\\tb"')),
    'metric.yaml:3: metric.name: found "a\\tb", expected the name of a metric',
  ],
  [
    "program.yaml",
    (file) => writeFileSync(file, SWEEP.replace("train.py", '"a\\0b"')),
    "program.yaml:1: program: found",
  ],
])(
  "init --from refuses what it cannot take, by its name and line: %s",
  async (name, make, message) => {
    const folder = makeTestFolder();
    await make(join(folder, name));
    const { exitStatus, stderr } = await bsweep(folder, "init", "--from", name);
    expect(exitStatus).toBeGreaterThan(0);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, "study.yaml"))).toBe(false);
  },
);
