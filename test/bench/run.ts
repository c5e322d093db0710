/** `npm run bench -- NAME ... [--fresh]`: prints one JSON line a figure on stdout, progress on stderr. No name: all. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchAsking } from "./asking.ts";
import { benchCollect } from "./collect.ts";
import { benchCommands } from "./commands.ts";
import { tell } from "./figure.ts";
import { benchGenerate } from "./generate.ts";
import { benchHtml } from "./html.ts";
import { benchImportance } from "./importance.ts";
import type { BenchOptions } from "./options.ts";
import { benchPrepare } from "./prepare.ts";
import { benchSearch } from "./search.ts";
import { benchSearchDigits } from "./search-digits.ts";
import { benchStartup } from "./startup.ts";
import { benchStatus } from "./status.ts";
import { benchThreads } from "./threads.ts";
import { benchTraining } from "./training.ts";

const BENCHES: Readonly<Record<string, (folder: string, options: BenchOptions) => Promise<void>>> =
  {
    training: benchTraining,
    threads: benchThreads,
    startup: benchStartup,
    commands: benchCommands,
    generate: benchGenerate,
    collect: benchCollect,
    status: benchStatus,
    html: benchHtml,
    importance: benchImportance,
    asking: benchAsking,
    prepare: benchPrepare,
    search: benchSearch,
    "search-digits": benchSearchDigits,
  };

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { fresh: { type: "boolean", default: false } },
});
const wanted = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const unknown = wanted.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0) {
  tell(`no benchmark ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}
for (const name of wanted) {
  const folder = mkdtempSync(join(tmpdir(), "bsweep-bench-"));
  try {
    await BENCHES[name]?.(folder, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
