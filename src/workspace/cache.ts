import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { valueOr } from "../core/errors.ts";
import { logicalPath } from "./layout.ts";
import { packageRoot } from "./package.ts";

/**
 * The folder for what is large and can be fetched again: `$BSWEEP_CACHE`, else `$XDG_CACHE_HOME/bsweep`,
 * else `~/.cache/bsweep`. Job environments may have no home: then a folder inside node_modules.
 */
export function cacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  // No HOME, and a user id that no passwd file knows: usual in containers.
  home: string = valueOr("", homedir),
): string {
  const own = environment["BSWEEP_CACHE"] ?? "";
  if (own !== "") return logicalPath(own);
  const shared = environment["XDG_CACHE_HOME"] ?? "";
  // The XDG base directory specification tells programs to ignore a relative path here.
  if (isAbsolute(shared)) return join(shared, "bsweep");
  if (isAbsolute(home)) return join(home, ".cache", "bsweep");
  return join(packageRoot(), "node_modules", ".cache", "bsweep");
}
