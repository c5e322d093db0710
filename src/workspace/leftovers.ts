import { existsSync, lstatSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { valueOr } from "../core/errors.ts";
import { listFolder } from "./folder.ts";
import { hasMakerEnded, MAKER_MARK } from "./maker.ts";

/** What is being made beside NAME, and what NAME was until it was replaced: `.NAME.MAKER.RANDOM.tmp` and `.old`. */
const LEFTOVER = new RegExp(`^\\.(.+)\\.(${MAKER_MARK})\\.[0-9a-f]{12}\\.(tmp|old)$`);

/** Nobody makes anything for so long; a replacement takes two renames. */
const LONG_AGO_MS = { tmp: 24 * 3_600_000, old: 60_000 } as const;

/**
 * Puts a folder in order after commands that were killed: what one was about to replace stands again, what one was making is
 * removed, as soon as it is certain that it has ended. What cannot be written is left.
 * @param inside the folders to look into, where it is not this one: all is told as this one's
 * @returns what was found and done, in sentences
 */
export function clearLeftovers(folder: string, inside: readonly string[] = [folder]): string[] {
  const lines: string[] = [];
  const foreign: string[] = [];
  let removed = 0;
  for (const leftover of inside.flatMap(findLeftovers)) {
    const { path, target, hasEnded, isOld } = leftover;
    if (leftover.isReplaced && !existsSync(target) && (hasEnded ?? isOld))
      lines.push(...restore(leftover));
    else if (hasEnded === true && remove(path)) removed += 1;
    else if (hasEnded === undefined && isOld) foreign.push(path);
  }
  if (removed > 0) lines.push(`removed what killed commands had left in ${folder}: ${removed}`);
  return [...lines, ...tellForeign(foreign, folder)];
}

function tellForeign(paths: readonly string[], folder: string): string[] {
  const all = paths.length === 1 ? "" : `, one of ${paths.length} in ${folder},`;
  return paths
    .slice(0, 1)
    .map(
      (path) =>
        `${path}${all} is of a command on another machine; if none is at work there, remove it`,
    );
}

interface Leftover {
  readonly path: string;
  /** What it was to be, or was. */
  readonly target: string;
  /** Whether it was the target until it was replaced. */
  readonly isReplaced: boolean;
  /** Undefined where nobody here can know. */
  readonly hasEnded: boolean | undefined;
  readonly isOld: boolean;
}

function findLeftovers(folder: string): readonly Leftover[] {
  const names = valueOr([], () => listFolder(folder));
  const hidden = names.filter((name) => name.startsWith("."));
  return hidden.sort().flatMap((name) => {
    const [, target, mark, kind] = LEFTOVER.exec(name) ?? [];
    if (target === undefined || mark === undefined) return [];
    const path = join(folder, name);
    const isReplaced = kind === "old";
    const age = Date.now() - valueOr(Infinity, () => lstatSync(path).ctimeMs);
    return {
      ...{ path, target: join(folder, target), isReplaced, hasEnded: hasMakerEnded(mark) },
      isOld: age > LONG_AGO_MS[isReplaced ? "old" : "tmp"],
    };
  });
}

/** The new one stands, when it was complete; else the old one. Two who do it at once do the same. */
function restore({ path, target }: Leftover): string[] {
  const fresh = path.replace(/old$/, "tmp");
  const isComplete = existsSync(fresh);
  try {
    renameSync(isComplete ? fresh : path, target);
  } catch {
    return [];
  }
  if (isComplete) remove(path);
  return [
    `${target} stands again, the ${isComplete ? "new" : "old"} one: a command was killed while it replaced it`,
  ];
}

/** False where it cannot be, or is gone. */
function remove(path: string): boolean {
  return valueOr(false, () => {
    rmSync(path, { recursive: true });
    return true;
  });
}
