import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of bsweep's own package.json, whether this file runs from src or from dist. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  // dist has one too, which says no more than that its files are CommonJS.
  while (basename(folder) === "dist" || !existsSync(join(folder, "package.json")))
    folder = dirname(folder);
  return folder;
}

/** bsweep's own version. */
export function packageVersion(): string {
  return packageManifest().version;
}

/** bsweep's own package.json, which npm packs as it is. */
export function packageManifest() {
  return JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    readonly version: string;
    readonly engines: { readonly node: string };
    readonly devDependencies: Readonly<Record<string, string>>;
  };
}

/** A built program of bsweep, such as `main.js`. */
export function builtProgram(path: string): string {
  return join(packageRoot(), "dist", path);
}

/** Files that come with bsweep: templates, sites, example studies. */
export function packagedTemplates(): string {
  return join(packageRoot(), "templates");
}
