import type { Effects } from "../core/effects.ts";
import { groupBy } from "../core/objects.ts";
import { nameParameters } from "../stats/study-comparison/shared.ts";
import { parseMetrics } from "../stats/trial-table.ts";
import { BsweepError } from "../core/errors.ts";
import type { Objective } from "../core/study.ts";
import { type Comparison, compareStudies } from "../stats/study-comparison/comparison.ts";
import {
  describeSetting,
  describeSpace,
  describeValues,
  type Difference,
  type Facts,
  findDifferences,
} from "../stats/study-comparison/differences.ts";
import { type KnownObjective, openSide, type Side, type Source } from "./compare/side.ts";

/** Two studies beside each other. */
export interface StudyComparison extends Comparison {
  readonly sides: Readonly<Record<"a" | "b", ComparedSide>>;
  /** What differs between them; nothing: they are of the same kind. */
  readonly differences: readonly Difference[];
}

type ComparedSide = Pick<Side, "name" | "path" | "leftAside">;

export interface CompareOptions {
  readonly a: Source;
  readonly b: Source;
  /** What to compare by, where it is not what both rank by: any metric that both measured. */
  readonly metric?: string;
  /** Of that metric; or of a database's objective, where its rounds are not beside it. */
  readonly direction?: Objective["direction"];
}

/**
 * @throws BsweepError USAGE for a study and itself; CONFLICT where they do not rank by the same, or in a direction that
 *   nobody tells; else as openSide does
 */
export async function compare(options: CompareOptions, effects: Effects): Promise<StudyComparison> {
  const a = await openSide(options.a, effects);
  const b = await openSide(options.b, effects);
  if (a.path === b.path) {
    throw new BsweepError("USAGE", `${a.path} would be compared with itself`, {
      hint: "two studies of one name need workspaces of their own; name the other one's database",
    });
  }
  const objective = agreeOn(a.objective, b.objective, options);
  for (const side of [a, b]) requireMetric(side, objective.metric);
  return {
    sides: { a: nameSide(a), b: nameSide(b) },
    differences: listDifferences(a, b),
    ...compareStudies(a, b, objective),
  };
}

const nameSide = ({ name, path, leftAside }: Side): ComparedSide => ({ name, path, leftAside });

/** What both are compared by. */
function agreeOn(
  a: KnownObjective,
  b: KnownObjective,
  { metric, direction }: Pick<CompareOptions, "metric" | "direction">,
): Objective {
  const wanted = metric ?? a.metric;
  const told = [a, b].flatMap((own) =>
    own.metric === wanted && own.direction !== null ? [own.direction] : [],
  );
  const isSameMetric = metric !== undefined || a.metric === b.metric;
  const isSameDirection = new Set(told).size < 2 || direction !== undefined;
  if (!isSameMetric || !isSameDirection) {
    const message = `they do not rank by the same: A by ${describe(a)}, B by ${describe(b)}`;
    throw new BsweepError("CONFLICT", message, {
      hint: "--metric NAME --direction maximize (or minimize) compares by a metric that both measured",
    });
  }
  const agreed = direction ?? told[0];
  if (agreed !== undefined) return { metric: wanted, direction: agreed };
  throw new BsweepError("CONFLICT", `nobody tells whether ${wanted} is better high or low`, {
    hint: "--direction maximize, or --direction minimize",
  });
}

function describe({ metric, direction }: KnownObjective): string {
  return direction === null ? metric : `${metric} (${direction})`;
}

/** @throws BsweepError CONFLICT where trials are complete and none has measured it */
function requireMetric({ name, outcomes }: Side, metric: string): void {
  const complete = outcomes.filter(({ state }) => state === "complete");
  if (complete.length === 0 || complete.some((each) => Object.hasOwn(parseMetrics(each), metric)))
    return;
  const known = new Set(complete.flatMap((each) => Object.keys(parseMetrics(each))));
  throw new BsweepError("CONFLICT", `no trial of ${name} measured ${metric}`, {
    hint: `they measured ${[...known].sort().join(", ") || "nothing"}`,
  });
}

function listDifferences(a: Side, b: Side): readonly Difference[] {
  const ofSetting = ({ setting }: Side): Facts =>
    setting === null ? new Map<string, string>() : describeSetting(setting);
  return [
    ...findDifferences("setting", ofSetting(a), ofSetting(b)),
    ...findDifferences("space", describeSpace(a.outcomes), describeSpace(b.outcomes), "not there"),
    ...findDifferences("training", describeTraining(a), describeTraining(b)),
    ...findDifferences("software", describeSoftware(a), describeSoftware(b)),
    ...findDifferences("hardware", describeHardware(a), describeHardware(b)),
  ];
}

function describeTraining({ outcomes }: Side): Facts {
  const epochs = new Set(outcomes.map((outcome) => outcome.epochs));
  const chosen = outcomes.filter(({ params }) => params !== "{}");
  // What trials have yet to choose is not the same; where nothing is searched, all run the same.
  const same = groupBy(chosen.length > 0 ? chosen : outcomes, nameParameters);
  const replicates = [...same.values()].reduce((most, { length }) => Math.max(most, length), 0);
  return known({ epochs: [...epochs], replicates: [replicates] });
}

function describeSoftware({ makers: { bsweep, tensorflow } }: Side): Facts {
  return known({ bsweep, TensorFlow: tensorflow });
}

function describeHardware({ makers: { processors }, attempts }: Side): Facts {
  const requests = attempts.flatMap(({ request }) => request ?? []);
  return known({
    processor: processors,
    "cores of an element": [...new Set(requests.map(({ cpus }) => cpus))],
    "GPUs of an element": [...new Set(requests.flatMap(({ gpus }) => gpus ?? []))],
  });
}

function known(values: Readonly<Record<string, readonly (string | number)[]>>): Facts {
  const told = Object.entries(values).filter(([, own]) => own.length > 0);
  return new Map(told.map(([what, own]) => [what, describeValues(own)]));
}
