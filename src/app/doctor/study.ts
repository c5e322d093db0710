import { existsSync } from "node:fs";
import { plural } from "../../core/quantities.ts";
import { checker, type Check } from "../../core/check.ts";
import { judgeTest, judgeTraining } from "../../core/dataset-sanity.ts";
import { BsweepError, formatIssue } from "../../core/errors.ts";
import { readSeenImages } from "../prepare/seen-images.ts";
import { roundName } from "../../workspace/layout.ts";
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

/** Every data set of the study, read whole; whether they make sense, and whether earlier rounds had the same one. */
export async function checkData(context: DoctorContext): Promise<Check[]> {
  const { data } = context.study ?? { data: null };
  if (data === null) return [];
  const train = await readData(context, data.train);
  const test = data.test === undefined ? undefined : await readData(context, data.test);
  const checks = [...train.checks];
  if (train.header !== null) {
    checks.push(...checkRound(context, data.train, train.header.digest));
    checks.push(...warnOf(data.train, judgeTraining(train.header, data.holdout)));
  }
  checks.push(...(test?.checks ?? []));
  if (train.header !== null && test !== undefined && test.header !== null)
    checks.push(...warnOf(data.test ?? "", judgeTest(test.header, train.header)));
  return checks;
}

function warnOf(path: string, warnings: readonly string[]): Check[] {
  const { warn } = checker(`data set ${path}`);
  return warnings.map((warning) => warn(warning, "docs/data.md tells what to do"));
}

/** A data set's header, null where it cannot be had; and whether its files are what it says. */
async function readData({ layout }: DoctorContext, path: string) {
  const name = `data set ${path}`;
  try {
    const dataset = openPackedDataset(layout.resolve(path), { verify: true });
    const { header } = dataset;
    const rows = `${plural(header.count, "row")}, digest ${header.digest.slice(0, 12)}, verified`;
    const seen = header.seen ?? (await readSeenImages(dataset));
    return { header: { ...header, seen }, checks: [checker(name).ok(rows)] };
  } catch (error) {
    return { header: null, checks: failuresOf(name, error) };
  }
}

/** Warns when the latest round was made from another data set. */
function checkRound({ layout, study }: DoctorContext, path: string, digest: string): Check[] {
  const name = study?.name ?? "";
  const round = listRounds(layout, name).at(-1);
  const dataset = round === undefined ? undefined : readRound(layout, name, round)?.dataset;
  if (round === undefined || !dataset || dataset.digest === digest) return [];
  const found = `${roundName(round)} was made from ${dataset.digest.slice(0, 12)}, this is ${digest.slice(0, 12)}`;
  const remedy = "bring the earlier data set back, or every trial is planned anew";
  return [checker(`data set ${path}`).warn(found, remedy)];
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
