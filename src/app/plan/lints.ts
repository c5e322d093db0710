import { checkCluster, type ClusterUse } from "../../rules/index.ts";
import type { Site } from "../../core/site.ts";
import type { Study } from "../../core/study.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { type Layout, roundName } from "../../workspace/layout.ts";
import { mergePlacements } from "../site/cluster-request.ts";
import { pinImage } from "../image/record.ts";
import { readUsableRounds } from "../../rounds/round.ts";
import { readSetting } from "../../rounds/setting.ts";

const NO_ESTIMATE = { elements: null, elementSeconds: null };

/**
 * What its reader and the rules of its cluster (docs/cluster-rules.md) say to a study, one line each; of a cluster
 * nothing where there is no scheduler.
 * @param estimate of the next round; absent where nobody has reckoned it
 */
export function lintCluster(
  study: Study,
  site: Site,
  layout: Layout,
  estimate: Pick<ClusterUse, "elements" | "elementSeconds"> = NO_ESTIMATE,
): string[] {
  const { submits, refinesGpus } = schedulerOf(site);
  const notes = study.notes ?? [];
  if (!submits) return [...notes];
  const { workspace } = layout;
  const seen = site.mounts.length > 0 ? site.mounts : [workspace];
  const data = study.data === null ? [] : [study.data.train, study.data.test];
  const broken = checkCluster({
    ...{ study, site, refinesGpus, workspace },
    placement: pinImage(mergePlacements(site, study.cluster), site, layout),
    mounts: site.container === "none" ? [] : seen,
    dataFolders: data.filter((path) => path !== undefined).map((path) => layout.resolve(path)),
    ...estimate,
  });
  return [...notes, ...broken];
}

/**
 * Says so when trials of the same version were planned with another command: nobody can know whether it trains
 * otherwise, and their results are ranked together.
 */
export function explainChangedCommand(study: Study, layout: Layout): string | undefined {
  const { trainer } = study;
  if (trainer.kind !== "command") return undefined;
  const words = JSON.stringify(trainer.command);
  const { usable } = readUsableRounds(layout, study.name, (round) =>
    round.trainer.kind === "command" &&
    JSON.stringify(round.trainer.command) !== words &&
    readSetting(layout, round).trainer.revision === trainer.version
      ? [round]
      : [],
  );
  const others = usable.flat();
  if (others.length === 0) return undefined;
  const names = others.map(({ round }) => roundName(round)).join(", ");
  return `trainer.command is another one than in ${names}, and trainer.version is still ${trainer.version}: their results are ranked together; if it trains otherwise now, set trainer.version to ${trainer.version + 1}`;
}
