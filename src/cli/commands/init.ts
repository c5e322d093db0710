import { dirname } from "node:path";
import type { InitAnswers, InitReport } from "../../app/init.ts";
import { DRAFT_SPACES, DRAFT_TRAINERS } from "../../formats/draft.ts";
import { dropAbsent } from "../../core/objects.ts";
import { createLayout, logicalPath } from "../../workspace/layout.ts";
import { defineCommand } from "../command.ts";
import { formatCommand } from "../../core/shell.ts";
import { askForInit, PROPOSED, type InitOptions } from "../init-questions.ts";
import { choice, flag, text } from "../options.ts";
import { print } from "../output.ts";

/** `bsweep init`: a study file to start from, and a site where one is asked for. */
export const initCommand = defineCommand({
  command: "init [file]",
  describe: "Write a study file to start from, and the file of a site of your own",
  options: {
    file: text("Study file to write", { default: "study.yaml" }),
    from: text("A sweep file of W&B, or a database of Optuna, that says what is searched"),
    "name-there": text("Study in Optuna's database, where there are several", { implies: "from" }),
    name: text("Name of the study", { defaultDescription: PROPOSED.name }),
    site: text("Where it runs", { defaultDescription: PROPOSED.site }),
    like: text("Write sites/SITE.yaml too, which starts from this site: slurm, lsf, compute1 ..."),
    trainer: choice(DRAFT_TRAINERS, "What trains: the built-in network, or any command", {
      defaultDescription: PROPOSED.trainer,
    }),
    grid: choice(DRAFT_SPACES, "Search space of the network: 16, 2,880 or 13,824 trials", {
      defaultDescription: PROPOSED.grid,
    }),
    data: text("Folder of the data set that `bsweep prepare` makes", {
      defaultDescription: `${PROPOSED.data}; none for a command`,
    }),
    "user-group": text("User group (LSF), or account (Slurm)"),
    queue: text("Queue, or partition"),
    "service-class": text("Subscription (LSF), or QOS (Slurm)"),
    image: text("Container image of the elements"),
    yes: flag("Ask nothing"),
    print: flag("Print the files, write nothing"),
  },
  examples: [
    ["$0 init", "Asks, on a terminal"],
    ["$0 init --yes --site compute1 --user-group compute-lab", "For compute1"],
    ["$0 init --from sweep.yaml", "A sweep of W&B as a study"],
    ["$0 init --yes --site mine --like slurm --queue batch", "A cluster of your own"],
  ],
  run: async (
    { file, from, nameThere, yes, print: onlyPrint, ...given },
    { workspace, effects },
  ) => {
    const { draftStudy, writeDrafts } = await import("../../app/init.ts");
    const asked = from === undefined && !yes ? await complete(given, file) : given;
    const answers = { ...toAnswers(file, asked, from), ...dropAbsent({ from, nameThere }) };
    const report = draftStudy(answers);
    if (onlyPrint) {
      print(formatDrafts(report));
      return;
    }
    writeDrafts(report.files);
    for (const { path } of report.files) print(`wrote ${path}`);
    for (const note of report.notes) effects.reporter.warn(note);
    print(`\n${nextSteps(answers, report, await isPrepared(answers, workspace)).join("\n")}`);
  },
});

/** One file as it is; of several, each under its name. */
function formatDrafts({ files }: InitReport): string {
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) return only.text;
  return files.map(({ path, text }) => `# ${path}\n${text}`).join("\n");
}

/** Asks for what the options left open, where there is someone to ask. */
async function complete(given: InitOptions, file: string): Promise<InitOptions> {
  if (!process.stdin.isTTY) return given;
  const { listSiteNames, loadSite } = await import("../../app/site/load-site.ts");
  const { openPrompt } = await import("../prompt.ts");
  const folder = dirname(file);
  const prompt = openPrompt();
  try {
    return await askForInit(given, prompt, {
      known: listSiteNames(folder),
      load: (name) => loadSite(name, folder),
    });
  } finally {
    prompt.close();
  }
}

function toAnswers(file: string, given: InitOptions, from?: string): InitAnswers {
  const { like, queue, userGroup, serviceClass, image } = given;
  // Whoever comes from elsewhere brings a program.
  const usual = from === undefined ? PROPOSED.trainer : "command";
  const { name = PROPOSED.name, site = PROPOSED.site, trainer = usual } = given;
  const { grid: space = PROPOSED.grid, data = trainer === "cnn" ? PROPOSED.data : null } = given;
  return {
    ...{ file, name, site, trainer, space, data, ...dropAbsent({ like }) },
    placement: dropAbsent({ queue, userGroup, serviceClass, image }),
  };
}

async function isPrepared({ data }: InitAnswers, workspace: string): Promise<boolean> {
  if (data === null) return true;
  const { openPackedDataset } = await import("../../workspace/packed-dataset.ts");
  try {
    openPackedDataset(logicalPath(createLayout(workspace).resolve(data)));
    return true;
  } catch {
    return false;
  }
}

function nextSteps(
  { file, data }: InitAnswers,
  { site, missing }: InitReport,
  prepared: boolean,
): string[] {
  const step = (...words: string[]): string => `  ${formatCommand("bsweep", ...words)}`;
  return [
    ...(missing.length === 0
      ? []
      : [`fill in cluster.${missing.join(", cluster.")} in ${file}: ${site.name} needs it\n`]),
    "next:",
    ...(prepared ? [] : [step("prepare", "--csv", "train.csv", "--to", data ?? "")]),
    step("plan", file),
    step("doctor", file),
    step("generate", file),
  ];
}
