import type { Training } from "../../cnn/cost.ts";
import { CNN_TRAINER } from "../../cnn/parameters.ts";
import { countHeldOut } from "../../cnn/split.ts";
import type { DatasetHeader } from "../../core/dataset.ts";
import type { TrialSetting } from "../../core/identity.ts";
import { type Setting, toTrialSetting } from "../../core/setting.ts";
import { BsweepError } from "../../core/errors.ts";
import { dropAbsent } from "../../core/objects.ts";
import { formatCount } from "../../core/quantities.ts";
import { isCnnStudy, type Study } from "../../core/study.ts";

type Header = Pick<DatasetHeader, "digest" | "count">;

/** What the study as it is now plans its trials in. @param header null for a command without data */
export function settingOf(study: Study, header: Header | null): Setting {
  const { data, sampler } = study;
  return {
    trainer: isCnnStudy(study) ? CNN_TRAINER : { name: "command", revision: study.trainer.version },
    precision: isCnnStudy(study) ? study.trainer.precision : "float32",
    datasetDigest: header?.digest ?? "",
    holdout:
      data === null ? { fraction: 0, seed: 0 } : { fraction: data.holdout, seed: sampler.seed },
    ...dropAbsent({ rows: trainingRowsOf(study, header) }),
  };
}

/** How many of the rows that are not held out its trials use; undefined: all of them. */
export function trainingRowsOf({ data }: Study, header: Header | null): number | undefined {
  if (data?.rows === undefined || header === null) return undefined;
  const all = header.count - countHeldOut(header.count, data.holdout);
  const rows = data.rows < 1 ? Math.round(all * data.rows) : data.rows;
  return rows >= all ? undefined : rows;
}

/** How much one of the study's trials may train. */
export function trainingOf(study: Study, header: Header | null): Training {
  return { epochs: study.trainer.epochs, rows: trainingRowsOf(study, header) };
}

/** @throws BsweepError INVALID_STUDY for more rows than there are, or fewer than classes */
export function requireRows(
  { data, file }: Study,
  { count, classes }: Pick<DatasetHeader, "count" | "classes">,
): void {
  if (data?.rows === undefined) return;
  const held = countHeldOut(count, data.holdout);
  const all = count - held;
  const rows = data.rows < 1 ? Math.round(all * data.rows) : data.rows;
  if (rows >= classes && rows <= all) return;
  const least = `at least ${formatCount(classes)}, one for each class`;
  const most = `at most ${formatCount(all)}, as many as are not held out`;
  const found = data.rows < 1 ? `${data.rows}, which is ${formatCount(rows)}` : formatCount(rows);
  throw new BsweepError(
    "INVALID_STUDY",
    `${file}: data.rows: found ${found}, expected ${rows > all ? most : least}`,
    {
      hint: `the data set has ${formatCount(count)} rows, of which ${formatCount(held)} are held out`,
    },
  );
}

/** The same as it stands in trial ids, with what else its trials have in common. */
export function trialSettingOf(study: Study, setting: Setting): TrialSetting {
  return toTrialSetting(setting, study.sampler.seed, study.trainer.epochs);
}
