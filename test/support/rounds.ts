import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Round } from "../../src/formats/round-file.ts";
import type { Parameters } from "../../src/core/study.ts";
import type { Trial, TrialResult } from "../../src/core/trial.ts";
import { formatManifestLine } from "../../src/formats/manifest.ts";
import { parseResult } from "../../src/formats/result-file.ts";
import { createLayout, manifestName, parseResultName } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "./folder.ts";
import { makeTrial, writeRound } from "./results.ts";

/** The trainer that behaves as the parameter `behaviour` says. */
export const TRAINER_SCRIPT = join(import.meta.dirname, "..", "fixtures", "trainers", "trainer.sh");

/** A round whose trials run a command, in a workspace of the running test's own. */
export interface CommandRound {
  readonly workspace: string;
  readonly manifestFile: string;
  readonly resultFolder: string;
  readonly trials: readonly Trial[];
  /** Where trainers with the parameter `noted` leave their process ids. */
  readonly pidFile: string;
}

/**
 * Writes a round of one array.
 * @param elements behaviours of the trials: one inner list for each element
 */
export function makeCommandRound(
  elements: readonly (readonly string[])[],
  other: Partial<Round> = {},
): CommandRound {
  const workspace = makeTestFolder();
  const pidFile = join(workspace, "pids");
  let number = 0;
  const packed = elements.map((behaviours) =>
    behaviours.map((behaviour) => makeTrial(++number, makeParameters(behaviour, number, pidFile))),
  );
  const trials = packed.flat();
  writeRound(
    { workspace, study: "s", round: 1, arraySize: 1000, trials },
    {
      objective: { metric: "score", direction: "maximize" },
      dataset: null,
      trainer: { kind: "command", command: ["bash", TRAINER_SCRIPT, "{{request}}"] },
      ...other,
    },
  );
  const layout = createLayout(workspace);
  const manifestFile = join(layout.round("s", 1), manifestName(1));
  const lines = packed.map((own, line) =>
    formatManifestLine({ schemaVersion: 1, index: line + 1, trials: own }),
  );
  writeFileSync(manifestFile, `${lines.join("\n")}\n`);
  const resultFolder = join(layout.roundResults("s", 1), "array-01");
  return { workspace, manifestFile, resultFolder, trials, pidFile };
}

function makeParameters(behaviour: string, place: number, noted: string): Parameters {
  return { behaviour, place, noted };
}

/**
 * The results an element has left, by trial number; every file must be a valid one under its name.
 * @param isHalfWritten what else may be there
 */
export function readResults(
  resultFolder: string,
  isHalfWritten: (name: string) => boolean = () => false,
): Map<number, TrialResult> {
  const results = new Map<number, TrialResult>();
  for (const name of readdirSync(resultFolder)) {
    if (isHalfWritten(name)) continue;
    const result = parseResult(readFileSync(join(resultFolder, name), "utf8"), name);
    if (parseResultName(name)?.trialId !== result.trialId || results.has(result.number))
      throw new Error(`${name} is not the one result of its trial`);
    results.set(result.number, result);
  }
  return results;
}

/** Process ids that trainers have noted, as far as they are still alive. */
export function livingTrainers({ pidFile }: Pick<CommandRound, "pidFile">): number[] {
  return notedTrainers(pidFile).filter(isAlive);
}

/** Every process id that trainers have noted. */
export function notedTrainers(pidFile: string): number[] {
  try {
    return readFileSync(pidFile, "utf8").trim().split("\n").map(Number);
  } catch {
    return [];
  }
}

/** A process that has ended and was not waited for does not count as alive. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
