import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { dropAbsent } from "../../core/objects.ts";
import type { Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import { listFolder } from "../../workspace/folder.ts";
import { createLayout, type Layout } from "../../workspace/layout.ts";
import { openPackedDataset } from "../../workspace/packed-dataset.ts";
import { STUDY_FILE } from "../archive/archive.ts";
import { collectResults } from "../collect/collect.ts";
import { quietly } from "../collect/collect-first.ts";
import { writeRound } from "../generate/write-round.ts";
import { runLocally } from "../local.ts";
import { loadStudy } from "../plan/load-study.ts";
import { loadSite } from "../site/load-site.ts";

/** What a workspace holds of its own studies. */
const OWN = new Set(["jobs", "results", "models", "pools", STUDY_FILE]);

interface RerunOptions {
  /** The archive's study file. */
  readonly studyFile: string;
  /** Where data sets and a command's programs are. */
  readonly from: Layout;
  readonly trials: readonly Trial[];
  readonly workers?: number;
  readonly signal: AbortSignal;
}

/**
 * Runs trials again in a workspace of their own, which is gone afterwards, on this machine and without a container.
 * @param read is handed that workspace once its results are collected
 * @throws BsweepError as writeRound and runLocally do
 */
export async function rerunTrials<T>(
  { studyFile, from, trials, workers, signal }: RerunOptions,
  effects: Effects,
  read: (layout: Layout) => Promise<T>,
): Promise<T> {
  const workspace = mkdtempSync(join(tmpdir(), "bsweep-verify-"));
  try {
    for (const name of listFolder(from.workspace))
      if (!OWN.has(name)) symlinkSync(join(from.workspace, name), join(workspace, name));
    const own = join(workspace, STUDY_FILE);
    writeFileSync(own, readFileSync(studyFile));
    const layout = createLayout(workspace);
    await writeLocalRound(own, layout, trials, quietly(effects));
    const limits = workers === undefined ? {} : { workers };
    await runLocally({ studyFile: own, layout, submitted: true, signal, ...limits }, effects);
    const { study } = loadStudy({ studyFile: own });
    await collectResults({ study: study.name, layout }, quietly(effects));
    return await read(layout);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

async function writeLocalRound(
  studyFile: string,
  layout: Layout,
  trials: readonly Trial[],
  effects: Effects,
): Promise<void> {
  const { study, sha256 } = loadStudy({ studyFile });
  const here = placeHere(study);
  const site = loadSite(here.cluster.site, layout.workspace);
  const header =
    study.data === null ? null : openPackedDataset(layout.resolve(study.data.train)).header;
  const place = { study: study.name, round: 1, replace: false };
  const spec = { study: here, sha256, site, header, layout, place, trials };
  await writeRound({ ...spec, kind: "initial", trialsPerElement: 1, canary: false }, effects);
}

/** A GPU that the study asks for is one of the cluster's. */
function placeHere(study: Study): Study {
  const resources = dropAbsent({ ...study.resources, gpu: undefined });
  const { concurrencyLimit } = study.cluster;
  return { ...study, resources, cluster: { site: "local", concurrencyLimit } };
}
