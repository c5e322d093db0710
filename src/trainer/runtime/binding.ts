import { cpSync, existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import { runProcess } from "../../process/exec.ts";
import { linkLibraries, type Libraries } from "./libraries.ts";
import { nodePreGypProgram, type TfjsPackage } from "./tfjs-package.ts";
import { runTool } from "./tool.ts";
import { replaceFolder, withWorkFolder } from "./work-folder.ts";

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
