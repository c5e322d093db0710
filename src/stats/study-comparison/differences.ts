import { distinctValues, formatValue } from "../../core/parameter-value.ts";
import type { Setting } from "../../core/setting.ts";
import type { Parameters, ParameterValue } from "../../core/study.ts";
import type { PlannedSetting } from "../../core/setting.ts";
import { compareValues } from "../outcome.ts";
import type { TrialOutcome } from "../trial-table.ts";

/** One thing in which two studies differ. */
export interface Difference {
  readonly kind: "setting" | "space" | "training" | "software" | "hardware";
  /** Of a parameter, its name. */
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** Facts of a study, in words, by what they are of. */
export type Facts = ReadonlyMap<string, string>;

/** Where either says something else, or only one of them says anything. */
export function findDifferences(
  kind: Difference["kind"],
  a: Facts,
  b: Facts,
  absent = "unknown",
): readonly Difference[] {
  const names = [...new Set([...a.keys(), ...b.keys()])];
  return names.flatMap((what): Difference[] => {
    const [left, right] = [a.get(what) ?? absent, b.get(what) ?? absent];
    return left === right ? [] : [{ kind, what, a: left, b: right }];
  });
}

/** Of a setting, as far as it was written down. */
export function describeSetting({ setting }: PlannedSetting): Facts {
  const { trainer, precision, datasetDigest, holdout, rows }: Partial<Setting> = setting;
  return new Map([
    ["trainer", trainer?.name ?? "unknown"],
    ["trainer version", trainer === undefined ? "unknown" : String(trainer.revision)],
    ["precision", precision ?? "unknown"],
    ["data", datasetDigest === "" ? "the trainer's own" : datasetDigest],
    ["hold-out", holdout.fraction === 0 ? "none" : `${holdout.fraction}, seed ${holdout.seed}`],
    ["rows trained on", rows === undefined ? "all others" : String(rows)],
  ]);
}

/** More values than these are told by their ends and their number. */
const MAX_LISTED = 8;

/** Which values each parameter takes in the trials that were planned. */
export function describeSpace(outcomes: readonly Pick<TrialOutcome, "params">[]): Facts {
  const taken = new Map<string, ParameterValue[]>();
  for (const { params } of outcomes) {
    for (const [name, value] of Object.entries(JSON.parse(params) as Parameters)) {
      const values = taken.get(name);
      if (values === undefined) taken.set(name, [value]);
      else values.push(value);
    }
  }
  return new Map(
    [...taken].map(([name, values]) => [name, describeValues(distinctValues(values))]),
  );
}

/** `8, 16, 32` or `0.0001 .. 0.1 (50 values)`. */
export function describeValues(values: readonly ParameterValue[]): string {
  const sorted = [...values].sort(compareValues);
  if (sorted.length <= MAX_LISTED) return sorted.map(formatValue).join(", ");
  const [first, last] = [sorted[0], sorted.at(-1)].map((value) => formatValue(value ?? ""));
  return `${first} .. ${last} (${sorted.length} values)`;
}
