import { CNN_DEFAULTS } from "../../cnn/parameters.ts";
import { explainOutside } from "../../core/membership.ts";
import { BsweepError } from "../../core/errors.ts";
import { describeDifferences, hashSetting, type Setting } from "../../core/setting.ts";
import { isCnnStudy, type Study } from "../../core/study.ts";
import { buildStudyReport, type StudyReport } from "../../stats/study-report.ts";
import type { StudyDatabase } from "../../storage/database.ts";
import { readOutcomes } from "../../storage/outcomes.ts";
import { readSettings } from "../../storage/rounds.ts";
import type { Layout } from "../../workspace/layout.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { settingOf } from "../plan/setting.ts";

export interface ReadReportOptions {
  readonly study: Study;
  readonly layout: Layout;
  /** Which trials are ranked: by default those of the study's present setting. */
  readonly setting?: "present" | "all";
}

/**
 * Ranks what the database holds of a study. Every command that names a best trial names the first row of this.
 * @throws BsweepError INVALID_DATA when the data set is there and damaged
 */
export function readReport(
  database: StudyDatabase,
  { study, layout, setting = "present" }: ReadReportOptions,
): StudyReport {
  const planned = readSettings(database);
  const present = presentSetting(study, layout, planned);
  const hash = hashSetting(present);
  const known = planned.map((each) => ({
    setting: each.hash,
    differences: describeDifferences(each, present),
  }));
  // What differs in nothing that is known of it counts as the same.
  const same = new Set(
    known.flatMap((each) => (each.differences.length === 0 ? [each.setting] : [])),
  );
  const outcomes = readOutcomes(database).map((outcome) =>
    same.has(outcome.setting) ? { ...outcome, setting: hash } : outcome,
  );
  const defaults = isCnnStudy(study) ? CNN_DEFAULTS : {};
  return buildStudyReport(
    {
      name: study.name,
      objective: study.objective,
      space: study.space.map(({ name }) => name),
      settings: [
        { setting: hash, differences: [] },
        ...known.filter(({ differences }) => differences.length > 0),
      ],
      explainOutside: ({ params, epochs }) => explainOutside(study, params, epochs, defaults),
    },
    outcomes,
    setting === "all",
  );
}

/** Where the data set is gone, what was planned last is taken for the present one. */
function presentSetting(
  study: Study,
  layout: Layout,
  planned: ReturnType<typeof readSettings>,
): Setting {
  if (study.data === null) return settingOf(study, null);
  try {
    return settingOf(study, openPackedDataset(layout.resolve(study.data.train)).header);
  } catch (error) {
    const latest = planned[0]?.setting.datasetDigest;
    if (!(error instanceof BsweepError) || latest === undefined) throw error;
    return settingOf(study, { digest: latest });
  }
}
