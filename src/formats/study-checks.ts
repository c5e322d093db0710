import { formatCount, formatDuration } from "../core/quantities.ts";
import { isCost } from "../core/costs.ts";
import type { Issue } from "../core/errors.ts";
import { MAX_TRIALS, type Parameters, type SearchSpace } from "../core/study.ts";
import { countAsked, SAMPLERS } from "../samplers/index.ts";
import type { WrittenObjective } from "./goals-schema.ts";
import type { IssueAt } from "./schema-issues.ts";
import { checkEntry } from "./space/checks.ts";
import type { SpaceParameter } from "./space/entries.ts";
import { buildSpace, checkSpace } from "./space/parts.ts";
import type { WrittenGroups } from "./space/schema.ts";
import { directionOf, METRICS, type WrittenStudy } from "./study-schema.ts";

type CheckedPart = "sampler" | "stop" | "pruner" | "replicates" | "cluster" | "resources";

/** The parts of a study file that fit their own schemas; a part that does not is undefined. */
export type SoundParts = { readonly [Part in CheckedPart]: WrittenStudy[Part] | undefined } & {
  readonly trainer: { readonly set: Parameters } | undefined;
  /** None of a command: what it measures is for it to say. */
  readonly objectives: readonly WrittenObjective[];
  /** In the order of the file. */
  readonly space: readonly SpaceParameter[];
  readonly together: WrittenGroups;
  readonly constraints: readonly string[];
  /** Whether `space`, `together` and `constraints` hold all that the file has. */
  readonly spaceIsWhole: boolean;
  /** What the trainer takes for a parameter that is named nowhere. */
  readonly defaults: Parameters;
};

/** What is wrong between the parts of a study, and inside its ranges and lists. */
export function checkStudy(draft: SoundParts, issueAt: IssueAt): Issue[] {
  const alone = draft.space.flatMap((parameter) => checkEntry(parameter, issueAt));
  const issues = [
    ...alone,
    ...draft.objectives.flatMap((each) => checkObjective(each, draft, issueAt)),
    ...checkSampler(draft, issueAt),
    ...(draft.pruner === undefined
      ? []
      : checkValidation(["pruner"], draft.pruner.metric ?? "validation", draft, issueAt)),
    ...checkSet(draft, issueAt),
    ...checkPool(draft, issueAt),
  ];
  // Conditions and sizes are looked at once every parameter they could name is sound.
  const { trainer } = draft;
  if (alone.length > 0 || !draft.spaceIsWhole || trainer === undefined) return issues;
  const parts = { ...draft, set: trainer.set };
  const between = checkSpace(parts, issueAt);
  return [
    ...issues,
    ...between,
    ...(between.length > 0 ? [] : checkSize(draft, buildSpace(parts), issueAt)),
  ];
}

/** A job that is shorter than what one element may take could cut every element short. */
function checkPool({ cluster, resources }: SoundParts, issueAt: IssueAt): Issue[] {
  const pool = cluster?.pool?.walltimeSeconds;
  if (pool === undefined || resources === undefined || pool >= resources.walltimeSeconds) return [];
  const [found, least] = [pool, resources.walltimeSeconds].map(formatDuration);
  const message = `found ${found}, expected at least resources.walltime, ${least}`;
  return [issueAt(["cluster", "pool", "walltime"], message)];
}

function checkObjective(
  { path, metric, direction }: WrittenObjective,
  draft: SoundParts,
  issueAt: IssueAt,
): Issue[] {
  const isKnown = isCost(metric) || Object.hasOwn(METRICS, metric);
  if (!isKnown) return [];
  const fitting = directionOf(metric as keyof typeof METRICS);
  if (direction !== undefined && direction !== fitting) {
    const message = `found ${direction}, expected ${fitting} for ${metric}`;
    return [issueAt([...path, "direction"], message)];
  }
  if (isCost(metric) && path[1] === 0) {
    const message = `found ${metric}, expected one of ${Object.keys(METRICS).join(", ")}: trials are ranked by the first objective`;
    return [issueAt([...path, "metric"], message)];
  }
  return metric.startsWith("validation") ? checkValidation(path, metric, draft, issueAt) : [];
}

