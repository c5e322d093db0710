import { builtProgram } from "../../src/workspace/package.ts";
import { spawnSync } from "./programs.ts";

export interface ProgramRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built bsweep as a user would, in `folder`. */
export function runBsweep(folder: string, ...args: readonly string[]): ProgramRun {
  return spawnSync(process.execPath, [builtProgram("main.js"), ...args], {
    cwd: folder,
    env: { ...process.env, PWD: folder, NO_COLOR: "1" },
  });
}
