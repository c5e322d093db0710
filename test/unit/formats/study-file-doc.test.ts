import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CNN_PARAMETERS, describeRange, type ParameterSpec } from "../../../src/cnn/parameters.ts";
import { COSTS } from "../../../src/core/costs.ts";
import { formatStudyJsonSchema, parseStudyFile } from "../../../src/formats/study-file.ts";
import { METRICS } from "../../../src/formats/study-schema.ts";
import { packageRoot } from "../../../src/workspace/package.ts";
import { tableAfter } from "../../support/doc-table.ts";
import { expectDocumented, type JsonSchema } from "../../support/documented-keys.ts";

const TEXT = readFileSync(join(packageRoot(), "docs", "study-file.md"), "utf8");

/** Their own keys are parameters or metrics. */
const LEAVES = new Set(["space", "trainer.set", "require"]);

/** Every key of a study, with what the schema says of it; parameters are left out. */
function listKeys(schema: JsonSchema, prefix = ""): [key: string, schema: JsonSchema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const key = `${prefix}${name}`;
    const isLeaf = inner.properties === undefined || LEAVES.has(key);
    return isLeaf ? [[key, inner]] : listKeys(inner, `${key}.`);
  });
}

/** The schemas of a study of the CNN, and of one with a command. */
function schemas(): { readonly then: JsonSchema; readonly else: JsonSchema } {
  return JSON.parse(formatStudyJsonSchema()) as { then: JsonSchema; else: JsonSchema };
}

const toText = (value: unknown): string => JSON.stringify(value);

describe("docs/study-file.md", () => {
  test("names every key with its range and default, in the order of the schema", () => {
    const keys = listKeys(schemas().else);
    expectDocumented(tableAfter(TEXT, "<!-- keys:"), keys);
  });

  test("names every key that a command has otherwise", () => {
    const common = new Set(listKeys(schemas().else).map(toText));
    const keys = listKeys(schemas().then).filter((key) => !common.has(toText(key)));
    expectDocumented(tableAfter(TEXT, "<!-- command keys:"), keys);
    const example = /```yaml\n(study: polynomial[^]*?)```/.exec(TEXT)?.[1] ?? "";
    expect(parseStudyFile(example, "study.yaml").space.dimensions).toHaveLength(3);
  });

  test("names every parameter of the CNN, with its values and default", () => {
    const rows = Object.entries(CNN_PARAMETERS).map(([name, spec]: [string, ParameterSpec]) => [
      name,
      describeValues(spec),
      String(spec.default),
      spec.describe,
    ]);
    expect(tableAfter(TEXT, "<!-- parameters:")).toEqual(rows);
  });

  test("names every metric, and every cost with what it is", () => {
    for (const metric of Object.keys(METRICS)) expect(TEXT).toContain(`\`${metric}\``);
    const costs = Object.entries(COSTS).map(([name, { unit, meaning }]) => [name, unit, meaning]);
    expect(tableAfter(TEXT, "<!-- costs:")).toEqual(costs);
  });

  test("has an example that is a whole study, and ways to write a parameter that all work", () => {
    const example = /```yaml\n(study: [^]*?)```/.exec(TEXT)?.[1] ?? "";
    expect(parseStudyFile(example, "study.yaml").space.dimensions).toHaveLength(2);
    const rows = tableAfter(TEXT, "## The search space");
    expect(rows).toHaveLength(15);
    for (const [written = "", , grid, random] of rows) {
      expect([written, accepts(written, "grid")]).toEqual([written, grid === "yes"]);
      expect([written, accepts(written, "random, trials: 5")]).toEqual([written, random === "yes"]);
    }
  });
});

/** Whether a study with one parameter, written so, is valid; the ones it depends on are searched too. */
function accepts(written: string, sampler: string): boolean {
  const parents = ["  optimizer: [adam, sgd, rmsprop]", "  denseLayers: [1, 2]"];
  const study = `study: s\ndata: { train: d }\ntrainer: { kind: cnn, epochs: 1 }\nsampler: { kind: ${sampler} }`;
  try {
    parseStudyFile(`${study}\nspace:\n${parents.join("\n")}\n  ${written}\n`, "study.yaml");
    return true;
  } catch {
    return false;
  }
}

function describeValues(spec: ParameterSpec): string {
  if (spec.kind === "boolean") return "true, false";
  return spec.kind === "choice" ? spec.values.join(", ") : describeRange(spec).replace(/^an? /, "");
}
