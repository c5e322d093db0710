import * as z from "zod";
import type { Issue } from "../core/errors.ts";
import { isObject } from "../core/objects.ts";
import { HOLDOUT_METRICS, isHoldoutMetric } from "../core/holdout-metrics.ts";
import { MAX_OBJECTIVES, type Goals, type Objective, type Requirement } from "../core/study.ts";
import { expected, type IssueAt } from "./schema-issues.ts";

const bound = z.number(expected("a number"));

const requirementSchema = z
  .strictObject({
    atMost: bound.exactOptional().describe("Greatest value, included"),
    atLeast: bound.exactOptional().describe("Least value, included"),
  })
  .refine(({ atMost, atLeast }) => atMost !== undefined || atLeast !== undefined, {
    message: "found no bound, expected atMost or atLeast",
  })
  .refine(({ atMost = Infinity, atLeast = -Infinity }) => atLeast <= atMost, {
    message: "found atLeast above atMost, expected values in between",
  })
  .meta({ id: "requirement" });

type WrittenRequirements = Readonly<Record<string, z.output<typeof requirementSchema> | undefined>>;

const REQUIRE = "What the best must keep to: metric -> bounds; trials that do not are ranked last";

/** `require` of a trainer whose metrics are known. */
export function namedRequireSchema(names: readonly string[]): z.ZodType<WrittenRequirements> {
  return z
    .strictObject(
      Object.fromEntries(names.map((name) => [name, requirementSchema.exactOptional()])),
    )
    .describe(REQUIRE);
}

/** `require` of a trainer that reports what it likes. */
export function anyRequireSchema(name: z.ZodType<string, string>): z.ZodType<WrittenRequirements> {
  return z.record(name, requirementSchema).describe(REQUIRE);
}

export function objectivesSchema<T extends z.ZodType>(objective: T) {
  const some = expected(`a list of 1 .. ${MAX_OBJECTIVES} objectives`);
  return z
    .array(objective, some)
    .min(1, some)
    .max(MAX_OBJECTIVES, some)
    .describe(
      "Several, in place of `objective`: trials are ranked by the first; all make the front",
    );
}

/** An objective of a study file, and where it stands. */
export interface WrittenObjective {
  readonly path: readonly PropertyKey[];
  readonly metric: string;
  readonly direction: Objective["direction"] | undefined;
  /** Whether anything stands for the direction. */
  readonly isSaid: boolean;
}

/** Those that can be read, however wrong the others may be. */
export function listObjectives(parts: Readonly<Record<string, unknown>>): WrittenObjective[] {
  const { objective, objectives } = parts;
  const written = [
    { path: ["objective"], entry: objective },
    ...(Array.isArray(objectives) ? objectives : []).map((entry: unknown, at) => ({
      path: ["objectives", at],
      entry,
    })),
  ];
  return written.flatMap(({ path, entry }) => {
    if (!isObject(entry) || typeof entry["metric"] !== "string") return [];
    const { metric, direction } = entry;
    const isDirection = direction === "maximize" || direction === "minimize";
    const said = isDirection ? direction : undefined;
    return [{ path, metric, direction: said, isSaid: direction !== undefined }];
  });
}

/** One way to say what is wanted, and no metric twice. */
export function checkGoals(parts: Readonly<Record<string, unknown>>, issueAt: IssueAt): Issue[] {
  const isTwice = parts["objective"] !== undefined && parts["objectives"] !== undefined;
  const several = listObjectives(parts).filter(({ path }) => path[0] === "objectives");
  const seen = new Set<string>();
  const again = several.filter(({ metric }) => seen.size === seen.add(metric).size);
  return [
    ...(isTwice
      ? [issueAt(["objectives"], "found `objective` as well, expected one of them")]
      : []),
    ...again.map(({ path, metric }) =>
      issueAt([...path, "metric"], `found ${metric} a second time, expected another metric`),
    ),
  ];
}

/** Of a command's objectives: which way is better is known of what bsweep reckons itself, on packed data. */
export function checkReckoned(
  objectives: readonly WrittenObjective[],
  hasData: boolean,
  issueAt: IssueAt,
): Issue[] {
  return objectives.flatMap(({ path, metric, direction, isSaid }) => {
    const at = (message: string): Issue[] => [issueAt([...path, "direction"], message)];
    const known = hasData && isHoldoutMetric(metric) ? HOLDOUT_METRICS[metric] : undefined;
    if (known === undefined && !isSaid) return at("found nothing, expected maximize | minimize");
    if (known === undefined || direction === undefined || direction === known) return [];
    return at(`found ${direction}, expected ${known} for ${metric}`);
  });
}

/** With the direction that is known where none is said. */
export function directionIn({
  metric,
  direction,
}: {
  readonly metric: string;
  readonly direction?: Objective["direction"] | undefined;
}): Objective {
  if (direction !== undefined) return { metric, direction };
  if (isHoldoutMetric(metric)) return { metric, direction: HOLDOUT_METRICS[metric] };
  throw new Error(`${metric} without a direction was not refused`);
}

/** What of them a study keeps: the first objective, all of them where there are several, and requirements where any are. */
export function toGoals(
  objectives: readonly [Objective, ...Objective[]],
  require: WrittenRequirements = {},
): Goals {
  const requirements = Object.entries(require).map(([metric, bounds]): Requirement => ({
    metric,
    ...bounds,
  }));
  return {
    objective: objectives[0],
    ...(objectives.length > 1 ? { objectives } : {}),
    ...(requirements.length > 0 ? { requirements } : {}),
  };
}
