import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { SCHEDULERS } from "../../../src/schedulers/index.ts";
import { packageRoot } from "../../../src/workspace/package.ts";

const SOURCES = join(packageRoot(), "src");

/** Where a person types the name or reads it; everywhere else the record is asked. */
const ALLOWED: Readonly<Record<string, string>> = {
  "app/demo.ts": "types `bsweep local`",
  "app/doctor.ts": "the site of a machine alone, as a person would name it",
  "app/doctor/container.ts": "tells who starts Docker",
  "app/image/engine.ts": "tells how images are built where there is no engine",
  "app/init.ts": "a hint that names a site to start from",
  "app/status.ts": "says which command is next: `bsweep local`",
  "app/verify/rerun.ts": "the site of a machine alone, as a person would name it",
  "cli/commands/generate.ts": "says which command is next: `bsweep local`",
  "cli/commands/init.ts": "help: what an option is called elsewhere",
  "cli/commands/local.ts": "says which command is next: `bsweep local`",
  "cli/commands/promote.ts": "says which command is next: `bsweep local`",
  "cli/commands/retry.ts": "says which command is next: `bsweep local`",
  "cli/commands/status.ts": "says which command is next: `bsweep local`",
  "cli/commands/steer.ts": "help: which scheduler can",
  "cli/init-questions.ts": "sites that a person may choose from",
  "formats/placement-schema.ts": "describes keys by the options that people know",
  "formats/study-schema.ts": "the default site; describes keys by the options that people know",
  "rules/compute1.ts": "rules, as they are told",
  "rules/compute2.ts": "rules, as they are told",
  "rules/everywhere.ts": "rules, as they are told",
  "rules/rule.ts": "titles of manuals",
};

/** Told by launchers and drivers too. */
const SHARED: ReadonlySet<string> = new Set(["OMPI_COMM_WORLD_RANK", "CUDA_VISIBLE_DEVICES"]);

/** Words that only the records may say: names, titles, variables, commands, prefixes and endings of job files. */
const WORDS = new Set(
  SCHEDULERS.flatMap(({ name, title, submits, jobFile, element, doctor }) => [
    ...[name, jobFile.directivePrefix.slice(1)],
    ...(submits ? [title, jobFile.scriptExtension.slice(1)] : []),
    ...[...element.jobIdVariables, element.arrayIndexVariable, ...element.tellingVariables],
    ...doctor.commands,
  ]).filter((word) => word !== "" && !SHARED.has(word)),
);

/** Names such as `lsfStatus` and `checkSlurm`. */
const NAMED = SCHEDULERS.map(({ name }) => {
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  return name === "local" ? /(?!)/ : new RegExp(`^${name}[A-Z]|[a-z]${capital}(?![a-z])`);
});

/** Whether a text of the source, or a name in it, is about one scheduler. */
function namesScheduler(text: string): boolean {
  // `local` is an everyday word, and a command.
  const words = text === "local" ? [text] : text.split(/\W+/).filter((word) => word !== "local");
  return words.some((word) => WORDS.has(word)) || NAMED.some((named) => named.test(text));
}

/** Strings and names of a source text that are about one scheduler; comments may be. */
function findNames(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isIdentifier(node) ||
      ts.isStringLiteralLike(node) ||
      ts.isTemplateMiddleOrTemplateTail(node) ||
      ts.isTemplateHead(node);
    const isVariable = ts.isIdentifier(node) && node.text === "local";
    if (isText && !isVariable && namesScheduler(node.text)) found.push(node.text);
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile("a.ts", source, ts.ScriptTarget.Latest, false));
  return found;
}

test("no file of src but the schedulers' own names one, except where a person types or reads the name", () => {
  const naming = readdirSync(SOURCES, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ts") && !name.startsWith("schedulers/"))
    .map((file) => [file, findNames(readFileSync(join(SOURCES, file), "utf8"))] as const)
    .filter(([, names]) => names.length > 0);
  const others = naming.filter(([file]) => ALLOWED[file] === undefined);
  expect(others).toEqual([]);
  expect(naming.map(([file]) => file).sort()).toEqual(Object.keys(ALLOWED).sort());
});

test("not even there is a scheduler told by comparing its name", () => {
  for (const file of Object.keys(ALLOWED)) {
    const source = readFileSync(join(SOURCES, file), "utf8");
    expect([file, source.match(/scheduler\w*\)? *[!=]== *["']/g)]).toEqual([file, null]);
  }
});

test.each([
  [`if (site.scheduler === "slurm") x();`, ["slurm"]],
  [`if (scheduler === "local") x();`, ["local"]],
  [
    `import { lsfStatus } from "../schedulers/lsf/status.ts";`,
    ["lsfStatus", "../schedulers/lsf/status.ts"],
  ],
  [`const id = process.env["LSB_JOBID"] ?? env.SLURM_JOB_ID;`, ["LSB_JOBID", "SLURM_JOB_ID"]],
  ["run(`squeue -j ${id}`); checkSlurm(`${x} of LSF`);", ["squeue -j ", "checkSlurm", " of LSF"]],
  [`write("array.sbatch", "#BSUB -q x");`, ["array.sbatch", "#BSUB -q x"]],
  [`// LSF\nconst modelsFolder = labelsFile(localFile, "runs on local disks");`, []],
])("finds what it looks for: %s", (source, names) => {
  expect(findNames(source)).toEqual(names);
});
