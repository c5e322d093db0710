import type { SpawnSyncReturns } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateRound } from "../../src/app/generate.ts";
import { readRound } from "../../src/rounds/round.ts";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeTestFolder } from "./folder.ts";
import type { Lsf } from "./lsf/lsf.ts";
import { recordEffects } from "./prepare.ts";
import { spawnSync } from "./programs.ts";

/** A round of a command's trials on LSF without containers, to be submitted for real. */
export interface SubmittableRound {
  readonly layout: Layout;
  readonly studyFile: string;
  /** Absolute. */
  readonly folder: string;
  readonly results: string;
  /** Runs submit.sh to its end (see `watchEnd`); `extra` is put on top of the environment. */
  submit(
    args?: readonly string[],
    extra?: Readonly<Record<string, string>>,
  ): SpawnSyncReturns<string>;
  /** Of the study, on LSF. */
  readonly jobGroup: string;
  /** What submitted/NAME holds, its line end left out. */
  readRecord(name: string): string;
}

export interface RoundOptions {
  /** Trials, by what they do: text of a shell that finds the result's file in $1. */
  readonly trials?: readonly string[];
  /** More of `cluster:` and `resources:`, as YAML flow entries. */
  readonly cluster?: string;
  readonly resources?: string;
  readonly maxArraySize?: number;
  /** Default LSF. */
  readonly scheduler?: "lsf" | "slurm";
  /** Name of the workspace's folder. */
  readonly workspace?: string;
  /** Random part of the job names. */
  readonly nonce?: string;
  /** Of an element; by default 1GB and 10m. */
  readonly memory?: string;
  readonly walltime?: string;
  /** More lines of the site file. */
  readonly site?: string;
}

/** In `submit`'s environment: what may have been asked for is asked for again after some seconds, not three minutes. */
export const SOON = { BSWEEP_ASK_SECONDS: "4" };

/** What a trial does that is complete. */
export const GOOD = `echo '{"metrics":{"score":1}}' > "$1"`;

/** Writes a study and generates its round; six good trials in arrays of two by default. */
export async function makeSubmittableRound(
  lsf: Pick<Lsf, "environment">,
  { trials = Array.from({ length: 6 }, () => GOOD), ...options }: RoundOptions = {},
): Promise<SubmittableRound> {
  const workspace = join(makeTestFolder(), options.workspace ?? "it's a $workspace");
  mkdirSync(join(workspace, "sites"), { recursive: true });
  const queue = options.scheduler === "slurm" ? "" : "queue: general\n";
  const site = `scheduler: ${options.scheduler ?? "lsf"}\nmaxArraySize: ${options.maxArraySize ?? 2}\n${queue}${options.site ?? ""}\n`;
  writeFileSync(join(workspace, "sites", "own.yaml"), site);
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(studyFile, studyText(trials, options));
  const layout = createLayout(workspace);
  await generateRound(
    { studyFile, layout, overwrite: false, user: "me", nonce: options.nonce ?? "0a1b2c3d" },
    recordEffects(),
  );
  const folder = layout.round("s", 1);
  return {
    ...{ layout, studyFile, folder },
    jobGroup: readRound(layout, "s", 1)?.cluster?.jobGroup ?? "",
    results: layout.roundResults("s", 1),
    submit: (args = [], extra = {}) =>
      spawnSync("bash", [join(folder, "submit.sh"), ...args], {
        env: lsf.environment({
          BSWEEP: builtProgram("main.js"),
          ...extra,
        }),
      }),
    readRecord: (name) => readFileSync(join(folder, "submitted", name), "utf8").trimEnd(),
  };
}

function studyText(trials: readonly string[], options: RoundOptions): string {
  const { cluster, resources, memory = "1GB", walltime = "10m" } = options;
  const deeds = trials.map((deed, place) => JSON.stringify(`${deed} # ${place}`));
  return `
study: s
objective: { metric: score, direction: maximize }
trainer: { command: [bash, -c, "eval \\"$0\\"", "{{deed}}", "{{result}}"] }
space: { deed: [${deeds.join(", ")}] }
cluster: { site: own, concurrencyLimit: 2${cluster === undefined ? "" : `, ${cluster}`} }
resources: { cpus: 1, memory: ${memory}, walltime: ${walltime}${resources === undefined ? "" : `, ${resources}`} }
`;
}
