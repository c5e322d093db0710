import { cpSync } from "node:fs";
import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import { runProcess } from "../../process/exec.ts";
import { linkLibraries, type Libraries } from "./libraries.ts";
import { nodeGypEnvironment } from "./node-headers.ts";
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
  throw new BsweepError(
    "RUNTIME_MISSING",
    `tfjs-node's binding cannot be built: ${missing.join(", ")} not found`,
    {
      hint: "apt-get install python3 make g++ (Red Hat: dnf install python3 make gcc-c++), then bsweep runtime install",
    },
  );
}
