import { checkCluster } from "../../rules/index.ts";
import type { PlanReport } from "./planned.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import type { Layout } from "../../workspace/layout.ts";
import { mergePlacements } from "../site/cluster-request.ts";
import { pinImage } from "../image/pin-image.ts";

/** What is known of the next round's elements; absent where nobody has reckoned it. */
export interface ElementEstimate {
  readonly elements: number;
  /** One core's seconds of an element on the average; null for a command. */
  readonly coreSeconds: number | null;
}

const SECONDS_PER_HOUR = 3600;

/** What the next round's elements take by the shapes of their networks. */
export function estimateElements(
  { newTrials, newCoreHours }: Pick<PlanReport, "newTrials" | "newCoreHours">,
  trialsPerElement: number,
): ElementEstimate {
  const ofTrial =
    newTrials === 0 || newCoreHours === null ? null : (newCoreHours * SECONDS_PER_HOUR) / newTrials;
  return {
    elements: Math.ceil(newTrials / trialsPerElement),
    coreSeconds: ofTrial === null ? null : ofTrial * trialsPerElement,
  };
}

/**
 * What its reader and the rules of its cluster (docs/cluster-rules.md) say to a study, one line each; of a cluster
 * nothing where there is no scheduler.
 */
export function lintCluster(
  study: Study,
  site: Site,
  layout: Layout,
  estimate?: ElementEstimate,
): string[] {
  const { submits, refinesGpus } = schedulerOf(site);
  const notes = study.notes ?? [];
  if (!submits) return [...notes];
  const { workspace } = layout;
  const data = study.data === null ? [] : [study.data.train, study.data.test];
  const coreSeconds = estimate?.coreSeconds ?? null;
  const broken = checkCluster({
    ...{ study, site, refinesGpus, workspace },
    placement: pinImage(mergePlacements(site, study.cluster), site, layout),
    mounts: mountsOf(site, workspace),
    dataFolders: data.filter((path) => path !== undefined).map((path) => layout.resolve(path)),
    elements: estimate?.elements ?? null,
    elementSeconds: coreSeconds === null ? null : coreSeconds / study.resources.cpus,
  });
  return [...notes, ...broken];
}

function mountsOf({ container, mounts }: Site, workspace: string): readonly string[] {
  if (container === "none") return [];
  return mounts.length > 0 ? mounts : [workspace];
}
