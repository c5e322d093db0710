import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BsweepError } from "../core/errors.ts";
import type { Site } from "../core/site.ts";
import { parseSiteFile } from "../formats/site-file.ts";
import { packagedTemplates } from "../workspace/package.ts";
import { loadStudy, type PlanOptions } from "./plan/load-study.ts";

/**
 * Finds and reads a site: `sites/NAME.yaml` beside the study file wins over the one bsweep brings.
 * @param studyFolder folder of the study file
 * @throws BsweepError INVALID_SITE when there is no such site (the known ones are listed), or it is invalid
 */
export function loadSite(name: string, studyFolder: string): Site {
  const folders = [join(studyFolder, "sites"), join(packagedTemplates(), "sites")];
  const known = new Set(folders.flatMap(listSites));
  // Only a name that was listed is opened: `../x` never leaves the folders.
  const file = known.has(name)
    ? folders.map((folder) => join(folder, `${name}.yaml`)).find((path) => existsSync(path))
    : undefined;
  if (file === undefined) {
    throw new BsweepError(
      "INVALID_SITE",
      `found site ${JSON.stringify(name)}, expected one of: ${[...known].sort().join(", ")}`,
      { hint: `write ${join(studyFolder, "sites", "NAME.yaml")} to describe another cluster` },
    );
  }
  return parseSiteFile(readFileSync(file, "utf8"), name, file);
}

/** The site of a study. @throws BsweepError as loadStudy and loadSite do */
export function loadSiteOf(options: Pick<PlanOptions, "studyFile">): Site {
  const { study } = loadStudy(options);
  return loadSite(study.cluster.site, dirname(options.studyFile));
}

function listSites(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => basename(name, ".yaml"));
}
