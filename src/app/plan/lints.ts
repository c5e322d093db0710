import { checkCluster, type ClusterUse } from "../../rules/index.ts";
import type { Site } from "../../core/site.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { CommandSetup, Study } from "../../core/study.ts";
import { pickSetup } from "../../core/trainer-command.ts";
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

/** Keys of a study by which its command is another one. */
function changedKeys(before: CommandSetup, now: CommandSetup): string[] {
  const [old, own] = [pickSetup(before), pickSetup(now)];
  const keys = new Set([...Object.keys(old), ...Object.keys(own)]) as Set<keyof CommandSetup>;
  return [...keys]
    .filter((key) => canonicalJson(old[key]) !== canonicalJson(own[key]))
    .map((key) => `trainer.${key}`);
}

/**
 * Says so when trials of the same version were planned with another command: nobody can know whether it trains
 * otherwise, and their results are ranked together.
 */
export function explainChangedCommand(study: Study, layout: Layout): string | undefined {
  const { trainer } = study;
  if (trainer.kind !== "command") return undefined;
  const { usable } = readUsableRounds(layout, study.name, (round) => {
    if (round.trainer.kind !== "command") return [];
    const keys = changedKeys(round.trainer, trainer);
    const isOfVersion =
      keys.length > 0 && readSetting(layout, round).trainer.revision === trainer.version;
    return isOfVersion ? [{ name: roundName(round.round), keys }] : [];
  });
  const others = usable.flat();
  if (others.length === 0) return undefined;
  const names = others.map(({ name }) => name).join(", ");
  const keys = [...new Set(others.flatMap((each) => each.keys))].join(", ");
  const is = keys.includes(",") ? "are others" : "is another one";
  return `${keys} ${is} than in ${names}, and trainer.version is still ${trainer.version}: their results are ranked together; if it trains otherwise now, set trainer.version to ${trainer.version + 1}`;
}