/** What is not measured cannot rank. */
function checkValidation(
  path: WrittenObjective["path"],
  metric: string,
  { trainer, space }: SoundParts,
  issueAt: IssueAt,
): Issue[] {
  const unmeasured = (at: readonly PropertyKey[]): Issue =>
    issueAt(at, `found 0, expected more: \`${String(path[0])}\` is ${metric}`);
  const searched = space.filter(({ name }) => name === "validationSplit");
  return [
    ...(trainer?.set["validationSplit"] === 0
      ? [unmeasured(["trainer", "set", "validationSplit"])]
      : []),
    ...searched
      .filter(({ mapping: { values, low } }) => values?.includes(0) === true || low === 0)
      .map(({ path }) => unmeasured([...path])),
  ];
}

function checkSet({ trainer, space }: SoundParts, issueAt: IssueAt): Issue[] {
  return space
    .filter(({ name }) => Object.hasOwn(trainer?.set ?? {}, name))
    .map(({ path }) => issueAt(path, "found in `trainer.set` as well, expected in one of them"));
}

/** What the sampler needs and has not, has and does not take, and ranges that it cannot go through. */
function checkSampler({ sampler, stop, space }: SoundParts, issueAt: IssueAt): Issue[] {
  if (sampler === undefined) return [];
  const { kind, settings: given, from } = sampler;
  const { settings = {}, takesRanges = true } = SAMPLERS[kind] ?? {};
  const ranges = space.filter(
    ({ mapping: { values, step, log } }) =>
      !takesRanges && values === undefined && step === undefined && typeof log !== "number",
  );
  return [
    ...Object.entries(settings)
      .filter(([name]) => !Object.hasOwn(given, name))
      .map(([name, { low, high }]) =>
        issueAt(["sampler", name], `found nothing, ${kind} needs an integer ${low} .. ${high}`),
      ),
    ...Object.entries(given)
      .filter(([name]) => !Object.hasOwn(settings, name))
      .map(([name, value]) =>
        issueAt(["sampler", name], `found ${value}, but ${kind} takes no \`${name}\``),
      ),
    ...(SAMPLERS[kind]?.learns === false ? checkLearning({ kind, from, stop }, issueAt) : []),
    ...ranges.map(({ path }) =>
      issueAt(path, `found a range, but ${kind} needs a list or a \`step\``),
    ),
  ];
}

/** What asks for a sampler that looks at what is known. */
function checkLearning(
  { kind, from, stop }: { kind: string; from: unknown; stop: unknown },
  issueAt: IssueAt,
): Issue[] {
  const learners = Object.keys(SAMPLERS).filter((name) => SAMPLERS[name]?.learns === true);
  const expected = `expected one of ${learners.join(", ")}, whose trials choose when they start`;
  return [
    ...(from === undefined
      ? []
      : [issueAt(["sampler", "from"], `found it with kind ${kind}, ${expected}`)]),
    ...(stop === undefined
      ? []
      : [issueAt(["stop"], `found it with sampler ${kind}, ${expected}`)]),
  ];
}

function checkSize(draft: SoundParts, space: SearchSpace, issueAt: IssueAt): Issue[] {
  const { sampler, replicates = 1 } = draft;
  if (sampler === undefined) return [];
  const trials = countAsked(space, sampler) * replicates;
  // What is not a number lacks a setting, and an endless grid has a range without steps: both were told already.
  if (!(trials > MAX_TRIALS) || trials === Infinity) return [];
  const [found, most] = [trials, MAX_TRIALS].map(formatCount);
  return [issueAt(["space"], `found ${found} trials, expected at most ${most}`)];
}
