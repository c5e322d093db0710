import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { LocalSummary } from "../../src/app/local.ts";
import { openKeptDatabase } from "../../src/storage/database.ts";
import { createLayout, type Layout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeSuiteFolder, makeTestFolder } from "../support/folder.ts";
import { runProcess, spawnSync } from "../support/programs.ts";
import { requireHere } from "../support/requirements.ts";

const DEED = 'printf "{\\"metrics\\":{\\"v\\":%s}}" "$1" > "$BSWEEP_RESULT"';
const studyText = (values: string): string => `study: s
objective: { metric: v, direction: maximize }
trainer: { command: [sh, -c, ${JSON.stringify(DEED)}, sh, "{{x}}"] }
space: { x: [${values}] }
sampler: { kind: grid, seed: 1 }
cluster: { site: pairs }
resources: { cpus: 1, memory: 1GB, walltime: 5m }
`;

/** What a state leaves to be seen. */
interface State {
  /** Puts a workspace into it; what it returns ends it, where that is more than removing the workspace. */
  readonly make: (layout: Layout) => (() => void) | undefined;
  /** Of five trials in two rounds, the first of two arrays. */
  readonly complete: number;
  /** What is warned of; null for nothing. */
  readonly told: RegExp | null;
  /** The commands that ask, where not all do: the others warn of nothing. */
  readonly asks?: readonly string[];
  /** How `local` ends where something is left alone, and of how many trials it knows the result. */
  readonly local?: { readonly status: number; readonly known: number };
  /** How `logs` of the first trial ends where it cannot tell anything. */
  readonly logs?: { readonly status: number };
  /** Shell commands that shape what the commands inherit. */
  readonly setup?: string;
  readonly needs?: readonly string[];
}

const databaseOf = (layout: Layout): string => layout.database("s");

/** Permissions hold for root as well once it cannot override them. */
const OBEYING =
  process.getuid?.() === 0
    ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    : [];

function close(...folders: readonly string[]): () => void {
  for (const folder of folders) chmodSync(folder, 0o000);
  return () => {
    for (const folder of folders) chmodSync(folder, 0o755);
  };
}

/** As a colleague's workspace is that one may only read. */
function makeReadOnly({ workspace }: Layout): () => void {
  const names = readdirSync(workspace, { recursive: true }).map(String);
  const all = [workspace, ...names.map((name) => join(workspace, name))];
  spawnSync("chmod", ["a-w", ...all]);
  return () => void spawnSync("chmod", ["u+w", ...all]);
}

function changeDatabase(layout: Layout, sql: string): undefined {
  const database = openKeptDatabase(databaseOf(layout), false);
  database.exec(sql);
  database.close();
}

/** On a file system of a few KiB that other files fill. */
function fillDisk(layout: Layout): () => void {
  const results = layout.studyResults("s");
  const aside = `${results}.aside`;
  cpSync(results, aside, { recursive: true });
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", results]);
  cpSync(aside, results, { recursive: true });
  rmSync(aside, { recursive: true });
  spawnSync("sh", [
    "-c",
    'cat /dev/zero > "$1/filler" 2> /dev/null; test -s "$1/filler"',
    "sh",
    results,
  ]);
  return () => void spawnSync("umount", [results]);
}

