import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Effects, Reporter } from "../../core/effects.ts";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { cacheFolder } from "../../workspace/cache.ts";
import { packageRoot } from "../../workspace/package.ts";
import { findClosed } from "./access.ts";
import { buildOf, type Libraries, linkLibraries } from "./libraries.ts";
import type { Build } from "./pinned-wheels.ts";
import { proveRuntime } from "./proof.ts";
import { listSources, type Source, takeGivenLibraries, takePinnedLibraries } from "./sources.ts";
import {
  bindingPath,
  fetchedTfjs,
  findTfjsPackage,
  libraryLink,
  nodePreGypProgram,
  TFJS_NODE,
  type TfjsPackage,
  wantedTfjsVersion,
} from "./tfjs-package.ts";
import { runTool } from "./tool.ts";
import { runProcess } from "../../process/exec.ts";
import { replaceFolder, withWorkFolder } from "./work-folder.ts";

export interface InstallOptions {
  /** A folder with TensorFlow's libraries, or a wheel: used even when another one works already. */
  readonly from?: string | undefined;
  /** Undefined: whatever works already will do, else the one for CPUs. */
  readonly build?: Build | undefined;
}

interface Installation {
  /** Whether anything had to be done. */
  readonly changed: boolean;
  /** The native library's version. */
  readonly tensorflow: string;
  readonly build: Build;
}

/**
 * Puts TensorFlow's native library under tfjs-node and proves that it computes. Does nothing when it
 * already does. Safe to interrupt, to repeat and to run twice at once.
 * @throws BsweepError RUNTIME_MISSING with the failing step's output; USAGE for a wrong `from`.
 */
export async function installRuntime(
  options: InstallOptions,
  effects: Effects,
): Promise<Installation> {
  const { reporter } = effects;
  const before = await proveRuntime();
  if (before.works && isAskedFor(before.build, options)) {
    return { changed: false, tensorflow: before.tensorflow, build: before.build };
  }
  const tfjs = findTfjsPackage() ?? (await fetchTfjsPackage(reporter));
  await tryInTurn(
    listSources(options.from, process.env, options.build),
    (source) => installFrom(source, options.build, tfjs, reporter),
    reporter,
  );
  warnOfClosed(reporter);
  const after = await proveRuntime();
  if (after.works) return { changed: true, tensorflow: after.tensorflow, build: after.build };
  const message = `TensorFlow is in place but does not work: ${after.reason}`;
  throw new BsweepError("RUNTIME_MISSING", message, {
    hint: "bsweep runtime status shows what was found; bsweep runtime install --from takes another TensorFlow",
  });
}

/** A colleague, or a user whom root has set this up for, would find out only when training. */
function warnOfClosed(reporter: Reporter): void {
  const tfjs = findTfjsPackage();
  const closed = tfjs && findClosed([libraryLink(tfjs), bindingPath(tfjs)]);
  if (closed === undefined) return;
  reporter.warn(
    "other users cannot use this TensorFlow; bsweep runtime status tells why, and a way",
  );
}

/** Whether a TensorFlow that works is what was asked for. */
function isAskedFor(found: Build, { from, build }: InstallOptions): boolean {
  return from === undefined && (build === undefined || build === found);
}

/** @throws BsweepError USAGE when libraries that were given are not what was asked for */
function requireBuild({ main, framework }: Libraries, build: Build | undefined): void {
  if (build === undefined) return;
  const found = buildOf(framework);
  if (found === build) return;
  const hint = "leave out --from, or the option that asks for the other build";
  const message = `found ${main}, built for ${found.toUpperCase()}s, expected one for ${build.toUpperCase()}s`;
  throw new BsweepError("USAGE", message, { hint });
}

/**
 * Tries each candidate until one succeeds. When none does, the first one's failure is the error, because
 * it is the way that is meant to work. Where there are several, each failure is a warning too.
 */
export async function tryInTurn<T>(
  candidates: readonly T[],
  attempt: (candidate: T) => Promise<void>,
  reporter: Reporter,
): Promise<void> {
  const failures: unknown[] = [];
  for (const candidate of candidates) {
    try {
      await attempt(candidate);
      return;
    } catch (error) {
      failures.push(error);
      if (candidates.length > 1) reporter.warn(messageOf(error).split("\n", 1).join());
    }
  }
  throw failures[0];
}

async function installFrom(
  source: Source,
  build: Build | undefined,
  tfjs: TfjsPackage,
  reporter: Reporter,
): Promise<void> {
  if (source.kind === "tfjs-installer") {
    await runTfjsInstaller(tfjs, reporter);
    return;
  }
  await requireBuildTools();
  const libraries =
    source.kind === "given"
      ? await takeGivenLibraries(source.path, cacheFolder())
      : await takePinnedLibraries(source.build, cacheFolder(), reporter);
  requireBuild(libraries, build);
  reporter.info(`Building tfjs-node's binding against ${libraries.main} (about 10 s) ...`);
  await buildBinding(tfjs, libraries);
}

