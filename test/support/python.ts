import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../src/workspace/cache.ts";

/** A Python of this machine that can import these modules; undefined when there is none. */
export function findPythonWith(...modules: readonly string[]): string | undefined {
  const code = `import importlib.util as u; raise SystemExit(any(u.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;
  return listPythons().find((python) => spawnSync(python, ["-c", code]).status === 0);
}

/** The system's own, then the environments that tests and benchmarks have built. */
function listPythons(): readonly string[] {
  const cache = cacheFolder();
  const built = existsSync(cache) ? readdirSync(cache) : [];
  return [
    "/usr/bin/python3",
    ...built
      .filter((name) => /^(?:test|bench)-python-/.test(name))
      .map((name) => join(cache, name, "bin", "python")),
  ];
}
