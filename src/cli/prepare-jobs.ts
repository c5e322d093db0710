import { type ImageSource, type PackOptions, sourceWords } from "../app/prepare/source.ts";
import { judgeDataset } from "../core/dataset-sanity.ts";
import { dropAbsent } from "../core/objects.ts";
import { formatCommand } from "../core/shell.ts";
import { logicalPath } from "../workspace/layout.ts";
import type { Surroundings, Values } from "./command.ts";
import { duration, flag, memory, text } from "./options.ts";
import { fromHere, print, printJson } from "./output.ts";

const group = "On a cluster:";

/** Options of `bsweep prepare` that belong to jobs on a cluster. */
export const JOB_OPTIONS = {
  site: text(
    "Write jobs for this site instead, an element for each of --shards; again: how far they are",
    { conflicts: "study", group },
  ),
  study: text("The same, as the cluster block of this study says", { group }),
  image: text("Container image of the jobs", { group }),
  queue: text("Queue, or partition, of the jobs", { group }),
  "user-group": text("User group, or account, of the jobs", { group }),
  memory: memory("Memory of each job", { default: "2GB", group }),
  walltime: duration("Longest run of each job", {
    defaultDescription: "1h, or what queue and study allow",
    group,
  }),
  overwrite: flag("Write the jobs anew, though they were submitted", { group }),
};

/** What of the command line decides about the jobs. */
interface Asked extends Values<typeof JOB_OPTIONS> {
  readonly shards: number;
  readonly force: boolean;
  readonly json: boolean;
}

/** Whether jobs are asked for. */
export function wantsJobs({ site, study }: Pick<Asked, "site" | "study">): boolean {
  return site !== undefined || study !== undefined;
}

/** Writes the jobs or tells how far they are. */
export async function runJobs(
  options: Asked,
  pack: PackOptions,
  { layout, workspace, effects }: Surroundings,
): Promise<void> {
  const { prepareByJobs } = await import("../app/prepare-jobs.ts");
  const { formatPreparation } = await import("../reports/preparation-report.ts");
  const { shards, force, overwrite, image, queue, userGroup, study } = options;
  const repeated = repeatCommand(options, pack, workspace);
  const report = await prepareByJobs(
    {
      ...{ ...pack, source: fromEverywhere(pack.source), shards, force, overwrite, layout },
      where: study === undefined ? { site: options.site ?? "" } : { studyFile: logicalPath(study) },
      placement: dropAbsent({ image, queue, userGroup }),
      memoryMiB: options.memory,
      walltimeSeconds: options.walltime ?? null,
      progressCommand: repeated,
    },
    effects,
  );
  if (report.dataset !== null)
    for (const warning of judgeDataset(report.dataset)) effects.reporter.warn(warning);
  if (options.json) {
    printJson(report);
    return;
  }
  const submit = formatCommand("bash", fromHere(report.submitScript));
  const again = `${repeated} --overwrite`;
  const here = formatCommand("bsweep", "prepare", ...sourceWords(pack.source), `--to=${pack.to}`);
  const merge = formatCommand("bsweep", "prepare", "--merge", `--to=${pack.to}`);
  print(formatPreparation(report, { submit, again, here, merge }));
}

/** Jobs start in the workspace, wherever this was typed. */
function fromEverywhere(source: ImageSource): ImageSource {
  if (source.kind === "csv") return { ...source, csv: logicalPath(source.csv) };
  const labels = source.labels === undefined ? {} : { labels: logicalPath(source.labels) };
  return source.kind === "idx"
    ? { ...source, ...labels, images: logicalPath(source.images) }
    : { ...source, ...labels, from: logicalPath(source.from) };
}

/** This very command, as it can be typed anywhere. */
function repeatCommand(
  { site, study, image, queue, userGroup, memory, walltime, shards, force }: Asked,
  { source, to, classes, like }: PackOptions,
  workspace: string,
): string {
  const named = {
    ...{ to, classes, like, shards, site, image, queue },
    study: study === undefined ? undefined : logicalPath(study),
    "user-group": userGroup,
    memory: `${memory}MB`,
    walltime: walltime === undefined ? undefined : `${walltime}s`,
    workspace,
  };
  const words = Object.entries(named)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `--${name}=${value ?? ""}`);
  return formatCommand(
    ...["bsweep", "prepare", ...sourceWords(source), ...words],
    ...(force ? ["--force"] : []),
  );
}
