import { Document, YAMLMap } from "yaml";
import { escapeControls } from "../../core/printable.ts";
import { groupBy } from "../../core/objects.ts";
import type { Dimension, Distribution, SearchSpace } from "../../core/study.ts";
import type { SpaceEntry, SpaceMapping, WrittenTest } from "./schema.ts";

export interface SpaceTextOptions {
  /** For a parameter, what stands beside it as a comment, one line. */
  readonly comments?: ReadonlyMap<string, string>;
  /** Whether the trainer knows which parameters are whole numbers, as the CNN does; a command does not. */
  readonly knowsIntegers: boolean;
}

/** YAML to paste into a study file in place of its `space:`; the study file reads it as the same space. */
export function formatSpace(space: SearchSpace, options: SpaceTextOptions): string {
  const document = new Document({});
  const entries = new YAMLMap<string>();
  for (const [name, dimensions] of groupBy(space.dimensions, (dimension) => dimension.name)) {
    const [first, ...others] = dimensions.map((each) => toEntry(each, options.knowsIntegers));
    const written = others.length === 0 ? first : [first, ...others];
    const entry = document.createNode(written, { flow: true });
    const comment = options.comments?.get(name);
    if (comment !== undefined) entry.comment = ` ${escapeControls(comment)}`;
    entries.set(name, entry);
  }
  document.set("space", entries);
  return document.toString({ lineWidth: 0 });
}

function toEntry({ distribution, when }: Dimension, knowsIntegers: boolean): SpaceEntry {
  const condition = when === undefined ? {} : { when: writeCondition(when) };
  if (distribution.kind === "categorical") {
    const { values, weights } = distribution;
    return when === undefined && weights === undefined
      ? values
      : { values, ...(weights === undefined ? {} : { weights }), ...condition };
  }
  return { ...writeRange(distribution, knowsIntegers), ...condition };
}

function writeRange(
  { kind, low, high, log, step, normal }: Exclude<Distribution, { kind: "categorical" }>,
  knowsIntegers: boolean,
): SpaceMapping {
  const isWhole = kind === "integer";
  return {
    ...{ low, high },
    ...(log ? { log } : {}),
    ...(step === undefined || (log && isWhole && step === 1) ? {} : { step }),
    ...normal,
    ...(isWhole && !knowsIntegers ? { integer: true } : {}),
  };
}

/** As short as it can be written. */
function writeCondition(when: NonNullable<Dimension["when"]>): Record<string, WrittenTest> {
  return Object.fromEntries(
    Object.entries(when).map(([name, { noneOf, ...test }]) => {
      const { oneOf, ...others } = test;
      const [only, ...more] = oneOf ?? [];
      const isPlain = !(oneOf ?? []).some((value) => typeof value === "object");
      const isAlone = noneOf === undefined && Object.keys(others).length === 0;
      if (only !== undefined && isPlain && isAlone)
        return [name, more.length === 0 ? only : [only, ...more]];
      return [name, { ...test, ...(noneOf === undefined ? {} : { not: noneOf }) }];
    }),
  );
}
