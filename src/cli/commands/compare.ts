import type { Source } from "../../app/compare/side.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { Layout } from "../../workspace/layout.ts";
import { defineCommand, openStudy } from "../command.ts";
import { choice, flag, text } from "../options.ts";
import { print, printJson } from "../output.ts";

/** How the name of a database ends. */
const DATABASE = /\.(?:sqlite3?|db)$/;

/** How a file that `import` has written ends. */
const IMPORTED = ".jsonl";

/** `bsweep compare A B`: two studies beside each other. */
export const compareCommand = defineCommand({
  command: "compare <a> <b>",
  describe: "Two studies: what differs, and which was better for its cost",
  options: {
    a: text("Study file, a study's database (results/STUDY/study.sqlite), or what import wrote", {
      demandOption: true,
    }),
    b: text("The same of the other one", { demandOption: true }),
    metric: text("Compare by this metric", {
      defaultDescription: "the objective, where both have the same",
    }),
    direction: choice(["maximize", "minimize"], "Whether that metric is better high or low"),
    json: flag("Print it as JSON"),
  },
  examples: [
    ["$0 compare wide.yaml deep.yaml", "Two studies of this workspace"],
    ["$0 compare study.yaml ../old/results/s/study.sqlite", "One of another workspace"],
  ],
  run: async ({ a, b, metric, direction, json }, { layout, effects }) => {
    const { compare } = await import("../../app/compare.ts");
    const sources = { a: await openSource(a, layout), b: await openSource(b, layout) };
    const options = { ...sources, ...dropAbsent({ metric, direction }) };
    const comparison = await compare(options, effects);
    if (json) {
      printJson(comparison);
      return;
    }
    const { formatComparison } = await import("../../reports/comparison.ts");
    print(formatComparison(comparison));
  },
});

async function openSource(word: string, layout: Layout): Promise<Source> {
  const kind = DATABASE.test(word) ? "database" : word.endsWith(IMPORTED) ? "imported" : "study";
  if (kind === "study") return { kind, study: await openStudy(word), layout };
  const { logicalPath } = await import("../../workspace/layout.ts");
  return { kind, path: logicalPath(word) };
}
