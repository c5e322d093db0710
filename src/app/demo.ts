import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import { countCombinations } from "../core/space/combinations.ts";
import { runAttached } from "../process/run-child.ts";
import { runProcess } from "../process/exec.ts";
import { builtProgram, packagedTemplates } from "../workspace/package.ts";
import type { Ledger } from "../stats/ledger/ledger.ts";
import { temporaryBeside } from "../workspace/atomic.ts";
import { loadStudy } from "./plan/load-study.ts";
import { fetchExampleDigits, findExampleDigits, writeExampleDigits } from "./example-digits.ts";

const STUDY_FILE = "study.yaml";
const CSV_FILE = "train.csv";
const REPORT_FILE = "report.html";
const ROWS = 8000;
/** One that has something to go by. */
const SHOWN_TRIAL = 20;
const SECONDS_PER_HOUR = 3600;
const PARTS = ["train", "t10k"] as const;

/** One step of a demo: what it is for, and the command a user would type. */
interface DemoStep {
  readonly title: string;
  readonly args: readonly string[];
}

/** A way through bsweep on real digits. */
export interface Demo {
  /** Its study file, below templates. */
  readonly study: string;
  /** Modules of Python that its trainer needs, and how they are had; absent: it is the built-in trainer. */
  readonly python?: { readonly modules: readonly string[]; readonly hint: string };
  /** What its folder holds before the first step, in a phrase. */
  readonly given: string;
  /** A file or folder that is there once the data are. */
  readonly data: string;
  readonly writeData: (folder: string) => void;
  readonly steps: readonly DemoStep[];
}

/** The way of a study, from a CSV to a winner. */
export const SWEEP_DEMO: Demo = {
  study: "study/demo.yaml",
  given: "8,000 of MNIST's digits as train.csv, in Kaggle's form",
  data: CSV_FILE,
  writeData: (folder) => writeExampleDigits({ path: join(folder, CSV_FILE), rows: ROWS }),
  steps: [
    {
      title: "Pack the digits: a CSV is read once, trials read raw bytes",
      args: ["prepare", "--csv", CSV_FILE, "--to", "data/digits"],
    },
    { title: "See what would run; nothing is written", args: ["plan", STUDY_FILE] },
    { title: "Write the job files, as for a cluster with Slurm", args: ["generate", STUDY_FILE] },
    {
      title: "Run them here, through the same job script a cluster's element runs",
      args: ["local", STUDY_FILE],
    },
    {
      title: "Merge the result files into SQLite: done by local already, not so on a cluster",
      args: ["collect", STUDY_FILE],
    },
    { title: "Rank what came back", args: ["report", STUDY_FILE, "--top", "5"] },
    { title: "Take the winner", args: ["best", STUDY_FILE] },
    {
      title: "Put all of it into one page, to be opened in a browser: report.html",
      args: ["report", STUDY_FILE, "--no-collect", "--format", "html", "--output", REPORT_FILE],
    },
  ],
};

/** A search of the digit recognizer's grid, in small. */
export const SEARCH_DEMO: Demo = {
  ...SWEEP_DEMO,
  study: "study/demo-search.yaml",
  steps: [
    {
      title: "Pack the digits: a CSV is read once, trials read raw bytes",
      args: ["prepare", "--csv", CSV_FILE, "--to", "data/digits"],
    },
    {
      title: "See what would run: trials without parameters, each chooses its own when it starts",
      args: ["plan", STUDY_FILE],
    },
    {
      title:
        "Run them here: each looks at what the others have come to, bad ones are stopped early",
      args: ["local", STUDY_FILE],
    },
    {
      title: "What each knew when it chose, who was stopped and what that saved, who is best",
      args: ["report", STUDY_FILE, "--top", "5"],
    },
    {
      title: "Why a trial has the parameters that it has",
      args: ["show", STUDY_FILE, String(SHOWN_TRIAL)],
    },
    {
      title: "Put all of it into one page, to be opened in a browser: report.html",
      args: ["report", STUDY_FILE, "--no-collect", "--format", "html", "--output", REPORT_FILE],
    },
  ],
};

const PYTORCH_FILES = "trainers/pytorch";

/** The example for PyTorch, as a sweep. */
export const PYTORCH_DEMO: Demo = {
  study: `${PYTORCH_FILES}/study.yaml`,
  given: "8,000 of MNIST's digits as train.csv, in Kaggle's form, PyTorch's train.py",
  data: CSV_FILE,
  python: {
    modules: ["torch", "numpy"],
    hint: "python3 -m pip install torch numpy, or apt-get install python3-torch",
  },
  writeData: (folder) => {
    copyFileSync(join(packagedTemplates(), PYTORCH_FILES, "train.py"), join(folder, "train.py"));
    writeExampleDigits({ path: join(folder, CSV_FILE), rows: ROWS });
  },
  steps: [
    {
      title: "Pack the digits: a CSV is read once, trials read raw bytes",
      args: ["prepare", "--csv", CSV_FILE, "--to", "data/digits"],
    },
    { title: "See what would run; nothing is written", args: ["plan", STUDY_FILE, "--list"] },
    {
      title: "Run them here: each trial is train.py with other parameters",
      args: ["local", STUDY_FILE],
    },
    { title: "Rank what came back", args: ["report", STUDY_FILE, "--top", "8"] },
    {
      title: "Put all of it into one page, to be opened in a browser: report.html",
      args: ["report", STUDY_FILE, "--no-collect", "--format", "html", "--output", REPORT_FILE],
    },
  ],
};

