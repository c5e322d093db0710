import { existsSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { defaultsOf } from "../../cnn/parameters.ts";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import { groupBy } from "../../core/objects.ts";
import { listNames } from "../../core/space/conditions.ts";
import { createOutsideTest } from "../../core/space/outside.ts";
import type { Study } from "../../core/study.ts";
import {
  formatImportedTrials,
  type ImportedTrial,
  type ImportHeader,
} from "../../formats/imported-trials.ts";
import { isBetter } from "../../stats/best-so-far.ts";
import { readOptunaStudy } from "../../storage/optuna/read.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import type { Layout } from "../../workspace/layout.ts";
import { readCsvTrials } from "./csv.ts";
import { readImportedTrials } from "./read.ts";
import { fitTrial } from "./fit.ts";
import type { RawTrial, RawTrials } from "./raw-trial.ts";

/** What `import` took, or would take. */
export interface ImportReport {
  readonly study: string;
  /** Written; null under --dry-run, and where the same is there already. */
  readonly written: string | null;
  /** Where it stands, or would. */
  readonly file: string;
  readonly trials: number;
  readonly complete: number;
  /** The best complete one; null without any. */
  readonly best: { readonly number: number; readonly objective: number } | null;
  /** Of those that were taken, how many the study as it is now would not propose, and of what, for example. */
  readonly outside: { readonly trials: number; readonly example: string | null };
  /** The most trials first. */
  readonly leftOut: readonly { readonly reason: string; readonly trials: number }[];
  /** Columns that nothing was made of. */
  readonly unused: readonly string[];
}

export interface ImportOptions {
  readonly study: Study;
  readonly layout: Layout;
  readonly source: { readonly kind: "csv" | "optuna"; readonly file: string };
  /** The column that holds the objective, or the study's name in Optuna's database. */
  readonly column: string | undefined;
  readonly nameThere: string | undefined;
  /** What it is called here; by default as its file. */
  readonly name: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Takes trials that ran elsewhere beside a study: never among its results. `compare` and samplers read them.
 * @throws BsweepError CONFLICT where others stand under the name, or the direction is another; INVALID_DATA; STORAGE; USAGE
 */
export function importTrials(options: ImportOptions, effects: Effects): ImportReport {
  const { study, layout, source } = options;
  const raw = read(options);
  const name = options.name ?? nameOf(source.file);
  checkName(name);
  const { taken, leftOut } = fitAll(raw, study);
  if (taken.length === 0) throw nothingFits(source.file, leftOut);
  const header: ImportHeader = {
    ...{ schemaVersion: 1, study: study.name, objective: study.objective },
    source: { ...source, sha256: sha256(readFileSync(source.file)), name: raw.name },
    importedAt: effects.now().toISOString(),
  };
  const file = layout.imported(study.name, name);
  const isThere = checkExisting(file, header);
  if (!options.dryRun && !isThere)
    writeFileAtomic(file, formatImportedTrials({ header, trials: taken }));
  return {
    ...{ study: study.name, file, trials: taken.length },
    written: options.dryRun || isThere ? null : file,
    ...summarise(taken, study),
    ...{ leftOut, unused: raw.unused },
  };
}

function read({ study, source, column, nameThere }: ImportOptions): RawTrials {
  if (source.kind === "csv") {
    const parameters = [...listNames(study.space), ...Object.keys(study.trainer.set)];
    return readCsvTrials(source.file, { parameters, metric: study.objective.metric, column });
  }
  const { name, direction, trials } = readOptunaStudy(source.file, nameThere);
  if (direction !== study.objective.direction) {
    const { metric, direction: own } = study.objective;
    const message = `${name} is to ${direction}, and ${study.name} to ${own} ${metric}`;
    throw new BsweepError("CONFLICT", message, {
      hint: "an objective of the same kind, the other way round, goes through a CSV with a column of its own",
    });
  }
  return {
    ...{ name, unused: [] },
    trials: trials.map(({ number, params, value, seconds, steps, state }) => ({
      ...{ number, seconds, steps, objective: value, epochs: null, metrics: {} },
      params: Object.fromEntries(
        Object.entries(params).flatMap(([key, told]) => (told === null ? [] : [[key, told]])),
      ),
      state: OPTUNA_STATES[state] ?? "unfinished",
    })),
  };
}

const OPTUNA_STATES: Readonly<Record<string, RawTrial["state"]>> = {
  COMPLETE: "complete",
  PRUNED: "pruned",
  FAIL: "failed",
};

const nameOf = (file: string): string =>
  basename(file, extname(file)).replaceAll(/[^A-Za-z0-9._-]+/g, "-") || "trials";

/** It becomes a file's. @throws BsweepError USAGE */
function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return;
  throw new BsweepError(
    "USAGE",
    `--name: found ${JSON.stringify(name.slice(0, 80))}, expected letters, digits, ".", "_" or "-", at most 64`,
  );
}

function fitAll(
  raw: RawTrials,
  study: Study,
): { readonly taken: readonly ImportedTrial[]; readonly leftOut: ImportReport["leftOut"] } {
  const defaults = defaultsOf(study);
  const fitted = raw.trials.map((trial) => fitTrial(trial, study, defaults));
  const unfit = fitted.flatMap((each) => ("reason" in each ? [each.reason] : []));
  return {
    taken: fitted.flatMap((each) => ("reason" in each ? [] : [each])),
    leftOut: [...groupBy(unfit, (reason) => reason)]
      .map(([reason, all]) => ({ reason, trials: all.length }))
      .sort((a, b) => b.trials - a.trials || (a.reason < b.reason ? -1 : 1)),
  };
}

function nothingFits(file: string, leftOut: ImportReport["leftOut"]): BsweepError {
  const reasons = leftOut.map(({ reason, trials }) => `${trials}: ${reason}`).join("; ");
  return new BsweepError("INVALID_DATA", `no trial of ${file} fits the study's space`, {
    hint: `left out: ${reasons || "there is none"}; columns are looked for by the names of the space`,
  });
}

/** @returns whether the same is there already. @throws BsweepError CONFLICT where it is another */
function checkExisting(file: string, { source }: ImportHeader): boolean {
  if (!existsSync(file)) return false;
  const there = readImportedTrials(file).header;
  if (there.source.sha256 === source.sha256 && there.source.name === source.name) return true;
  throw new BsweepError("CONFLICT", `${file} is there, of another file or another state of it`, {
    hint: "--name NAME puts these beside them",
  });
}

function summarise(
  trials: readonly ImportedTrial[],
  study: Study,
): Pick<ImportReport, "complete" | "best" | "outside"> {
  const explainOutside = createOutsideTest(study, defaultsOf(study));
  const reasons = trials.flatMap(
    ({ params, epochs }) => explainOutside({ ...study.trainer.set, ...params }, epochs) ?? [],
  );
  const complete = trials.filter(({ state }) => state === "complete");
  const best = complete.reduce<ImportReport["best"]>((found, { number, objective }) => {
    if (objective === null) return found;
    const isFirst = found === null || isBetter(objective, found.objective, study.objective);
    return isFirst ? { number, objective } : found;
  }, null);
  return {
    ...{ complete: complete.length, best },
    outside: { trials: reasons.length, example: reasons[0] ?? null },
  };
}
