import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../../src/process/exec.ts";
import { cacheFolder } from "../../../src/workspace/cache.ts";

/** A Python with packages, under the cache folder. Deleting its folder is all it takes to build it anew. */
export interface PythonEnvironment {
  readonly name: string;
  /** Absolute name of the requirements file; others make another environment. */
  readonly requirements: string;
}

/** For tests that read with Python what bsweep wrote; `npm run test-python` builds it. */
export const TEST_PYTHON: PythonEnvironment = {
  name: "test-python",
  requirements: join(import.meta.dirname, "requirements.txt"),
};

/** For tests that sweep scripts of other parsers; built with the other. */
export const SCRIPT_PYTHON: PythonEnvironment = {
  name: "script-python",
  requirements: join(import.meta.dirname, "requirements-scripts.txt"),
};

/** @returns the absolute name of its `python`; undefined when it was never built */
export function findPython(environment: PythonEnvironment): string | undefined {
  const { python, complete } = locate(environment);
  return existsSync(complete) ? python : undefined;
}

/** The same; it is built first if need be, which takes about a minute and 2 GB. */
export async function preparePython(
  environment: PythonEnvironment,
  tell: (line: string) => void,
): Promise<string> {
  const { folder, python, complete } = locate(environment);
  if (existsSync(complete)) return python;
  tell(`installing Python's packages into ${folder}, once`);
  rmSync(folder, { recursive: true, force: true });
  await run("python3", ["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await run(python, [...install, "-r", environment.requirements]);
  writeFileSync(complete, "");
  return python;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { succeeded, failure, stderr } = await runProcess(command, args);
  if (!succeeded) throw new Error(`${failure}\n${stderr}`);
}

function locate({ name, requirements }: PythonEnvironment) {
  const key = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), `${name}-${key}`);
  return { folder, python: join(folder, "bin", "python"), complete: join(folder, "complete") };
}
