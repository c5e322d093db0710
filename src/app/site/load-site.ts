import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BsweepError, type Issue } from "../../core/errors.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import { parseSiteFile } from "../../formats/site-file.ts";
import { SCHEDULERS, schedulerOf } from "../../schedulers/index.ts";
import { packagedTemplates } from "../../workspace/package.ts";

/**
 * Finds and reads a site: `sites/NAME.yaml` beside the study file wins over the one bsweep brings, and may
 * start from it (`extends: NAME`).
 * @param studyFolder folder of the study file
 * @throws BsweepError INVALID_SITE when there is no such site (the known ones are listed), or it is invalid
 */
export function loadSite(name: string, studyFolder: string): Site {
  return readSite(name, studyFolder, []);
}

/** Names of all sites that a study in this folder can name, sorted. */
export function listSiteNames(studyFolder: string): string[] {
  return [...new Set(siteFolders(studyFolder).flatMap(listSites).map(nameOf))].sort();
}

function siteFolders(studyFolder: string): string[] {
  return [join(studyFolder, "sites"), join(packagedTemplates(), "sites")];
}

/** @param used files that this site is part of already: none is read twice, so no circle is followed */
function readSite(name: string, studyFolder: string, used: readonly string[]): Site {
  const files = siteFolders(studyFolder)
    .flatMap(listSites)
    .filter((file) => !used.includes(file));
  // Only a file that was listed is opened: `../x` never leaves the folders.
  const file = files.find((path) => nameOf(path) === name);
  if (file === undefined) {
    const known = [...new Set(files.map(nameOf))].sort().join(", ");
    throw new BsweepError(
      "INVALID_SITE",
      `found site ${JSON.stringify(name)}${used.length === 0 ? "" : ` in extends of ${used.at(-1)}`}, expected one of: ${known}`,
      { hint: `write ${join(studyFolder, "sites", "NAME.yaml")} to describe another cluster` },
    );
  }
  const loadBase = (base: string): Site => readSite(base, studyFolder, [...used, file]);
  return parseSiteFile(readFileSync(file, "utf8"), { name, file }, SCHEDULERS, loadBase);
}

/**
 * The site that a study names.
 * @throws BsweepError as loadSite does; INVALID_STUDY where the study sets variables that the site's scheduler sets
 */
export function loadSiteOf(study: Pick<Study, "cluster" | "file" | "trainer">): Site {
  const { cluster, file, trainer } = study;
  const site = loadSite(cluster.site, dirname(file));
  const { element } = schedulerOf(site);
  const own = element.arrayIndexVariable.replace(/_.*/, "_");
  const names = trainer.kind === "command" ? Object.keys(trainer.env ?? {}) : [];
  const issues = names
    .filter((name) => name.startsWith(own))
    .map((name): Issue => ({
      file,
      path: `trainer.env.${name}`,
      message: `found ${name}, expected no name that begins with ${own}: these tell an element which one it is`,
    }));
  if (issues.length === 0) return site;
  throw new BsweepError("INVALID_STUDY", `${file} sets variables that its scheduler sets`, {
    issues,
    hint: "name the variable otherwise under trainer.env",
  });
}

function listSites(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => join(folder, name));
}

function nameOf(file: string): string {
  return basename(file, ".yaml");
}