const STATES: Readonly<Record<string, State>> = {
  "as it should be": { make: () => undefined, complete: 5, told: null },
  "the database is locked": {
    make: (layout) => {
      const holder = openKeptDatabase(databaseOf(layout), false);
      holder.exec("BEGIN EXCLUSIVE");
      return () => holder.close();
    },
    complete: 5,
    told: /study\.sqlite is locked by another process/,
  },
  "no file can grow": {
    make: () => undefined,
    setup: "trap '' XFSZ; ulimit -f 0",
    complete: 5,
    told: /study\.sqlite cannot/,
  },
  "the disk is full": {
    make: fillDisk,
    needs: ["root", "a mount"],
    complete: 5,
    told: /study\.sqlite cannot/,
  },
  "nothing may be written": {
    make: makeReadOnly,
    complete: 5,
    told: /study\.sqlite cannot be written/,
  },
  "nothing may be written, and nothing was collected": {
    make: (layout) => {
      rmSync(databaseOf(layout));
      return makeReadOnly(layout);
    },
    complete: 5,
    told: /cannot make .*study\.sqlite/,
  },
  "the database is damaged": {
    make: (layout) => {
      writeFileSync(databaseOf(layout), "not a database ".repeat(500));
      return undefined;
    },
    complete: 5,
    told: /study\.sqlite is no SQLite database/,
  },
  "the database is torn in the middle": {
    make: (layout) => {
      const bytes = readFileSync(databaseOf(layout));
      writeFileSync(databaseOf(layout), bytes.fill(0x5a, 4096));
      return undefined;
    },
    complete: 5,
    told: /study\.sqlite is damaged/,
  },
  "the database is a newer bsweep's": {
    make: (layout) => changeDatabase(layout, "PRAGMA user_version = 999"),
    complete: 5,
    told: /was written by a newer bsweep/,
  },
  "the database is another program's": {
    make: (layout) => changeDatabase(layout, "PRAGMA application_id = 1"),
    complete: 5,
    told: /is a database of another program/,
  },
  "the database is a folder": {
    make: (layout) => {
      rmSync(databaseOf(layout));
      mkdirSync(databaseOf(layout));
      return undefined;
    },
    complete: 5,
    told: /study\.sqlite cannot be opened/,
  },
  "the database is a pipe": {
    make: (layout) => {
      rmSync(databaseOf(layout));
      spawnSync("mkfifo", [databaseOf(layout)]);
      return undefined;
    },
    complete: 5,
    told: /study\.sqlite cannot/,
  },
  "an array's results cannot be read, and were not collected": {
    make: (layout) => {
      rmSync(databaseOf(layout));
      return close(join(layout.roundResults("s", 1), "array-01"));
    },
    complete: 3,
    told: /array-01.*what is in it is not/,
    local: { status: 3, known: 1 },
  },
  "results that were collected cannot be read": {
    make: (layout) => close(join(layout.roundResults("s", 1), "array-01")),
    complete: 5,
    told: /array-01.*what is in it is not/,
    local: { status: 3, known: 1 },
  },
  "no results can be read": {
    make: (layout) => close(layout.roundResults("s", 1), layout.roundResults("s", 2)),
    complete: 4,
    told: /round-002.*what is in it is not/,
    local: { status: 3, known: 0 },
  },
  "a round cannot be read": {
    make: (layout) => close(layout.round("s", 2)),
    complete: 4,
    told: /round-002.*what is in it is not/,
    local: { status: 3, known: 4 },
  },
  "no round can be read": {
    make: (layout) => close(layout.studyJobs("s")),
    complete: 4,
    told: /jobs\/s.*what is in it is not/,
    local: { status: 3, known: 0 },
    logs: { status: 5 },
  },
  "a round.json is torn": {
    make: (layout) => {
      writeFileSync(join(layout.round("s", 2), "round.json"), "{");
      return undefined;
    },
    complete: 4,
    told: /round-002.*what is in it is not/,
    local: { status: 3, known: 4 },
  },
  "a round.json is a pipe": {
    make: (layout) => {
      rmSync(join(layout.round("s", 2), "round.json"));
      spawnSync("mkfifo", [join(layout.round("s", 2), "round.json")]);
      return undefined;
    },
    complete: 4,
    told: /round\.json: it is no plain file/,
    local: { status: 3, known: 4 },
  },
  "a round is an empty folder": {
    make: (layout) => {
      mkdirSync(layout.round("s", 3));
      return undefined;
    },
    complete: 5,
    told: null,
  },
  "a result is a pipe": {
    make: (layout) => {
      const folder = join(layout.roundResults("s", 2), "array-01");
      const [name = ""] = readdirSync(folder);
      rmSync(join(folder, name));
      spawnSync("mkfifo", [join(folder, name)]);
      return undefined;
    },
    complete: 4,
    told: /set aside: 1 result file/,
  },
  "what submit.sh wrote down cannot be read": {
    make: (layout) => {
      const folder = join(layout.round("s", 2), "submitted");
      mkdirSync(folder, { recursive: true });
      return close(folder);
    },
    complete: 5,
    told: /warning: cannot read .*array-01\.job: EACCES/,
    asks: ["status", "logs", "local"],
    local: { status: 3, known: 4 },
  },
};

