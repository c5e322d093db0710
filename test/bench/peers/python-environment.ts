import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../../src/trainer/runtime/cache.ts";
import { tell } from "../figure.ts";
import { runProcess } from "../process.ts";

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");

/**
 * The Python with the peers' packages: built once under the cache folder (about a minute and 2 GB), for
 * these requirements, then reused. Deleting the folder is all it takes to build it anew.
 * @returns the absolute name of its `python`
 */
export async function preparePython(): Promise<string> {
  const { folder, python, complete } = locate();
  if (existsSync(complete)) return python;
  tell(`bench: installing the peers into ${folder}, once`);
  rmSync(folder, { recursive: true, force: true });
  await runProcess("python3", ["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await runProcess(python, [...install, "-r", REQUIREMENTS]);
  writeFileSync(complete, "");
  return python;
}

/** The same Python where it is there already; undefined otherwise. */
export function findPython(): string | undefined {
  const { python, complete } = locate();
  return existsSync(complete) ? python : undefined;
}

function locate() {
  const key = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), `bench-python-${key}`);
  return { folder, python: join(folder, "bin", "python"), complete: join(folder, "complete") };
}
