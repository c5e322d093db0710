import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A trainer that notes when it begins and ends. */
export const JOURNAL_TRAINER = join(
  import.meta.dirname,
  ...["..", "fixtures", "trainers", "journal.sh"],
);

/** A study whose trials note when they begin and end, to be run as a pool on a cluster. */
export function writeJournalStudy(
  folder: string,
  options: {
    readonly site: string;
    /** Of each trial. */
    readonly seconds: readonly number[];
    /** The keys below `cluster.pool`. */
    readonly pool: Readonly<Record<string, string | number>>;
    readonly resources?: Readonly<Record<string, string | number>>;
  },
): { readonly studyFile: string; readonly journal: string } {
  const journal = join(folder, "journal");
  const command = ["bash", JOURNAL_TRAINER, "{{request}}", journal];
  const study = {
    study: "pool",
    objective: { metric: "score", direction: "maximize" },
    trainer: { command: [...command, "{{place}}", "{{seconds}}"], epochs: 1 },
    space: {
      place: options.seconds.map((_, index) => index + 1),
      seconds: [...new Set(options.seconds)],
    },
    cluster: { site: options.site, pool: options.pool },
    resources: { memory: "256MB", walltime: "2m", checkpoint: "off", ...options.resources },
  };
  const studyFile = join(folder, "study.yaml");
  // JSON is YAML.
  writeFileSync(studyFile, JSON.stringify(study, null, 2));
  return { studyFile, journal };
}

/** One run of a trial; times in microseconds of one clock, `end` absent when it was killed. */
export interface NotedRun {
  readonly place: number;
  readonly pid: number;
  readonly begin: number;
  readonly end: number | undefined;
  /** The node of a cluster. */
  readonly node: string;
}

export function readJournal({ journal }: { readonly journal: string }): NotedRun[] {
  const lines = existsSync(journal) ? readFileSync(journal, "utf8").trimEnd().split("\n") : [];
  const words = lines.map((line) => line.split(" "));
  const ends = new Map(
    words.filter(([, what]) => what === "end").map(([, , pid, time]) => [pid, Number(time)]),
  );
  return words
    .filter(([, what]) => what === "begin")
    .map(([place, , pid, time, node = ""]) => ({
      place: Number(place),
      node,
      pid: Number(pid),
      begin: Number(time),
      end: ends.get(pid ?? ""),
    }));
}
