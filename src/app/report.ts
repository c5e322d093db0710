import type { Effects } from "../core/effects.ts";
import type { StudyReport } from "../stats/study-report.ts";
import { withDatabase } from "../storage/database.ts";
import { collectFirst, requireDatabase } from "./collect/collect-first.ts";
import { explainChangedCommand } from "./plan/changed-command.ts";
import { readReport, type ReadReportOptions } from "./report/read-report.ts";

export interface ReportOptions extends ReadReportOptions {
  /** Collect first, where the workspace may be written. */
  readonly collect: boolean;
}

/**
 * Ranks what the study has so far.
 * @throws BsweepError CONFLICT when nothing was collected yet; STORAGE
 */
export async function reportStudy(options: ReportOptions, effects: Effects): Promise<StudyReport> {
  const { study, layout } = options;
  const path = options.collect
    ? await collectFirst(options, effects)
    : requireDatabase(layout.database(study.name), study);
  const changed = explainChangedCommand(study, layout);
  if (changed !== undefined) effects.reporter.warn(changed);
  return withDatabase(path, "readonly", (database) => readReport(database, options));
}
