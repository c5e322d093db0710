import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type DraftFile,
  type DraftPlacement,
  type DraftSpace,
  type DraftTrainer,
  formatCluster,
  formatSiteDraft,
  formatStudyDraft,
} from "../formats/draft.ts";
import { BsweepError, isSystemError, messageOf } from "../core/errors.ts";
import type { RequirableKey, Site } from "../core/site.ts";
import { type ForeignStudy, formatForeignStudy } from "../formats/foreign/study.ts";
import { parseSiteFile } from "../formats/site-file.ts";
import { parseStudyFile } from "../formats/study-file.ts";
import { schedulerOf, SCHEDULERS } from "../schedulers/index.ts";
import { packagedTemplates } from "../workspace/package.ts";
import { readForeignStudy, tellOfForeign } from "./init/foreign.ts";
import { mergePlacements, missingKeys } from "./site/cluster-request.ts";
import { listSiteNames, loadSite } from "./site/load-site.ts";

/** What the user answered, on the command line or on a terminal. */
export interface InitAnswers {
  /** Study file to write. */
  readonly file: string;
  readonly name: string;
  readonly site: string;
  /** The site that a new one starts from; a site file is written where it is named. */
  readonly like?: string;
  readonly trainer: DraftTrainer;
  readonly space: DraftSpace;
  readonly data: string | null;
  readonly placement: DraftPlacement;
  /** A file of another tool, which says what is searched. */
  readonly from?: string;
  /** Of a database with several studies, the name of one. */
  readonly nameThere?: string;
}

export interface InitReport {
  readonly files: readonly DraftFile[];
  readonly site: Site;
  /** Keys to fill in before `generate`. */
  readonly missing: readonly RequirableKey[];
  /** What of `from` could not be taken, or not as it was. */
  readonly notes: readonly string[];
}

/** Examples that spaces are taken from, below templates. */
const EXAMPLES: Readonly<Record<DraftSpace | "command", string>> = {
  small: "study/demo.yaml",
  full: "study/digits-grid.yaml",
  wide: "study/digits-wide.yaml",
  command: "trainers/script/study.yaml",
};

/**
 * The files of a new study, checked as `plan` checks them; nothing is written.
 * @throws BsweepError USAGE for a site that is not there and like none; INVALID_STUDY, INVALID_SITE for answers that
 *   no file may hold
 */
export function draftStudy(answers: InitAnswers): InitReport {
  const { file, like } = answers;
  const folder = dirname(file);
  const siteFile = like === undefined ? undefined : draftSite(answers, like, folder);
  const known = siteFile === undefined ? listSiteNames(folder) : [answers.site];
  if (!known.includes(answers.site)) {
    const found = `found site ${JSON.stringify(answers.site)}`;
    throw new BsweepError("USAGE", `${found}, expected one of: ${known.join(", ")}`, {
      hint: `for a cluster of your own: --site ${answers.site} --like slurm (or another known one)`,
    });
  }
  const site = siteFile?.site ?? loadSite(answers.site, folder);
  const { submits } = schedulerOf(site);
  const missing = submits ? missingKeys(site, mergePlacements(site, answers.placement)) : [];
  // A site file has said it for every study.
  const placement = siteFile === undefined ? answers.placement : {};
  const foreign = readForeign(answers);
  const text = draftText(answers, { site: site.name, placement, missing }, foreign);
  checkText(text, answers, foreign);
  return {
    files: [...(siteFile === undefined ? [] : [siteFile.draft]), { path: file, text }],
    site,
    missing,
    notes: foreign?.notes ?? [],
  };
}

function readForeign({ from, nameThere }: InitAnswers): ForeignStudy | undefined {
  return from === undefined ? undefined : readForeignStudy(from, nameThere);
}

/** @throws BsweepError INVALID_STUDY, of the file that the study was made from where there is one */
function checkText(
  text: string,
  { file, from = "" }: InitAnswers,
  foreign: ForeignStudy | undefined,
): void {
  try {
    parseStudyFile(text, file);
  } catch (error) {
    if (foreign === undefined || !(error instanceof BsweepError)) throw error;
    throw tellOfForeign(error, foreign, from);
  }
}

function draftText(
  answers: InitAnswers,
  place: Parameters<typeof formatCluster>[0],
  foreign: ForeignStudy | undefined,
): string {
  const { name, trainer, space, data, from = "" } = answers;
  if (foreign === undefined)
    return formatStudyDraft({ ...place, name, trainer, space, data }, readExample(answers));
  return formatForeignStudy(foreign, {
    name,
    file: from,
    cluster: formatCluster(place).join("\n"),
  });
}

function readExample({ trainer, space }: InitAnswers): string {
  const example = EXAMPLES[trainer === "cnn" ? space : "command"];
  return readFileSync(join(packagedTemplates(), example), "utf8");
}

function draftSite(
  { site: name, placement }: InitAnswers,
  like: string,
  folder: string,
): { readonly draft: DraftFile; readonly site: Site } {
  const path = join(folder, "sites", `${name}.yaml`);
  const base = loadSite(like, folder);
  const text = formatSiteDraft({ name, like, placement, hasContainer: base.container !== "none" });
  return {
    draft: { path, text },
    site: parseSiteFile(text, { name, file: path }, SCHEDULERS, () => base),
  };
}

/**
 * Writes the files, all of them or none where one is there already.
 * @throws BsweepError CONFLICT, WORKSPACE
 */
export function writeDrafts(files: readonly DraftFile[]): void {
  const there = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (there.length > 0) throw alreadyThere(there);
  for (const { path, text } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: "wx" });
    } catch (cause) {
      if (isSystemError(cause, "EEXIST")) throw alreadyThere([path]);
      throw new BsweepError("WORKSPACE", `cannot write ${path}: ${messageOf(cause)}`, { cause });
    }
  }
}

function alreadyThere(paths: readonly string[]): BsweepError {
  return new BsweepError("CONFLICT", `${paths.join(" and ")}: there already, nothing was written`, {
    hint: "name another file (bsweep init FILE), or --print to see what would be written",
  });
}
