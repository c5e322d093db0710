import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { BsweepError, messageOf } from "../core/errors.ts";
import { listFolder } from "../workspace/folder.ts";
import { isWithin } from "../workspace/layout.ts";

/** In the scratch folder. */
const OWN_FOLDER = "bsweep-workspace";

interface Place {
  /** Where the program was to run. */
  readonly cwd: string;
  /** The file that it writes there, as the study names it: from `cwd`, without `..`. */
  readonly file: string;
  readonly workspace: string;
  readonly scratchFolder: string;
}

/**
 * Where a program runs that writes a file beside others: trials run side by side, and would write the same one. It is a folder
 * that looks like the workspace: each entry is a link, but for the file, or the folder at `cwd` that it is written to, which is
 * empty and the trial's own. What is written to names that are not there yet is gone with the scratch folder.
 * @returns `cwd` as it is where it is no folder, which the start of the program tells, or is the trial's own anyway
 * @throws BsweepError WORKSPACE
 */
export function makeOwnFolder({ cwd, file, workspace, scratchFolder }: Place): string {
  if (isAbsolute(file) || isWithin(cwd, scratchFolder) || !existsSync(cwd)) return cwd;
  const root = isWithin(cwd, workspace) ? workspace : cwd;
  const own = join(scratchFolder, OWN_FOLDER);
  const ownCwd = join(own, relative(root, cwd));
  try {
    mkdirSync(dirname(resolve(ownCwd, file)), { recursive: true });
    let folder = root;
    for (const name of [...partsOf(relative(root, cwd)), partsOf(file)[0]]) {
      linkOthers(folder, join(own, relative(root, folder)), name);
      folder = join(folder, name ?? "");
    }
  } catch (cause) {
    if (cause instanceof BsweepError) throw cause;
    const message = `cannot make a folder for the trial alone: ${messageOf(cause)}`;
    throw new BsweepError("WORKSPACE", message, { cause });
  }
  return ownCwd;
}

function linkOthers(folder: string, own: string, except: string | undefined): void {
  for (const name of listFolder(folder))
    if (name !== except) symlinkSync(join(folder, name), join(own, name));
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
