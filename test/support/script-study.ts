import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TrialResult } from "../../src/core/trial.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { type ProcessEnd, runBsweep } from "./bsweep-process.ts";
import { makeTestFolder } from "./folder.ts";
import { readResults } from "./rounds.ts";

/** A workspace with a script that knows nothing of bsweep, and a study that sweeps it. */
export interface ScriptStudy {
  readonly workspace: string;
  readonly studyFile: string;
  /** Writes the study file anew. */
  readonly write: (study: string) => void;
  readonly run: (command: string, ...options: string[]) => Promise<ProcessEnd>;
  /** Of the first round, by trial number. */
  readonly results: () => ReadonlyMap<number, TrialResult>;
}

/**
 * @param script text of `script.py`, or of other files by name, in folders too
 * @param study lines of the study file after its name
 * @param resources that it asks for beside memory and time, such as `checkpoint: epoch`
 */
export function makeScriptStudy(
  script: string | Readonly<Record<string, string>>,
  study: string,
  resources = "",
): ScriptStudy {
  const workspace = join(makeTestFolder(), "work space");
  mkdirSync(workspace);
  const files = typeof script === "string" ? { "script.py": script } : script;
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), text, { mode: 0o755 });
  }
  const studyFile = join(workspace, "study.yaml");
  const write = (text: string): void =>
    writeFileSync(
      studyFile,
      `study: s\n${text}\nresources: { memory: 1GB, walltime: 5m, ${resources} }\n`,
    );
  write(study);
  const layout = createLayout(workspace);
  return {
    ...{ workspace, studyFile, write },
    run: (command, ...options) =>
      runBsweep([command, studyFile, `--workspace=${workspace}`, ...options]),
    results: () => readResults(join(layout.roundResults("s", 1), "array-01")),
  };
}
