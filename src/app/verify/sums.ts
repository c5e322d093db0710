import { isAbsolute, join } from "node:path";
import { BsweepError, messageOf } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import { readPlainBytes, readPlainFile } from "../../workspace/folder.ts";
import { SUMS_FILE } from "../archive/archive.ts";

const LINE = /^([0-9a-f]{64}) {2}(.+)$/;
/** Files that an error names. */
const NAMED = 5;

/**
 * Reads every file of an archive, and holds it against its digest.
 * @returns how many there are
 * @throws BsweepError WORKSPACE for a folder that is no archive, and for one of which a file is missing or not what it was
 */
export function checkSums(archive: string): number {
  const lines = readSums(archive).trimEnd().split("\n");
  const issues = lines.flatMap((line, at) => {
    const message = checkLine(archive, line);
    return message === null ? [] : [{ file: SUMS_FILE, line: at + 1, path: "", message }];
  });
  if (issues.length === 0) return lines.length;
  throw new BsweepError("WORKSPACE", `${archive} is not what was archived`, {
    issues: issues.slice(0, NAMED),
    hint: `in that folder, sha256sum --check ${SUMS_FILE} tells of every file`,
  });
}

function readSums(archive: string): string {
  try {
    return readPlainFile(join(archive, SUMS_FILE));
  } catch (cause) {
    throw new BsweepError("WORKSPACE", `${archive} is no archive: ${messageOf(cause)}`, {
      hint: "name a folder that bsweep archive has written",
      cause,
    });
  }
}

/** Null where all is well. */
function checkLine(archive: string, line: string): string | null {
  const [, digest, name = ""] = LINE.exec(line) ?? [];
  const isInside = name !== "" && !isAbsolute(name) && !name.split("/").includes("..");
  if (!isInside) return `found ${JSON.stringify(line.slice(0, 100))}, expected a digest and a file`;
  try {
    const found = sha256(readPlainBytes(join(archive, name)));
    return found === digest ? null : `${name}: found SHA-256 ${found}, expected ${digest ?? ""}`;
  } catch (error) {
    return `${name}: ${messageOf(error)}`;
  }
}