/** The best network known for digits, trained on all of MNIST. */
export const BEST_DEMO: Demo = {
  study: "study/digits-best.yaml",
  given: "all of MNIST, 60,000 digits to train on and 10,000 to be judged by",
  data: "mnist",
  writeData: writeMnist,
  steps: [
    packStep("Pack the training digits", "train", "data/mnist"),
    packStep("Pack the test digits", "t10k", "data/mnist-test"),
    {
      title: "Train five times on every row; judge each on the test digits, once",
      args: ["refit", STUDY_FILE, "--seeds", "5"],
    },
  ],
};

function packStep(title: string, part: (typeof PARTS)[number], to: string): DemoStep {
  const [images, labels] = [`mnist/${part}-images-idx3-ubyte`, `mnist/${part}-labels-idx1-ubyte`];
  return { title, args: ["prepare", "--images", images, "--labels", labels, "--to", to] };
}

/** MNIST's own files, all or none. */
function writeMnist(folder: string): void {
  const target = join(folder, "mnist");
  const temporary = temporaryBeside(target);
  mkdirSync(temporary, { recursive: true });
  for (const part of PARTS) {
    const { images, labels } = findExampleDigits(part);
    for (const file of [images, labels]) copyFileSync(file, join(temporary, basename(file)));
  }
  renameSync(temporary, target);
}

export interface DemoOptions {
  /** Folder of the demo's own; made if need be. */
  readonly folder: string;
  /** Remove what an earlier demo left in the folder. */
  readonly fresh: boolean;
}

/**
 * Puts the study file and genuine digits, as Kaggle gives them, into the folder.
 * @returns false when an earlier demo's are there and stay
 * @throws BsweepError WORKSPACE without the digits; CONFLICT for a folder that is not a demo's
 */
export async function prepareDemo(
  demo: Demo,
  { folder, fresh }: DemoOptions,
  effects: Pick<Effects, "reporter">,
): Promise<boolean> {
  const study = join(folder, STUDY_FILE);
  const found = existsSync(folder);
  if (found && !existsSync(study)) {
    throw new BsweepError("CONFLICT", `${folder} is there and was not made by a demo`, {
      hint: "name another folder: bsweep demo --folder NAME",
    });
  }
  if (found && fresh) rmSync(folder, { recursive: true });
  if (existsSync(join(folder, demo.data))) return false;
  const python = demo.python === undefined ? undefined : await findPython(demo.python);
  await fetchExampleDigits(effects);
  mkdirSync(folder, { recursive: true });
  const text = readFileSync(join(packagedTemplates(), demo.study), "utf8");
  writeFileSync(
    study,
    python === undefined ? text : text.replace("[python3,", () => `[${JSON.stringify(python)},`),
  );
  demo.writeData(folder);
  return true;
}

/** Where Python is looked for: the first may be a user's own, without what the system has. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** @throws BsweepError WORKSPACE where no Python has the modules */
async function findPython({ modules, hint }: NonNullable<Demo["python"]>): Promise<string> {
  for (const python of PYTHONS) {
    const args = ["-c", `import ${modules.join(", ")}`];
    const { succeeded } = await runProcess(python, args);
    if (succeeded) return python;
  }
  throw new BsweepError("WORKSPACE", `found no Python with ${modules.join(" and ")}`, { hint });
}

/** Runs a step's command in the demo's folder, on this terminal. @returns its exit status */
export async function runDemoStep({ folder }: DemoOptions, { args }: DemoStep): Promise<number> {
  const run = await runAttached(process.execPath, [builtProgram("main.js"), ...args], {
    cwd: folder,
    env: demoEnvironment(folder),
  });
  return run.exitStatus ?? 1;
}

/** Seconds that the trials of the demo took, added up. */
export async function sumTrialSeconds(options: DemoOptions): Promise<number> {
  const { ranking } = await readReport(options);
  return ranking.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** What a search cost beside every combination of its space, trained to its end at the same pace. */
interface CostBesideGrid {
  readonly trials: number;
  readonly pruned: number;
  readonly coreSeconds: number;
  readonly combinations: number;
  readonly gridCoreSeconds: number;
}

export async function compareWithGrid(options: DemoOptions): Promise<CostBesideGrid> {
  const { ledger } = await readReport(options);
  const { trials, saved } = ledger;
  const [used, left] = [ledger.used.cpu.hours ?? 0, saved.cpu.hours ?? 0];
  const { study } = loadStudy({ studyFile: join(options.folder, STUDY_FILE) });
  const combinations = countCombinations(study.space);
  const whole = (used + left) / Math.max(1, trials);
  return {
    ...{ trials, pruned: saved.pruned, combinations },
    coreSeconds: used * SECONDS_PER_HOUR,
    gridCoreSeconds: whole * combinations * SECONDS_PER_HOUR,
  };
}

/** What is taken of the report as JSON. */
interface DemoReport {
  readonly ranking: readonly { readonly seconds: number }[];
  readonly ledger: Pick<Ledger, "trials" | "used" | "saved">;
}

async function readReport({ folder }: DemoOptions): Promise<DemoReport> {
  const args = ["report", STUDY_FILE, "--no-collect", "--format", "json", "--top", "1000"];
  const run = await runProcess(process.execPath, [builtProgram("main.js"), ...args], {
    cwd: folder,
    env: demoEnvironment(folder),
  });
  return JSON.parse(run.stdout) as DemoReport;
}

function demoEnvironment(folder: string): Record<string, string> {
  return { ...(process.env as Record<string, string>), PWD: folder, BSWEEP_WORKSPACE: folder };
}
