import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

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
