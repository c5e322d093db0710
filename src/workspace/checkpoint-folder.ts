import { accessSync, constants, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { complaintOf, valueOr } from "../core/errors.ts";
import { listFolder } from "./folder.ts";

/** Makes a trial's checkpoint folder. Returns why it cannot be used, if so. */
export function makeCheckpointFolder(folder: string): string | undefined {
  return complaintOf(() => {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  });
}

/** Removes the checkpoints of a trial that has its result. Returns why they stay, if so. */
export function removeCheckpointFolder(folder: string): string | undefined {
  return complaintOf(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
    rmSync(toldStepsFile(folder), { force: true });
  });
}

/**
 * What a command has told of its steps so far, for when it goes on from its checkpoint. It stands beside the folder, for a
 * program that finds anything in the folder takes it for a checkpoint.
 */
export function toldStepsFile(folder: string): string {
  return `${folder}.steps.jsonl`;
}

/**
 * A text that differs when the files of a checkpoint folder do: names, sizes, times. Two texts tell
 * whether a training that stopped in between has come any further. "" for a folder that is not there.
 */
export function describeCheckpoints(folder: string): string {
  const lines = listFolder(folder)
    // Half-written files of a trainer that was killed are no progress.
    .filter((name) => !name.startsWith("."))
    .sort()
    .map((name) => `${name} ${describeFile(join(folder, name))}`);
  return lines.join("\n");
}

function describeFile(file: string): string {
  return valueOr("gone", () => {
    const { size, mtimeMs } = statSync(file);
    return `${size} ${mtimeMs}`;
  });
}
