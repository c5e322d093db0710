import { existsSync } from "node:fs";
import { plural } from "../../core/quantities.ts";
import { checker, type Check } from "../../core/check.ts";
import { BsweepError, formatIssue } from "../../core/errors.ts";
import type { Study } from "../../core/study.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { listRounds, readRound } from "../../rounds/round.ts";
import { lintCluster } from "../plan/lints.ts";
import type { DoctorContext } from "./context.ts";

/** One failed check for each thing that an error tells. */
export function failuresOf(name: string, error: unknown): Check[] {
  if (!(error instanceof BsweepError)) throw error;
  const { fail } = checker(name);
  const remedy = error.hint ?? "mend it, and run doctor again";
  return error.issues.length === 0
    ? [fail(error.message, remedy)]
    : error.issues.map((issue) => fail(formatIssue(issue), remedy));
}

/** What the rules of the study's cluster say to it (docs/cluster-rules.md). */
export function checkRules({ study, site, layout }: DoctorContext): Check[] {
  if (study === null) return [];
  const warnings = lintCluster(study, site, layout);
  if (warnings.length === 0) return [checker("rules").ok(`${site.name} has nothing to object to`)];
  return warnings.map((warning) => {
    const [rule = "", ...text] = warning.split(": ");
    return checker(rule).warn(text.join(": "), "docs/cluster-rules.md tells why");
  });
}

/** Every data set of the study, read whole; and whether earlier rounds were made from the same one. */
export function checkData(context: DoctorContext): Check[] {
  const { study, layout } = context;
  if (study === null) return [];
  const folders = [study.data?.train, study.data?.test].filter((path) => path !== undefined);
  return folders.flatMap((path, at): Check[] => {
    const data = checker(`data set ${path}`);
    try {
      const { header } = openPackedDataset(layout.resolve(path), { verify: true });
      const rows = `${plural(header.count, "row")}, digest ${header.digest.slice(0, 12)}`;
      if (at > 0) return [data.ok(`${rows}, verified`)];
      const other = findOtherDigest(context, study, header.digest);
      return other === undefined
        ? [data.ok(`${rows}, verified`)]
        : [data.warn(`${rows}; round ${other.round} was made from ${other.digest}`, RESTORE)];
    } catch (error) {
      return failuresOf(`data set ${path}`, error);
    }
  });
}

const RESTORE = "bring the earlier data set back, or every trial is planned anew";

/** The latest round that was made from another data set. */
function findOtherDigest(
  { layout }: DoctorContext,
  study: Study,
  digest: string,
): { readonly round: number; readonly digest: string } | undefined {
  const round = listRounds(layout, study.name).at(-1);
  const dataset = round === undefined ? undefined : readRound(layout, study.name, round)?.dataset;
  if (round === undefined || !dataset || dataset.digest === digest) return undefined;
  return { round, digest: dataset.digest.slice(0, 12) };
}

/** Mounts are there, and one holds the workspace. */
export function checkMounts({ cluster }: DoctorContext): Check[] {
  return (cluster?.mounts ?? []).map((mount) => {
    const { ok, fail } = checker(`mount ${mount}`);
    return existsSync(mount)
      ? ok("is there")
      : fail("no such folder here", "correct mounts in the site file");
  });
}
