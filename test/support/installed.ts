import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageRoot } from "../../src/workspace/package.ts";
import { runProcess } from "./programs.ts";

/** What npm's install scripts make or fetch within minutes; it is the same as in this checkout, and taken from there. */
const NATIVE = "better-sqlite3/build/Release/better_sqlite3.node";

/**
 * Packs this checkout with npm and installs the tarball into `prefix`, from the registry or npm's cache, without install
 * scripts. @returns the installed program
 */
export async function installPacked(prefix: string): Promise<string> {
  const npm = async (...args: readonly string[]): Promise<string> => {
    const run = await runProcess("npm", args, { cwd: packageRoot() });
    if (!run.succeeded) throw new Error(`${run.failure}\n${run.stderr}`);
    return run.stdout.trim();
  };
  mkdirSync(prefix, { recursive: true });
  const tarball = await npm("pack", "--silent", "--pack-destination", prefix);
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  const words = ["install", "--prefix", prefix, ...quiet, "--omit=optional"];
  await npm(...words, join(prefix, tarball));
  const [from, to] = [join(packageRoot(), "node_modules"), join(prefix, "node_modules")];
  mkdirSync(dirname(join(to, NATIVE)), { recursive: true });
  cpSync(join(from, NATIVE), join(to, NATIVE));
  symlinkSync(join(from, "@tensorflow"), join(to, "@tensorflow"));
  return join(to, ".bin", "bsweep");
}
