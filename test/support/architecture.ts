import { cruise, type IForbiddenRuleType } from "dependency-cruiser";

/** Folders of src, row by row: a folder imports itself and rows above, never its neighbours. */
export const LAYERS = [
  ["core"],
  ["cnn", "pruners", "samplers"],
  ["formats", "rules", "schedulers", "stats"],
  ["process", "rendering", "storage", "workspace"],
  ["rounds"],
  ["app", "runner", "trainer"],
  ["reports"],
  ["serving"],
  ["cli"],
] as const;

/** Third-party package -> the folders that may import it. */
export const FENCES: Readonly<Record<string, readonly string[]>> = {
  "@marcbachmann/cel-js": ["core"],
  "@mapbox/node-pre-gyp": ["trainer"],
  "@tensorflow/[^/]+": ["trainer"],
  "better-sqlite3": ["storage"],
  "cli-table3": ["reports"],
  echarts: ["reports/html/page"],
  execa: ["process"],
  handlebars: ["rendering"],
  "fast-png": ["app"],
  "file-type": ["app"],
  hyparquet: ["app"],
  "hyparquet-compressors": ["app"],
  "hyparquet-writer": ["reports"],
  "jpeg-js": ["app"],
  "p-limit": ["app"],
  papaparse: ["app", "formats", "reports"],
  picocolors: ["cli"],
  "pure-rand": ["core"],
  re2js: ["formats"],
  yaml: ["formats"],
  yargs: ["cli"],
  yauzl: ["app"],
  zod: ["formats"],
};

/**
 * What breaks the table in `ROOT/src`, as `rule: from -> to`, sorted. Imports of types and `await import()`
 * count like any other.
 */
export async function findViolations(root: string): Promise<string[]> {
  const { output } = await cruise(["src"], {
    baseDir: root,
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    validate: true,
    ruleSet: { forbidden: listRules() },
  });
  if (typeof output === "string") throw new Error(output);
  const { violations, totalCruised } = output.summary;
  if (totalCruised === 0) throw new Error(`nothing to look at in ${root}/src`);
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).sort();
}

function listRules(): IForbiddenRuleType[] {
  const packages = Object.keys(FENCES);
  return [
    ...LAYERS.flatMap((row, depth) =>
      row.map((folder) =>
        forbid("upward or sideways", `^src/${folder}/`, "^src/", [
          `^src/${folder}/`,
          ...LAYERS.slice(0, depth).flatMap((above) => above.map((name) => `^src/${name}/`)),
        ]),
      ),
    ),
    forbid("main.ts starts the command line", "^src/main\\.ts$", "^src/", ["^src/cli/"]),
    forbid("only the trainer's runtime", "^src/cli/", "^src/trainer/", ["^src/trainer/runtime/"]),
    ...packages.map((name) => ({
      name: `outside the fence of ${name}`,
      from: { path: "^src/", pathNot: (FENCES[name] ?? []).map((folder) => `^src/${folder}/`) },
      to: { path: packagePath(name) },
    })),
    {
      name: "package without a fence",
      from: { path: "^src/" },
      to: { pathNot: ["^src/", ...packages.map(packagePath)], dependencyTypesNot: ["core"] },
    },
    { name: "cycle", from: { path: "^src/" }, to: { circular: true } },
  ];
}

function forbid(name: string, from: string, to: string, except: string[]): IForbiddenRuleType {
  return { name, from: { path: from }, to: { path: to, pathNot: except } };
}

/** A package resolves to a file in node_modules, or, where it is not found, to its own name. */
function packagePath(name: string): string {
  return `(^|node_modules/)${name}(/|$)`;
}
