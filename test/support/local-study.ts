import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateRound } from "../../src/app/generate.ts";
import { formatRoundFile, parseRoundFile, type Round } from "../../src/formats/round-file.ts";
import { formatManifestLine, parseManifestLine } from "../../src/formats/manifest.ts";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "./folder.ts";
import { recordEffects } from "./prepare.ts";
import { TRAINER_SCRIPT } from "./rounds.ts";
import { writeDataset } from "./study-workspace.ts";

export interface LocalStudy {
  readonly layout: Layout;
  readonly studyFile: string;
  readonly roundFolder: string;
  readonly resultFolder: string;
  readonly pidFile: string;
}

export interface LocalStudyOptions {
  /** Name of the workspace's folder. */
  readonly folder?: string;
  /** The study's `cluster:`, as YAML. */
  readonly cluster?: string;
  readonly trialsPerElement?: number;
  readonly limits?: Partial<Round["limits"]>;
}

/** A study of `trials` trials on a grid. */
export function studyText(
  trials: number,
  { cluster = "{ site: local }", trialsPerElement = 1 }: LocalStudyOptions = {},
): string {
  const filters = Array.from({ length: trials }, (_, place) => place + 1).join(", ");
  return `
study: s
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 1 }
space: { filters: [${filters}] }
sampler: { kind: grid, seed: 1 }
cluster: ${cluster}
resources: { cpus: 1, memory: 4GB, walltime: 30m, trialsPerElement: ${trialsPerElement} }
`;
}

/**
 * A generated round whose trials run the command that behaves as their parameter `behaviour` says:
 * scripts, manifests and round.json are `generate`'s, only trainer and parameters are exchanged.
 */
export async function makeLocalStudy(
  behaviours: readonly string[],
  options: LocalStudyOptions = {},
): Promise<LocalStudy> {
  const workspace = join(makeTestFolder(), options.folder ?? "workspace");
  mkdirSync(workspace);
  const layout = createLayout(workspace);
  writeDataset(layout);
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(studyFile, studyText(behaviours.length, options));
  await generateRound({ studyFile, layout, overwrite: false }, recordEffects());
  const roundFolder = layout.round("s", 1);
  const pidFile = join(workspace, "pids");
  exchangeTrainer(join(roundFolder, "round.json"), options.limits);
  setBehaviours(join(roundFolder, "array-01.trials.jsonl"), behaviours, pidFile);
  const resultFolder = join(layout.roundResults("s", 1), "array-01");
  return { layout, studyFile, roundFolder, resultFolder, pidFile };
}

function exchangeTrainer(file: string, limits: Partial<Round["limits"]> = {}): void {
  const round = parseRoundFile(readFileSync(file, "utf8"), file);
  const command = ["bash", TRAINER_SCRIPT, "{{request}}"];
  const exchanged: Round = {
    ...round,
    objective: { metric: "score", direction: "maximize" },
    trainer: { kind: "command", command },
    limits: { ...round.limits, ...limits },
  };
  writeFileSync(file, formatRoundFile(exchanged));
}

/** Gives the trials of a manifest these behaviours, in order. */
export function setBehaviours(
  manifestFile: string,
  behaviours: readonly string[],
  noted: string,
): void {
  const lines = readFileSync(manifestFile, "utf8").trimEnd().split("\n");
  let place = 0;
  const exchanged = lines.map((line, at) => {
    const element = parseManifestLine(line, manifestFile, at + 1);
    const trials = element.trials.map((trial) => {
      const behaviour = behaviours[place++] ?? "good";
      return { ...trial, params: { behaviour, noted } };
    });
    return formatManifestLine({ ...element, trials });
  });
  writeFileSync(manifestFile, `${exchanged.join("\n")}\n`);
}
