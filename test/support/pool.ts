import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Round, RoundCluster } from "../../src/formats/round-file.ts";
import { type BsweepProcess, startBsweep } from "./bsweep-process.ts";
import { JOURNAL_TRAINER } from "./journal.ts";
import { type CommandRound, makeCommandRound, readResults } from "./rounds.ts";

/** A round whose trials note when they begin and end. */
export interface JournalRound extends CommandRound {
  readonly journal: string;
}

export const POOL_CLUSTER: RoundCluster = {
  site: "slurm",
  scheduler: "slurm",
  jobGroup: "",
  concurrencyLimit: 1,
  image: "",
  resultGraceSeconds: 0,
  gpu: null,
  pool: { slots: 8, walltimeSeconds: 3600 },
  excludeHosts: [],
};

/** @param seconds how long the one trial of each element takes */
export function makeJournalRound(
  seconds: readonly number[],
  journal: string,
  other: Partial<Round> = {},
): JournalRound {
  const command = ["bash", JOURNAL_TRAINER, "{{request}}", journal];
  const round = makeCommandRound(
    seconds.map((each) => [String(each)]),
    {
      cluster: POOL_CLUSTER,
      trainer: {
        kind: "command",
        command: [...command, "{{param:place}}", "{{param:behaviour}}"],
      },
      ...other,
    },
  );
  return { ...round, journal };
}

export function startTask(
  { manifestFile, workspace }: CommandRound,
  env: Readonly<Record<string, string>> = {},
): BsweepProcess {
  return startBsweep(["pool", "--manifest", manifestFile], {
    env: { BSWEEP_WORKSPACE: workspace, ...env },
  });
}

/** Every result there is, by trial number; each trial at most one (see readResults). Killed tasks leave half-written ones. */
export function resultsOf(round: CommandRound): Map<number, string> {
  return new Map(
    [...readResults(round.resultFolder, (name) => /^\..*\.tmp$/.test(name))].map(
      ([number, { state }]) => [number, state],
    ),
  );
}

export function claimsOf({ manifestFile }: CommandRound): string[] {
  return readdirSync(join(dirname(manifestFile), "claims", "array-01")).sort();
}

/** A process and all that descends from it, in the order in which they were started. */
export function listDescendants(pid: number): number[] {
  let children: string[] = [];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").match(/\d+/g) ?? [];
  } catch {
    // It has ended.
  }
  return [pid, ...children.flatMap((child) => listDescendants(Number(child)))];
}

/** As a host that dies: a process and all that it started are gone at once. Returns their ids. */
export function killWhole(pid: number): number[] {
  // Stopped first, so that none starts another while they are counted.
  let all: number[] = [];
  for (let before = -1; before !== all.length;) {
    before = all.length;
    all = listDescendants(pid);
    for (const each of all) send(each, "SIGSTOP");
  }
  for (const each of all) send(each, "SIGKILL");
  return all;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
