import { formatCount, formatValue, plural } from "../core/quantities.ts";
import { Document } from "yaml";
import { escapeControls } from "../core/printable.ts";
import type { CommandSetup, Objective, Parameters } from "../core/study.ts";

/** The winner of a study, with what must be known to judge it. */
export interface Best {
  readonly study: string;
  readonly metric: string;
  readonly direction: Objective["direction"];
  /** Mean over the replicates. */
  readonly objective: number;
  /** 95 %; null when there is none. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** What the interval is over: seeds, or, of a single run, the hold-out's rows. */
  readonly over: "seeds" | "rows" | null;
  readonly holdout: { readonly correct: number; readonly count: number } | null;
  readonly replicates: number;
  /** Lowest and highest objective of the replicates. */
  readonly spread: { readonly low: number; readonly high: number };
  readonly number: number;
  readonly trialId: string;
  readonly modelParameters: number | null;
  /** What of it the study does not have any more, such as `x 4`; null when it has it all. */
  readonly outside: string | null;
  /** Complete trials it was chosen from. */
  readonly complete: number;
  /** What it keeps to, such as `modelParameters <= 50000`; absent where nothing is required. */
  readonly required?: readonly string[];
  /** Rows of the ranking that share the first rank, this one among them. */
  readonly sharing: number;
  /** Why this one, and not the first of the ranking; null for the first. */
  readonly chosen: string | null;
  /** As a study file takes it. */
  readonly trainer: Partial<CommandSetup> & {
    readonly kind?: "cnn";
    readonly version?: number;
    readonly epochs: number;
    readonly set: Parameters;
  };
}

/** YAML to paste into a study file: `trainer: {...}` under comments that say where it comes from. */
export function formatBest(best: Best): string {
  const document = new Document({ trainer: best.trainer });
  document.commentBefore = describe(best)
    .map((line) => ` ${line}`)
    .join("\n");
  // A command may hold a script: its lines stay as they are.
  return document.toString({ lineWidth: 0 });
}

function describe(best: Best): readonly string[] {
  const { number, study, complete, sharing, metric, objective, modelParameters } = best;
  return [
    best.chosen === null
      ? `Trial ${number} of study ${study}, the best of ${plural(complete, "complete trial")}`
      : `Trial ${number} of study ${study}, ${best.chosen}`,
    `${metric}: ${objective}${describeReplicates(best)}`,
    ...describeInterval(best),
    ...(best.required === undefined
      ? []
      : [`required, and met: ${escapeControls(best.required.join(", "))}`]),
    ...(sharing > 1
      ? [
          `${sharing} share this value: hold-out loss, model size, trial number decided, in this order`,
        ]
      : []),
    ...(best.outside === null
      ? []
      : [`not in the study any more: ${escapeControls(best.outside)}`]),
    ...(modelParameters === null ? [] : [`model: ${plural(modelParameters, "parameter")}`]),
  ];
}

function describeReplicates({ replicates, spread }: Best): string {
  return replicates === 1
    ? ""
    : `, mean of ${plural(replicates, "replicate")}, ${spread.low} .. ${spread.high}`;
}

function describeInterval({ interval, over, holdout }: Best): readonly string[] {
  if (interval === null) return [];
  const range = `${formatValue(interval.low)} .. ${formatValue(interval.high)}`;
  if (over === "seeds" || holdout === null) return [`95 % interval: ${range} (over seeds)`];
  return [
    `95 % interval: ${range} (rows only, not seeds), ${formatCount(holdout.correct)} of ${plural(holdout.count, "row")} right`,
  ];
}
