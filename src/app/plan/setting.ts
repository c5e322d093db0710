import { CNN_TRAINER } from "../../cnn/parameters.ts";
import type { DatasetHeader } from "../../core/dataset.ts";
import type { TrialSetting } from "../../core/identity.ts";
import { type Setting, toTrialSetting } from "../../core/setting.ts";
import { isCnnStudy, type Study } from "../../core/study.ts";

/** What the study as it is now plans its trials in. @param header null for a command without data */
export function settingOf(study: Study, header: Pick<DatasetHeader, "digest"> | null): Setting {
  const { data, sampler } = study;
  return {
    trainer: isCnnStudy(study) ? CNN_TRAINER : { name: "command", revision: study.trainer.version },
    precision: isCnnStudy(study) ? study.trainer.precision : "float32",
    datasetDigest: header?.digest ?? "",
    holdout:
      data === null ? { fraction: 0, seed: 0 } : { fraction: data.holdout, seed: sampler.seed },
  };
}

/** The same as it stands in trial ids, with what else its trials have in common. */
export function trialSettingOf(study: Study, setting: Setting): TrialSetting {
  return toTrialSetting(setting, study.sampler.seed, study.trainer.epochs);
}
