import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countCombinations } from "../../../src/core/space/combinations.ts";
import { parseStudyFile } from "../../../src/formats/study-file.ts";
import { propose } from "../../../src/samplers/index.ts";
import { packageRoot } from "../../../src/workspace/package.ts";

const TEXT = readFileSync(join(packageRoot(), "docs/coming-from.md"), "utf8");
const SPACES = [...TEXT.matchAll(/^## (.+)\n[^]*?```yaml\n# (.+)\n([^]*?)```/gm)].map(
  ([, title = "", count = "", yaml = ""]) => ({ title, count, yaml }),
);

test("docs/coming-from.md has ten spaces and more, each with its heading", () => {
  expect(SPACES.length).toBe(TEXT.match(/^## /gm)?.length);
  expect(SPACES.length).toBeGreaterThanOrEqual(10);
});

test.each(SPACES)("$title: $count", ({ count, yaml }) => {
  const head =
    "study: s\nobjective: { metric: loss, direction: minimize }\ntrainer: { command: [x] }\n";
  const study = parseStudyFile(
    `${head}sampler: { kind: random, trials: 20 }\n${yaml}`,
    "study.yaml",
  );
  const combinations = countCombinations(study.space);
  expect(combinations === Infinity ? "endless" : `${combinations} combinations`).toBe(count);
  const trials = [...propose(study.space, study.sampler, [])];
  expect(trials).toHaveLength(Math.min(20, combinations));
});
