import { lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { valueOr } from "../../core/errors.ts";
import { formatCommand } from "../../core/shell.ts";
import { packageRoot } from "../../workspace/package.ts";

/** Whoever may run bsweep, but may not read its TensorFlow. */
export interface ClosedLibrary {
  /** What is closed, and to whom, in a sentence. */
  readonly found: string;
  /** What whoever installed it does about it. */
  readonly remedy: string;
}

/**
 * Says so when fewer people may read TensorFlow's library or binding than may run bsweep: whoever set it up has them in a
 * cache of their own. By the modes of files and folders; access lists are left out.
 * @param files links are followed
 * @param program a file of bsweep's own
 */
export function findClosed(
  files: readonly string[],
  program: string = join(packageRoot(), "package.json"),
): ClosedLibrary | undefined {
  const own = findNarrowest(program);
  for (const file of files.map(followLinks)) {
    const { audience, path, mode } = findNarrowest(file);
    if (audience >= own.audience) continue;
    return {
      found: `${file} is closed to ${audience === 0 ? "other users" : "users of other groups"}: ${path} is of mode ${mode}`,
      remedy: `as the one who installed it: ${openIt(file, path, dirname(program))}`,
    };
  }
  return undefined;
}

/** What is bsweep's own is opened where it lies; of what lies in someone's home, a copy is taken. */
function openIt(file: string, closed: string, own: string): string {
  const [outside = ""] = own.split("/node_modules/");
  const isInstalled = outside !== own;
  const installation = isInstalled ? join(outside, "node_modules") : own;
  if (closed.startsWith(`${installation}/`)) return formatCommand("chmod", "-R", "a+rX", closed);
  // npm leaves alone what lies there.
  const shared = join(isInstalled ? outside : dirname(own), "bsweep-tensorflow");
  const copy = formatCommand("cp", "-r", dirname(file), shared);
  return `${copy} && ${formatCommand("bsweep", "runtime", "install", "--from", shared)}`;
}

/** Where the last part of a path leads; as far as this user may look. */
function followLinks(path: string): string {
  const isLink = valueOr(false, () => lstatSync(path).isSymbolicLink());
  return isLink ? followLinks(resolve(dirname(path), readlinkSync(path))) : path;
}

/** 0: the owner alone, 1: a group, 2: everyone; and the file or folder that lets the fewest through. */
interface Narrowest {
  readonly audience: number;
  readonly path: string;
  /** As chmod takes it. */
  readonly mode: string;
}

function findNarrowest(file: string): Narrowest {
  const folders = [...foldersAbove(file)].reverse();
  let narrowest: Narrowest = { audience: 2, path: file, mode: "" };
  for (const path of [...folders, file]) {
    // Behind a folder that this user may not enter nothing can be asked, nor need it.
    const mode = valueOr(undefined, () => statSync(path).mode);
    if (mode === undefined) break;
    const needed = path === file ? 0o4 : 0o1;
    const audience = mode & needed ? 2 : mode & (needed << 3) ? 1 : 0;
    if (audience < narrowest.audience)
      narrowest = { audience, path, mode: (mode & 0o777).toString(8) };
  }
  return narrowest;
}

function* foldersAbove(file: string): Generator<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    yield folder;
    if (folder === dirname(folder)) return;
  }
}
