import { labelOfSetting, type StudyRanking } from "../stats/study-report.ts";

/** The ranking as JSON Lines (https://jsonlines.org): a trial a line, as JSON has it, its setting in words. */
export function formatReportJsonl(report: StudyRanking, top: number): string {
  return toLines(
    report.ranking
      .slice(0, top)
      .map((row) => ({ ...row, setting: labelOfSetting(report, row.setting), steps: undefined })),
  );
}

/** What the ranked trials measured on the way: a step of a replicate a line. */
export function formatStepsJsonl({ ranking }: StudyRanking, top: number): string {
  return toLines(
    ranking.slice(0, top).flatMap(({ rank, number, steps = [] }) =>
      steps.flatMap(({ trialId, history }) =>
        history.map(({ step, seconds, metrics }) => ({
          ...{ rank, number, trialId, step, seconds },
          metrics,
        })),
      ),
    ),
  );
}

function toLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
