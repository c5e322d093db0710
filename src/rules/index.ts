import { COMPUTE1_RULES } from "./compute1.ts";
import { COMPUTE2_RULES } from "./compute2.ts";
import { GENERAL_RULES, leastMemoryMiB } from "./everywhere.ts";
import type { ClusterRule, ClusterUse } from "./rule.ts";

export type { ClusterRule, ClusterUse } from "./rule.ts";
export { leastMemoryMiB };

/** Rules of one site hold for the sites that start from it too. */
const RULES_OF_SITES: Readonly<Record<string, readonly ClusterRule[]>> = {
  compute1: COMPUTE1_RULES,
  compute2: COMPUTE2_RULES,
};

export const CLUSTER_RULES: readonly ClusterRule[] = [
  ...GENERAL_RULES,
  ...COMPUTE1_RULES,
  ...COMPUTE2_RULES,
];

/** What a cluster's rules say to a study: `RULE: what was found, and what to do`. */
export function checkCluster(use: ClusterUse): string[] {
  const ofSite = [...new Set(use.site.lineage)].flatMap((name) => RULES_OF_SITES[name] ?? []);
  return [...GENERAL_RULES, ...ofSite].flatMap(({ id, find }) => {
    const found = find(use);
    return typeof found === "string" ? [`${id}: ${found}`] : [];
  });
}
