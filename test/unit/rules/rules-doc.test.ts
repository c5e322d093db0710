import { join } from "node:path";
import { expect, test } from "vitest";
import { CLUSTER_RULES, type ClusterRule } from "../../../src/rules/index.ts";
import { packageRoot } from "../../../src/workspace/package.ts";

const HEAD = `# What clusters demand

Clusters have rules that no scheduler tells at once: a job waits for ever, is killed, or its result is deleted a month
later. \`plan\`, \`generate\` and \`doctor\` warn where a study breaks one, with the rule's name first; nothing is refused.
Rules of compute1 and compute2 hold for every site that starts from these ([site-file.md](site-file.md)). They are made
from public documentation and from what people wrote who use the clusters; none was tried there.

Written by a test from the rules themselves (\`npx vitest run test/unit/rules/rules-doc.test.ts -u\`).
`;

const COLUMNS = ["Rule", "Warns when", "Why", "Source"];

function row({ id, when, why, source }: ClusterRule): string {
  const link = source.url === undefined ? source.title : `[${source.title}](${source.url})`;
  return `| ${[`\`${id}\``, when, why, link].join(" | ")} |`;
}

test("docs/cluster-rules.md holds every rule with its fact and source (vitest -u writes it)", async () => {
  const table = [
    `| ${COLUMNS.join(" | ")} |`,
    `| ${COLUMNS.map(() => "---").join(" | ")} |`,
    ...CLUSTER_RULES.map(row),
  ];
  const file = join(packageRoot(), "docs", "cluster-rules.md");
  await expect(`${HEAD}\n${table.join("\n")}\n`).toMatchFileSnapshot(file);
});

test("every rule has a name of its own", () => {
  const ids = CLUSTER_RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]+\/[a-z0-9-]+$/);
});
