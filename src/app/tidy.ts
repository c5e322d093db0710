import type { Effects } from "../core/effects.ts";
import { dirname, join } from "node:path";
import { listResultPlaces } from "../rounds/result-files.ts";
import { valueOr } from "../core/errors.ts";
import { listFolder } from "../workspace/folder.ts";
import { clearLeftovers } from "../workspace/leftovers.ts";
import type { Layout } from "../workspace/layout.ts";

/** Puts in order what killed commands and elements have left of a study, and tells: before anything of it is read. */
export function tidyStudy(layout: Layout, study: string, { reporter }: Effects): void {
  const results = layout.studyResults(study);
  const checkpoints = layout.checkpoints(study, ".");
  const places = [...listResultPlaces(results)].map(({ place }) => join(results, place));
  const trials = valueOr([], () => listFolder(checkpoints)).map((name) => join(checkpoints, name));
  for (const line of [
    ...clearLeftovers(layout.studyJobs(study)),
    ...clearLeftovers(layout.models(study)),
    ...clearLeftovers(results, [...new Set(places.map(dirname)), ...places, ...trials]),
  ])
    reporter.info(line);
}