/** What `npm install` of tfjs-node would have done: fetch the libtensorflow of its makers. */
async function runTfjsInstaller(tfjs: TfjsPackage, reporter: Reporter): Promise<void> {
  reporter.info("Trying tfjs-node's own installer ...");
  const programs = join(tfjs.folder, "..", "..", ".bin");
  await runTool("tfjs-node's own installer", process.execPath, ["scripts/install.js"], {
    cwd: tfjs.folder,
    env: { ...nodeGypEnvironment(), PATH: `${programs}${delimiter}${process.env["PATH"] ?? ""}` },
    timeoutSeconds: 900,
    hint: "bsweep runtime install --from FOLDER-OR-WHEEL takes a TensorFlow you have",
  });
}

/** npm leaves an optional package out in silence when its install script fails. */
async function fetchTfjsPackage(reporter: Reporter): Promise<TfjsPackage> {
  const requirement = `${TFJS_NODE}@${wantedTfjsVersion()}`;
  const root = existsSync(join(packageRoot(), "package-lock.json")) ? packageRoot() : fetchedTfjs();
  reporter.info(`Fetching ${requirement} with npm ...`);
  mkdirSync(root, { recursive: true });
  const argv = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  // npm brings the whole folder in line: development packages stay as they are, there or not.
  if (!existsSync(join(root, "node_modules", "typescript"))) argv.push("--omit=dev");
  argv.push("--prefix", root, requirement);
  await runTool(`Fetching ${requirement}`, "npm", argv, {
    cwd: root,
    hint: `run it by hand: npm ${argv.join(" ")}`,
  });
  const found = findTfjsPackage();
  if (found !== undefined) return found;
  throw new BsweepError("RUNTIME_MISSING", `npm installed no ${requirement} in ${root}`, {
    hint: "check the output of: npm ls @tensorflow/tfjs-node",
  });
}

/**
 * Builds tfjs-node's native binding against `libraries` and puts it, with links to them, into the package.
 * It is built in a folder of its own and renamed into place: an interruption leaves the package as it was.
 * @throws BsweepError RUNTIME_MISSING with the compiler's words when the build fails.
 */
export async function buildBinding(tfjs: TfjsPackage, libraries: Libraries): Promise<void> {
  await withWorkFolder(tfjs.folder, async (folder) => {
    for (const part of ["package.json", "binding.gyp", "binding"]) {
      cpSync(join(tfjs.folder, part), join(folder, part), { recursive: true });
    }
    linkLibraries(libraries, join(folder, "deps"));
    await runTool(
      "Building tfjs-node's binding",
      process.execPath,
      [nodePreGypProgram(tfjs), "install", "--build-from-source"],
      {
        cwd: folder,
        env: nodeGypEnvironment(),
        hint: "it needs Node's headers: beside node (include/node), in npm_config_nodedir, or from nodejs.org",
      },
    );
    replaceFolder(join(folder, "deps"), join(tfjs.folder, "deps"), folder);
    replaceFolder(join(folder, "lib"), join(tfjs.folder, "lib"), folder);
  });
}

/**
 * Checks what the build needs beside Node, before anything large is fetched.
 * @throws BsweepError RUNTIME_MISSING with everything missing and how to get it.
 */
export async function requireBuildTools(): Promise<void> {
  const tools = ["python3", "make", process.env["CXX"] ?? "g++"];
  const runs = await Promise.all(tools.map((tool) => runProcess(tool, ["--version"])));
  const missing = tools.filter((_, index) => runs[index]?.succeeded !== true);
  if (missing.length === 0) return;
  const message = `tfjs-node's binding cannot be built: ${missing.join(", ")} not found`;
  throw new BsweepError("RUNTIME_MISSING", message, {
    hint: "apt-get install python3 make g++ (Red Hat: dnf install python3 make gcc-c++), then bsweep runtime install",
  });
}

/**
 * What node-gyp needs to be told to build for this very Node. Headers that lie beside the running Node are
 * used before anything npm is configured to: a `nodedir` may belong to another version. Without any,
 * node-gyp downloads them.
 */
export function nodeGypEnvironment(): Readonly<Record<string, string>> {
  const headers = headersBesideNode();
  const nodeGyp = process.env["npm_config_node_gyp"] ?? nodeGypOfNpm();
  return {
    ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
    ...(nodeGyp === undefined ? {} : { npm_config_node_gyp: nodeGyp }),
  };
}

function headersBesideNode(): string | undefined {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const versionHeader = join(prefix, "include", "node", "node_version.h");
  return existsSync(versionHeader) &&
    declaredVersion(readFileSync(versionHeader, "utf8")) === process.versions.node
    ? prefix
    : undefined;
}

/** The version a `node_version.h` declares, such as `20.20.2`. */
export function declaredVersion(header: string): string {
  const part = (name: string): string =>
    new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(header)?.[1] ?? "?";
  return `${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}`;
}

/** npm brings node-gyp; node-pre-gyp finds it only when npm lies beside the running Node. */
function nodeGypOfNpm(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const npm = join(folder, "npm");
    if (folder === "" || !existsSync(npm)) continue;
    const root = dirname(dirname(realpathSync(npm)));
    const program = join(root, "node_modules", "node-gyp", "bin", "node-gyp.js");
    if (existsSync(program)) return program;
  }
  return undefined;
}
