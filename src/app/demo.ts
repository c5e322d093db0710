import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BsweepError } from "../core/errors.ts";
import { runAttached } from "../process/run-attached.ts";
import { runProcess } from "../process/exec.ts";
import { builtProgram, packagedTemplates } from "../workspace/package.ts";
import { writeExampleDigits } from "./example-digits.ts";

const STUDY_FILE = "study.yaml";
const CSV_FILE = "train.csv";
const ROWS = 8000;

/** One step of the demo: what it is for, and the command a user would type. */
export interface DemoStep {
  readonly title: string;
  readonly args: readonly string[];
}

/** The way of a study, in order. */
export const DEMO_STEPS: readonly DemoStep[] = [
  {
    title: "Pack the digits: a CSV is read once, trials read raw bytes",
    args: ["prepare", "--csv", CSV_FILE, "--to", "data/digits"],
  },
  { title: "See what would run; nothing is written", args: ["plan", STUDY_FILE] },
  { title: "Write the job files, as for a cluster", args: ["generate", STUDY_FILE] },
  {
    title: "Run them here, through the same job script a cluster's element runs",
    args: ["local", STUDY_FILE],
  },
  { title: "Merge the result files into SQLite", args: ["collect", STUDY_FILE] },
  { title: "Rank what came back", args: ["report", STUDY_FILE, "--top", "5"] },
  { title: "Take the winner", args: ["best", STUDY_FILE] },
];

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
export function prepareDemo({ folder, fresh }: DemoOptions): boolean {
  const study = join(folder, STUDY_FILE);
  const csv = join(folder, CSV_FILE);
  const found = existsSync(folder);
  if (found && !existsSync(study)) {
    throw new BsweepError("CONFLICT", `${folder} is there and was not made by a demo`, {
      hint: "name another folder: bsweep demo --folder NAME",
    });
  }
  if (found && fresh) rmSync(folder, { recursive: true });
  if (existsSync(csv)) return false;
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(packagedTemplates(), "study", "demo.yaml"), study);
  writeExampleDigits({ path: csv, rows: ROWS });
  return true;
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
export async function sumTrialSeconds({ folder }: DemoOptions): Promise<number> {
  const args = ["report", STUDY_FILE, "--no-collect", "--format", "json", "--top", "1000"];
  const run = await runProcess(process.execPath, [builtProgram("main.js"), ...args], {
    cwd: folder,
    env: demoEnvironment(folder),
  });
  const { ranking } = JSON.parse(run.stdout) as { ranking: readonly { seconds: number }[] };
  return ranking.reduce((sum, { seconds }) => sum + seconds, 0);
}

function demoEnvironment(folder: string): Record<string, string> {
  return { ...(process.env as Record<string, string>), PWD: folder, BSWEEP_WORKSPACE: folder };
}
