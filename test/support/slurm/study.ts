import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { TrialResult } from "../../../src/core/trial.ts";
import type { ProcessResult } from "../../../src/process/exec.ts";
import {
  arrayName,
  createLayout,
  type Layout,
  SUBMIT_SCRIPT,
} from "../../../src/workspace/layout.ts";
import { builtProgram } from "../../../src/workspace/package.ts";
import { readResults, TRAINER_SCRIPT } from "../rounds.ts";
import { PARTITION } from "./options.ts";
import type { QueueRow } from "./queue.ts";
import type { Slurm } from "./slurm.ts";
import { runProcess } from "../programs.ts";

export interface SlurmStudyOptions {
  /** The study's name, one of its own on its Slurm. */
  readonly name: string;
  /** What follows `study:` in the study file, as YAML; `cluster:` is added. */
  readonly study: string;
  /** More of the study's `cluster:`, `key: value` each. */
  readonly cluster?: readonly string[];
  /** More lines of the site file. */
  readonly site?: readonly string[];
}

/** A study in a workspace of its own, and a user who works on it from a machine that reaches Slurm. */
export interface SlurmStudy {
  readonly layout: Layout;
  /** Runs the built bsweep in the workspace. */
  readonly bsweep: (...args: readonly string[]) => Promise<ProcessResult>;
  /** As `bsweep`. @throws Error when it fails */
  readonly demand: (...args: readonly string[]) => Promise<string>;
  /** Writes the study file anew, what follows its name. */
  readonly write: (study: string) => void;
  /** Lets trials of a `gatedStudy` go on. */
  readonly openGate: () => void;
  /** Runs a round's submit.sh. */
  readonly submit: (round: number, ...args: readonly string[]) => Promise<ProcessResult>;
  /** The same, but submit.sh is killed when Slurm has taken a job, before it has written down which. */
  readonly submitAndDie: (round: number) => Promise<void>;
  /** Job ids that submit.sh has written down, by array. */
  readonly jobs: (round: number) => Record<string, string>;
  /** Waits until none of the study's jobs waits or runs. */
  readonly untilEnded: () => Promise<QueueRow[]>;
  /** The results of an array, by trial number. */
  readonly results: (round: number, array: number) => Map<number, TrialResult>;
}

/** Trials that wait until the gate is opened. */
export function gatedStudy(trials: number): string {
  const script = `until [ -e gate ]; do sleep 0.1; done; echo '{"metrics":{"score":1}}' > "$BSWEEP_RESULT"`;
  return `
objective: { metric: score, direction: maximize }
trainer: { command: [bash, -c, ${JSON.stringify(script)}], version: 1 }
space: { x: [${Array.from({ length: trials }, (_, place) => place + 1).join(", ")}] }
resources: { memory: 100MB }
`;
}

/** The trials' trainer behaves as their parameter `behaviour` says. */
export function behaviourStudy(behaviours: readonly string[], resources = "memory: 200MB"): string {
  return `
objective: { metric: score, direction: maximize }
trainer: { command: [bash, trainer.sh, "{{request}}"], version: 1 }
space: { behaviour: [${behaviours.join(", ")}] }
resources: { ${resources} }
`;
}

export function makeSlurmStudy(
  slurm: Slurm,
  folder: string,
  { name, study, cluster = [], site = [] }: SlurmStudyOptions,
): SlurmStudy {
  const layout = createLayout(folder);
  mkdirSync(join(folder, "sites"), { recursive: true });
  writeFileSync(
    join(folder, "sites", "here.yaml"),
    ["scheduler: slurm", `queue: ${PARTITION}`, "resultGraceSeconds: 2", ...site, ""].join("\n"),
  );
  copyFileSync(TRAINER_SCRIPT, join(folder, "trainer.sh"));
  const user = new User(slurm, layout, name, ["site: here", ...cluster].join(", "));
  user.write(study);
  return user;
}

class User implements SlurmStudy {
  readonly layout: Layout;
  readonly #slurm: Slurm;
  readonly #name: string;
  readonly #cluster: string;

  constructor(slurm: Slurm, layout: Layout, name: string, cluster: string) {
    this.layout = layout;
    this.#cluster = cluster;
    this.#slurm = slurm;
    this.#name = name;
  }

  bsweep = (...args: readonly string[]): Promise<ProcessResult> =>
    this.#run(process.execPath, [builtProgram("main.js"), ...args]);

  demand = async (...args: readonly string[]): Promise<string> => {
    const { succeeded, failure, stdout, stderr } = await this.bsweep(...args);
    if (!succeeded) throw new Error(`${failure}\n${stdout}\n${stderr}`);
    return stdout;
  };

  write = (study: string): void => {
    const text = `study: ${this.#name}\n${study}\ncluster: { ${this.#cluster} }\n`;
    writeFileSync(join(this.layout.workspace, "study.yaml"), text);
  };

  openGate = (): void => writeFileSync(join(this.layout.workspace, "gate"), "");

  submit = (round: number, ...args: readonly string[]): Promise<ProcessResult> =>
    this.#run("bash", [join(this.layout.round(this.#name, round), SUBMIT_SCRIPT), ...args]);

  submitAndDie = async (round: number): Promise<void> => {
    const folder = this.layout.round(this.#name, round);
    const commands = join(folder, "deadly");
    mkdirSync(commands);
    const { stdout: sbatch } = await this.#run("bash", ["-c", "command -v sbatch"]);
    const kill = 'read -r _ pid _ < "$LOCK/owner" && kill -KILL "$pid"';
    const script = `#!/bin/bash\nLOCK='${folder}/submit.lock'\n${sbatch} "$@" || exit\n${kill}\n`;
    writeFileSync(join(commands, "sbatch"), script, { mode: 0o755 });
    const command = 'PATH="$1:$PATH" bash "$2" --no-canary';
    const words = ["-c", command, "bash", commands, join(folder, SUBMIT_SCRIPT)];
    if ((await this.#run("bash", words)).succeeded) throw new Error("submit.sh was not killed");
  };

  jobs = (round: number): Record<string, string> => {
    const folder = join(this.layout.round(this.#name, round), "submitted");
    const files = readdirSync(folder).filter((file) => file.endsWith(".job"));
    return Object.fromEntries(
      files.map((file) => [file.slice(0, -4), readFileSync(join(folder, file), "utf8").trim()]),
    );
  };

  untilEnded = async (): Promise<QueueRow[]> => {
    const own = (rows: readonly QueueRow[]) =>
      rows.filter((row) => row.name.startsWith(`${this.#name}-r`));
    const rows = await this.#slurm.untilQueue(`${this.#name} has ended`, (all) =>
      own(all).every(({ state }) => !/^(?:PENDING|RUNNING|COMPLETING|SUSPENDED)$/.test(state)),
    );
    return own(rows);
  };

  results = (round: number, array: number): Map<number, TrialResult> => {
    const folder = join(this.layout.roundResults(this.#name, round), arrayName(array));
    return existsSync(folder) ? readResults(folder) : new Map<number, TrialResult>();
  };

  #run(command: string, args: readonly string[]): Promise<ProcessResult> {
    return runProcess(command, args, {
      cwd: this.layout.workspace,
      env: {
        ...this.#slurm.environment,
        PWD: this.layout.workspace,
        BSWEEP_ASK_SECONDS: "10",
        BSWEEP_PATIENCE_SECONDS: "9",
      },
    });
  }
}
