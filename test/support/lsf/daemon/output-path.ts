import { existsSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Element } from "./job.ts";

/**
 * A file of -o, -e or -i: `%J`, `%I` (0 off arrays), seen from the submission's folder; a folder means
 * `JOBID.out` in it (S DTU; HELP).
 */
export function outputPath(element: Element, pattern: string, extension = "out"): string {
  const { submission, id } = element.job;
  const name = pattern.replaceAll("%J", String(id)).replaceAll("%I", String(element.index));
  const path = isAbsolute(name) ? name : join(submission.folder, name);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  return isFolder ? join(path, `${id}.${extension}`) : path;
}
