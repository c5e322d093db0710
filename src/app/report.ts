import type { Effects } from "../core/effects.ts";
import type { Study } from "../core/study.ts";
import { buildStudyReport, type StudyReport } from "../stats/study-report.ts";
import { withDatabase } from "../storage/database.ts";
import { countIncomparableTrials, readOutcomes } from "../storage/outcomes.ts";
import type { Layout } from "../workspace/layout.ts";
import { collectFirst, requireDatabase } from "./collect/collect-first.ts";

export interface ReportOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Collect first, where the workspace may be written. */
  readonly collect: boolean;
}

/**
 * Ranks what the study has so far. Trials of another data set or hold-out than the latest round's are
 * left out, with a warning: accuracies on different rows do not compare.
 * @throws BsweepError CONFLICT when nothing was collected yet; STORAGE
 */
export async function reportStudy(options: ReportOptions, effects: Effects): Promise<StudyReport> {
  const { study, layout } = options;
  const path = options.collect
    ? await collectFirst(options, effects)
    : requireDatabase(layout.database(study.name), study);
  return withDatabase(path, "readonly", (database) => {
    const others = countIncomparableTrials(database);
    if (others > 0) {
      effects.reporter.warn(
        `${others} trials of another data set or hold-out than the latest round's are left out`,
      );
    }
    const { name, objective } = study;
    const space = study.space.map((dimension) => dimension.name);
    return buildStudyReport({ name, objective, space }, readOutcomes(database));
  });
}