/** A command that does as much as it can. */
interface Shown {
  /** Words behind the study's file. */
  readonly words: readonly string[];
  /** Of how many trials it knows that they are complete. */
  readonly count: (stdout: string) => number;
  /** How it ends, and what it counts, where that is not 0 and the state's number. */
  readonly end?: (state: State) => { readonly status: number; readonly known: number };
}

const countsOf = (stdout: string) =>
  (JSON.parse(stdout) as { counts: { complete: number } }).counts.complete;

const COMMANDS: Readonly<Record<string, Shown>> = {
  status: { words: ["--json"], count: countsOf },
  report: { words: ["--format", "json"], count: countsOf },
  best: {
    words: ["--format", "json"],
    count: (stdout) => (JSON.parse(stdout) as { complete: number }).complete,
  },
  logs: {
    words: ["1"],
    count: (stdout) => [...stdout.matchAll(/^trial 1: complete, v 1\b/gm)].length,
    end: ({ logs }) => (logs ? { ...logs, known: 0 } : { status: 0, known: 1 }),
  },
  // Runs again what left no valid result.
  local: {
    words: ["--json"],
    count: (stdout) => {
      const { skipped, done } = JSON.parse(stdout) as LocalSummary;
      return skipped + done;
    },
    end: ({ local = { status: 0, known: 5 } }) => local,
  },
};

/** Whether a command warns in a state: `local`, which has nothing to rank, only of what it leaves alone. */
function warns(command: string, { told, asks, local }: State): boolean {
  if (told === null || asks?.includes(command) === false) return false;
  return command !== "local" || local !== undefined;
}

describe("as much as can be is shown and done when", () => {
  const master = createLayout(makeSuiteFolder());
  const study = join(master.workspace, "study.yaml");

  const run = (layout: Layout, setup: string, ...args: readonly string[]) => {
    const command = [process.execPath, builtProgram("main.js"), ...args];
    const words = [...command, `--workspace=${layout.workspace}`];
    return runProcess("bash", ["-c", `${setup}; exec "$@"`, "bash", ...OBEYING, ...words], {
      cwd: layout.workspace,
    });
  };

  // Two arrays and a round that are collected, and a round whose result is not.
  beforeAll(async () => {
    mkdirSync(join(master.workspace, "sites"));
    writeFileSync(
      join(master.workspace, "sites", "pairs.yaml"),
      "extends: local\nmaxArraySize: 2\n",
    );
    writeFileSync(study, studyText("1, 2, 3, 4"));
    await run(master, "true", "local", "study.yaml");
    copyFileSync(databaseOf(master), `${databaseOf(master)}.early`);
    writeFileSync(study, studyText("1, 2, 3, 4, 5"));
    await run(master, "true", "local", "study.yaml");
    rmSync(databaseOf(master));
    copyFileSync(`${databaseOf(master)}.early`, databaseOf(master));
    rmSync(`${databaseOf(master)}.early`);
  });

  for (const [name, state] of Object.entries(STATES)) {
    const { make, complete, told, setup = "true", needs = [] } = state;
    test.runIf(requireHere([...(OBEYING.length > 0 ? ["setpriv"] : []), ...needs]))(
      name,
      async () => {
        const ends = Object.entries(COMMANDS).map(async ([command, { words, count, end }]) => {
          const expected = end?.(state) ?? { status: 0, known: complete };
          const layout = createLayout(join(makeTestFolder(), "workspace"));
          cpSync(master.workspace, layout.workspace, { recursive: true });
          const undo = make(layout);
          try {
            const argv = [command, "study.yaml", ...words];
            const { exitStatus, stdout, stderr } = await run(layout, setup, ...argv);
            const [status, known] = [exitStatus, count(stdout)];
            expect({ command, status, known, stderr }).toEqual({ command, ...expected, stderr });
            if (warns(command, state)) expect(stderr).toMatch(told ?? /./);
            else expect(stderr).not.toContain("warning");
            expect(stderr).not.toMatch(/bug|\n +at /);
          } finally {
            undo?.();
          }
        });
        await Promise.all(ends);
      },
    );
  }
});
