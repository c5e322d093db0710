import { keyOfValue } from "../../core/parameter-value.ts";
import { closeSync, openSync, readSync } from "node:fs";
import { distributionOf } from "../../core/space/conditions.ts";
import type { Effects } from "../../core/effects.ts";
import { BsweepError, isSystemError } from "../../core/errors.ts";
import { groupBy } from "../../core/objects.ts";
import type { Parameters, ParameterValue, Study } from "../../core/study.ts";
import {
  fitDistribution,
  type OptunaDistribution,
  type OptunaStudy,
  type OptunaTrial,
} from "../../formats/optuna.ts";
import { labelOfSetting, type ReportedTrial, type StudyRanking } from "../../stats/study-report.ts";
import { withDatabase } from "../../storage/database.ts";
import { encodeOptunaStudies, isUntouchedExport } from "../../storage/optuna/encode.ts";
import { paramsOf, readRuns, type Run } from "../../storage/runs.ts";
import type { Layout } from "../../workspace/layout.ts";
import { packageVersion } from "../../workspace/package.ts";
import { collectFirst, quietly, requireDatabase } from "../collect/collect-first.ts";
import { describeTrial, type RunGroup, type TrialContext } from "./describe-trial.ts";

export interface OptunaExportOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Whether the report was made after collecting. */
  readonly collect: boolean;
  /** `all`: the other settings too, each as a study of its own. */
  readonly setting: "present" | "all";
}

/**
 * All trials of a study as a database of Optuna, the ranked ones with the values that the report ranks them by.
 * @throws BsweepError as reportStudy does
 */
export async function exportOptuna(
  report: StudyRanking,
  options: OptunaExportOptions,
  effects: Effects,
): Promise<Uint8Array> {
  const { study, layout, collect } = options;
  const runs = collect
    ? await collectFirst({ study, layout }, quietly(effects), readRuns)
    : await withDatabase(requireDatabase(layout.database(study.name), study), "readonly", readRuns);
  return encodeOptunaStudies(describeStudies(report, runs, options));
}

/**
 * Whether an export may take the place of what is there: nothing, or one that nobody has written to since.
 * @throws BsweepError CONFLICT when not: somebody's trials would be lost
 */
export function checkReplacedExport(path: string): void {
  const head = readHead(path);
  if (head === undefined || isUntouchedExport(head)) return;
  throw new BsweepError(
    "CONFLICT",
    `${path} is there, and is no export of bsweep's, or was written to since`,
    { hint: "choose another --output, or move it away: trials of yours may be in it" },
  );
}

function readHead(path: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    const head = Buffer.alloc(100);
    return head.subarray(0, readSync(file, head));
  } finally {
    closeSync(file);
  }
}

/** A study for each setting that is wanted: none is compared with another. */
function describeStudies(
  report: StudyRanking,
  runs: readonly Run[],
  { study, setting }: OptunaExportOptions,
): readonly OptunaStudy[] {
  const [present, ...others] = report.settings.map(({ setting }) => setting);
  const isOther = new Set(others);
  // What differs in nothing that is known of it counts as the present one, as in the report.
  const bySetting = groupBy(runs, (run) => (isOther.has(run.setting) ? run.setting : present));
  const wanted = setting === "all" ? [present, ...others] : [present];
  const rows = new Map<string, ReportedTrial>();
  for (const row of report.ranking) for (const id of row.trialIds) rows.set(id, row);
  return wanted.map((hash = "") => {
    const label = labelOfSetting(report, hash);
    const groups = groupRuns(bySetting.get(hash) ?? [], rows);
    return describeStudy(report, study, groups, {
      name: hash === present ? study.name : `${study.name}: ${label} (${hash})`,
      setting: label,
    });
  });
}

function groupRuns(
  runs: readonly Run[],
  rows: ReadonlyMap<string, ReportedTrial>,
): readonly RunGroup[] {
  return [...groupBy(runs, ({ epochs, params }) => `${epochs} ${params}`).values()].map((group) => {
    const replicates = group as [Run, ...Run[]];
    const row = group.map(({ trialId }) => rows.get(trialId)).find((found) => found !== undefined);
    return { params: paramsOf(replicates[0]), runs: replicates, row };
  });
}

function describeStudy(
  { objective, objectives, requirements, searched }: StudyRanking,
  study: Study,
  groups: readonly RunGroup[],
  { name, setting }: { readonly name: string; readonly setting: string },
): OptunaStudy {
  const taken = takenValues(groups.map(({ params }) => params));
  const isSearched = new Set(searched);
  const distributions = new Map<string, OptunaDistribution>();
  const fixed: Record<string, ParameterValue> = {};
  for (const [parameter, values] of taken) {
    const [only] = values;
    const isFixed = !isSearched.has(parameter) && values.length === 1;
    if (isFixed && only !== undefined) fixed[parameter] = only;
    else {
      const written = distributionOf(study.space, parameter);
      distributions.set(parameter, fitDistribution(written ?? undefined, values));
    }
  }
  const context = {
    ...{ metric: objective.metric, distributions },
    ...{ further: objectives.slice(1), requirements },
  };
  return {
    name,
    objectives,
    attributes: { bsweep: packageVersion(), setting, fixed },
    trials: describeEach(groups, context),
  };
}

/** One after another: all at once would be large. */
function* describeEach(groups: readonly RunGroup[], context: TrialContext): Generator<OptunaTrial> {
  for (const group of groups) yield describeTrial(group, context);
}

/** By parameter, in the order in which trials name them. */
function takenValues(all: readonly Parameters[]): ReadonlyMap<string, readonly ParameterValue[]> {
  const taken = new Map<string, Map<unknown, ParameterValue>>();
  for (const params of all)
    for (const [name, value] of Object.entries(params)) {
      const values = taken.get(name);
      if (values === undefined) taken.set(name, new Map([[keyOfValue(value), value]]));
      else values.set(keyOfValue(value), value);
    }
  return new Map([...taken].map(([name, values]) => [name, [...values.values()]]));
}
