import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { valueOr } from "../../core/errors.ts";
import { packageRoot } from "../../workspace/package.ts";

export const TFJS_NODE = "@tensorflow/tfjs-node";

/** Where the npm package @tensorflow/tfjs-node lies. */
export interface TfjsPackage {
  readonly folder: string;
  readonly version: string;
}

/**
 * Where `runtime install` puts a tfjs-node that npm has left out of an installed bsweep. A folder of its own: npm brings
 * the whole folder it installs into in line, and that one is not bsweep's.
 */
export function fetchedTfjs(): string {
  return join(packageRoot(), "node_modules", ".tfjs-node");
}

/** Finds tfjs-node's folder without loading it; undefined when npm has left the optional package out. */
export function findTfjsPackage(): TfjsPackage | undefined {
  const require = createRequire(import.meta.url);
  const places = [...(require.resolve.paths(TFJS_NODE) ?? []), join(fetchedTfjs(), "node_modules")];
  for (const modules of places) {
    const folder = join(modules, TFJS_NODE);
    const version = valueOr(undefined, () => readManifest(folder).version);
    if (version !== undefined) return { folder, version };
  }
  return undefined;
}

/** The version of tfjs-node that this bsweep is made for. */
export function wantedTfjsVersion(): string {
  return readManifest(packageRoot()).optionalDependencies[TFJS_NODE] ?? "latest";
}

/** Where tfjs-node will look for its native binding in this Node, whether or not it is there. */
export function bindingPath(tfjs: TfjsPackage): string {
  const require = createRequire(join(tfjs.folder, "package.json"));
  const nodePreGyp = require("@mapbox/node-pre-gyp") as { find(manifest: string): string };
  return nodePreGyp.find(join(tfjs.folder, "package.json"));
}

/** The link that the binding loads. */
export function libraryLink(tfjs: TfjsPackage): string {
  return join(tfjs.folder, "deps", "lib", "libtensorflow.so");
}

/** The program that builds the binding. */
export function nodePreGypProgram(tfjs: TfjsPackage): string {
  const require = createRequire(join(tfjs.folder, "package.json"));
  const manifest = require.resolve("@mapbox/node-pre-gyp/package.json");
  return join(dirname(manifest), "bin", "node-pre-gyp");
}

function readManifest(folder: string) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly version: string;
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
}
