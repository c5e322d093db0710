import type { Argv } from "yargs";
import type { ImageSource, PackOptions } from "../app/prepare/source.ts";
import { parseDurationSeconds, parseMemoryMiB } from "../core/quantities.ts";
import { createLayout, logicalPath } from "../workspace/layout.ts";
import { formatCommand } from "../core/shell.ts";
import { readQuantity, TEXT } from "./options.ts";
import { createEffects, fromHere, print, printJson } from "./output.ts";

/** Options of `bsweep prepare` that belong to jobs on a cluster. */
export interface JobOptions {
  site: string | undefined;
  study: string | undefined;
  image: string | undefined;
  queue: string | undefined;
  "user-group": string | undefined;
  memory: string;
  walltime: string;
  overwrite: boolean;
}

/** What else of the command line decides about the jobs. */
interface OtherOptions {
  readonly workspace: string;
  readonly to: string;
  readonly shards: number;
  readonly force: boolean;
  readonly json: boolean;
}

export function addJobOptions<T>(parser: Argv<T>) {
  return parser
    .option("site", {
      ...TEXT,
      conflicts: "study",
      describe:
        "Write jobs for this site instead, an element for each of --shards; again: how far they are",
    })
    .option("study", { ...TEXT, describe: "The same, as the cluster block of this study says" })
    .option("image", { ...TEXT, describe: "Container image of the jobs" })
    .option("queue", { ...TEXT, describe: "Queue, or partition, of the jobs" })
    .option("user-group", { ...TEXT, describe: "User group, or account, of the jobs" })
    .option("memory", { ...TEXT, default: "2GB", describe: "Memory of each job" })
    .option("walltime", { ...TEXT, default: "1h", describe: "Longest run of each job" })
    .option("overwrite", {
      type: "boolean",
      default: false,
      describe: "Write the jobs anew, though they were submitted",
    })
    .group(
      ["site", "study", "image", "queue", "user-group", "memory", "walltime", "overwrite"],
      "On a cluster:",
    );
}

/** Whether jobs are asked for. */
export function wantsJobs({ site, study }: JobOptions): boolean {
  return site !== undefined || study !== undefined;
}

/** Writes the jobs or tells how far they are. */
export async function runJobs(
  options: JobOptions & OtherOptions,
  pack: PackOptions,
): Promise<void> {
  const { prepareByJobs } = await import("../app/prepare-jobs.ts");
  const { shards, force, overwrite, workspace, image, queue, study } = options;
  const userGroup = options["user-group"];
  const source = fromEverywhere(pack.source);
  const report = await prepareByJobs(
    {
      ...{ ...pack, source, shards, force, overwrite },
      layout: createLayout(workspace),
      where: study === undefined ? { site: options.site ?? "" } : { studyFile: logicalPath(study) },
      placement: {
        ...(image === undefined ? {} : { image }),
        ...(queue === undefined ? {} : { queue }),
        ...(userGroup === undefined ? {} : { userGroup }),
      },
      memoryMiB: readQuantity("--memory", options.memory, parseMemoryMiB, "a size such as 2GB"),
      walltimeSeconds: readQuantity(
        "--walltime",
        options.walltime,
        parseDurationSeconds,
        "a time such as 1h",
      ),
      progressCommand: repeatCommand(options, source, pack),
    },
    createEffects(),
  );
  if (options.json) {
    printJson(report);
    return;
  }
  const { formatPreparation } = await import("../reports/preparation-report.ts");
  const submit = formatCommand("bash", fromHere(report.submitScript));
  const again = `${repeatCommand(options, source, pack)} --overwrite`;
  const here = formatCommand("bsweep", "prepare", ...sourceWords(source), `--to=${pack.to}`);
  const merge = formatCommand("bsweep", "prepare", "--merge", `--to=${pack.to}`);
  print(formatPreparation(report, { submit, again, here, merge }));
}

/** Jobs start in the workspace, wherever this was typed. */
function fromEverywhere(source: ImageSource): ImageSource {
  if (source.kind === "csv") return { ...source, csv: logicalPath(source.csv) };
  const { labels } = source;
  return {
    ...source,
    images: logicalPath(source.images),
    ...(labels === undefined ? {} : { labels: logicalPath(labels) }),
  };
}

/** This very command, as it can be typed anywhere. */
function repeatCommand(
  options: JobOptions & OtherOptions,
  source: ImageSource,
  { to, classes }: PackOptions,
): string {
  const { site, image, queue, memory, walltime, shards, force, workspace } = options;
  const study = options.study === undefined ? undefined : logicalPath(options.study);
  const named = { to, classes, shards, site, study, image, queue };
  const words = Object.entries({
    ...named,
    "user-group": options["user-group"],
    memory,
    walltime,
    workspace,
  })
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `--${name}=${value ?? ""}`);
  return formatCommand(
    ...["bsweep", "prepare", ...sourceWords(source), ...words],
    ...(force ? ["--force"] : []),
  );
}

function sourceWords(source: ImageSource): string[] {
  return Object.entries(source)
    .filter(([name]) => name !== "kind")
    .map(([name, value]) => `--${name}=${value}`);
}
