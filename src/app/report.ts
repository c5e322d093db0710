import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Effects } from "../core/effects.ts";
import { BsweepError } from "../core/errors.ts";
import type { Study } from "../core/study.ts";
import { buildStudyReport, type StudyReport } from "../stats/study-report.ts";
import { withDatabase } from "../storage/database.ts";
import { countIncomparableTrials, readOutcomes } from "../storage/outcomes.ts";
import type { Layout } from "../workspace/layout.ts";
import { collectResults } from "./collect/collect.ts";

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
  const path = layout.database(study.name);
  if (options.collect) await collectFirst(options, effects);
  if (!existsSync(path)) {
    throw new BsweepError("CONFLICT", `nothing was collected for study ${study.name} yet`, {
      hint: `bsweep collect ${study.file}`,
    });
  }
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

async function collectFirst({ study, layout }: ReportOptions, effects: Effects): Promise<void> {
  const path = layout.database(study.name);
  if (![path, dirname(path), layout.workspace].every(isWritable)) {
    effects.reporter.info("the workspace cannot be written: showing what was collected before");
    return;
  }
  const { added, setAside } = await collectResults({ study: study.name, layout }, effects);
  const count = added.complete + added.failed;
  if (count > 0) effects.reporter.info(`collected ${count} new results`);
  if (setAside.length > 0) {
    effects.reporter.warn(
      `${setAside.length} result files are set aside; bsweep collect ${study.file} tells why`,
    );
  }
}

function isWritable(path: string): boolean {
  if (!existsSync(path)) return true;
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
