import { Document, YAMLMap } from "yaml";
import { escapeControls } from "../core/printable.ts";
import type { Dimension, SearchSpace } from "../core/study.ts";
import type { SpaceEntry } from "./space-schema.ts";

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
  for (const dimension of space) {
    const entry = document.createNode(toEntry(dimension, options.knowsIntegers), { flow: true });
    const comment = options.comments?.get(dimension.name);
    if (comment !== undefined) entry.comment = ` ${escapeControls(comment)}`;
    entries.set(dimension.name, entry);
  }
  document.set("space", entries);
  return document.toString({ lineWidth: 0 });
}

function toEntry({ distribution, when }: Dimension, knowsIntegers: boolean): SpaceEntry {
  const condition = when === undefined ? {} : { when };
  if (distribution.kind === "categorical")
    return when === undefined ? distribution.values : { values: distribution.values, ...condition };
  const { kind, low, high, log, step } = distribution;
  const isWhole = kind === "integer";
  return {
    ...{ low, high },
    ...(log ? { log } : {}),
    ...(step === undefined || log ? {} : { step }),
    ...(isWhole && !knowsIntegers ? { integer: true } : {}),
    ...condition,
  };
}
