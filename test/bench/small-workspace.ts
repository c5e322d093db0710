import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeExampleDigits } from "../../src/app/example-digits.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { runProcess } from "./process.ts";

/** Runs the built bsweep in a workspace to its end. @returns wall seconds of the whole process */
export function runBsweep(workspace: string, ...args: readonly string[]): Promise<number> {
  const env = { BSWEEP_WORKSPACE: workspace };
  return runProcess(process.execPath, [builtProgram("main.js"), ...args], { env });
}

/** A workspace with `rows` genuine digits as its data/digits; gives the folder. */
export async function makeSmallWorkspace(parent: string, rows: number): Promise<string> {
  const workspace = join(parent, "workspace");
  mkdirSync(workspace);
  const csv = join(parent, "train.csv");
  writeExampleDigits({ path: csv, rows });
  await runBsweep(workspace, "prepare", "--csv", csv, "--to", join(workspace, "data", "digits"));
  return workspace;
}
