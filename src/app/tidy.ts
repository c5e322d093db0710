import type { Effects } from "../core/effects.ts";
import { clearLeftovers } from "../workspace/leftovers.ts";
import type { Layout } from "../workspace/layout.ts";

/** Puts in order what killed commands have left of a study, and tells: before anything of it is read. */
export function tidyStudy(layout: Layout, study: string, { reporter }: Effects): void {
  for (const folder of [layout.studyJobs(study), layout.models(study)])
    for (const line of clearLeftovers(folder)) reporter.info(line);
}
