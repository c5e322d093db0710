import { readFileSync, statSync } from "node:fs";
import { parseTrainerReport } from "../formats/trainer-report.ts";

/**
 * Watches for a trainer that has left its report and yet does not end. The report is a trainer's last
 * act: once a valid one lies unchanged for `graceSeconds`, nothing more is to come.
 */
export function watchReport(file: string, graceSeconds: number): () => boolean {
  let seen = "";
  let since = 0;
  return () => {
    const stamp = stampOf(file);
    if (stamp !== seen) {
      seen = stamp;
      since = performance.now();
    }
    if (stamp === "" || performance.now() - since < graceSeconds * 1000) return false;
    // Looked at once a grace, not at every turn.
    since = performance.now();
    return isValid(file);
  };
}

/** "" for what is no file. */
function stampOf(file: string): string {
  try {
    const stat = statSync(file);
    return stat.isFile() ? `${stat.size} ${stat.mtimeMs} ${stat.ino}` : "";
  } catch {
    return "";
  }
}

function isValid(file: string): boolean {
  try {
    parseTrainerReport(readFileSync(file, "utf8"), file);
    return true;
  } catch {
    return false;
  }
}
