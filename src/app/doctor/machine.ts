import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checker, type Check } from "../../core/check.ts";
import { messageOf } from "../../core/errors.ts";
import { withDatabase } from "../../storage/database.ts";
import { packageRoot } from "../../workspace/package.ts";

/** Whether bsweep itself can work here: Node, and SQLite's native part. */
export async function checkMachine(): Promise<Check[]> {
  return [checkNode(process.versions.node), await checkDatabase()];
}

export function checkNode(version: string): Check {
  const node = checker("Node");
  const text = readFileSync(join(packageRoot(), "package.json"), "utf8");
  const { engines } = JSON.parse(text) as { engines: { node: string } };
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec(engines.node)?.[0] ?? "").split(".").map(Number);
  const [ours = 0, oursMinor = 0] = version.split(".").map(Number);
  return ours > major || (ours === major && oursMinor >= minor)
    ? node.ok(version)
    : node.fail(version, `bsweep needs Node ${engines.node}`);
}

/** Its binding is built for one version of Node: another one cannot load it. */
async function checkDatabase(): Promise<Check> {
  const sqlite = checker("SQLite");
  try {
    await withDatabase(":memory:", "readwrite", () => undefined);
    return sqlite.ok("better-sqlite3 loads");
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    return sqlite.fail(reason, "npm rebuild better-sqlite3, with the Node that runs bsweep");
  }
}
