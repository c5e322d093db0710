import { distributionOf } from "../core/space/conditions.ts";
import type { Objective, SearchSpace } from "../core/study.ts";
import type { VarianceImportance } from "./importance/fanova.ts";
import type { ImportanceQuestion, StudyImportance } from "./importance/importance.ts";
import { suggestSpace, type Suggestion, type SuggestionOptions } from "./importance/suggestion.ts";
import type { ParameterColumn } from "./parameter-column.ts";
import { summariseParameters, type ParameterSummary } from "./summary.ts";

/** What is searched, and how a space is written. */
export interface ReportedSearch {
  readonly space: SearchSpace;
  readonly limitsOf: NonNullable<SuggestionOptions["limitsOf"]>;
  readonly formatSpace: (space: SearchSpace) => string;
}

export interface NextSpace {
  /** Of parameters that would change. */
  readonly suggestions: readonly Suggestion[];
  /** The whole space with these changes, as a study file takes it. */
  readonly yaml: string;
}

export interface JudgedParameters {
  /** The parameter that explains most first. */
  readonly parameters: readonly ParameterSummary[];
  /** What two parameters explain together beyond what both do alone; the largest share first. */
  readonly pairs: readonly VarianceImportance[];
  /** What to search next, where the ranking tells: a narrower space, or a wider one; null where it does not. */
  readonly next: NextSpace | null;
}

/** The rows of a ranking, by their parameters. */
export interface RankedParameters {
  /** Of the parameters that vary among the rows. */
  readonly columns: readonly ParameterColumn[];
  /** Of those that vary among the rows and the trials that failed: the rows first. */
  readonly withFailed: readonly ParameterColumn[];
  /** Of the rows, best first. */
  readonly objectives: Float64Array;
  readonly direction: Objective["direction"];
}

/** What `measureImportance` is to be asked of them: nothing but data, so that another thread may be. */
export function askImportance(
  { columns, objectives, direction }: RankedParameters,
  search: ReportedSearch | undefined,
): ImportanceQuestion {
  const parameters = columns.map((column) => ({
    column,
    distribution: search === undefined ? null : distributionOf(search.space, column.name),
  }));
  return { parameters, objectives, direction };
}

/**
 * What each parameter does, how much it matters, and where to search next.
 * @param measured the answer to `askImportance`
 */
export function judgeParameters(
  { columns, withFailed, objectives, direction }: RankedParameters,
  search: ReportedSearch | undefined,
  measured: StudyImportance | null,
): JudgedParameters {
  const importance = new Map(
    measured?.parameters.map((each, at) => [columns[at]?.name ?? "", each]),
  );
  const parameters = summariseParameters(withFailed, objectives, direction, importance);
  const mattering = parameters.filter((each) => each.importance?.isBeyondChance);
  const space = search?.space ?? { dimensions: [], constraints: [] };
  const all = suggestSpace(space, columns, objectives, direction, {
    beyondChance: new Set(mattering.map(({ name }) => name)),
    ...(search === undefined ? {} : { limitsOf: search.limitsOf }),
  });
  const suggestions = all.filter(({ action }) => action !== "keep");
  const yaml =
    search?.formatSpace({ ...space, dimensions: all.map(({ dimension }) => dimension) }) ?? "";
  return {
    parameters,
    pairs: measured?.pairs ?? [],
    next: suggestions.length === 0 ? null : { suggestions, yaml },
  };
}
