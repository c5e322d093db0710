import { mayGoOn } from "../core/pruning.ts";
import { complaintOf } from "../core/errors.ts";
import type { Trial, TrialResult } from "../core/trial.ts";
import type { Round } from "../formats/round-file.ts";
import type { Artifacts } from "../rounds/artifacts.ts";
import {
  describeCheckpoints,
  makeCheckpointFolder,
  removeCheckpointFolder,
} from "../workspace/checkpoint-folder.ts";
import type { Layout } from "../workspace/layout.ts";

interface Leaving {
  readonly round: Round;
  readonly layout: Layout;
  readonly log: (line: string) => void;
}

/** Where a trial leaves what is to outlast it; undefined where it is to leave none, or the folder cannot be written. */
export interface TrialFolders {
  readonly checkpointFolder: string | undefined;
  readonly artifactFolder: string | undefined;
}

/** The folders of a trial that is about to start. */
export async function makeFolders(
  trial: Trial,
  { round, layout, log }: Leaving,
): Promise<TrialFolders> {
  const { number, trialId } = trial;
  const warn = (what: string, problem: string): void =>
    log(`trial ${number}: warning: no ${what}, it goes on without: ${problem}`);
  const checkpoints = layout.checkpoints(round.study, trialId);
  const saves = round.limits.checkpointSeconds !== null;
  const unsaved = saves ? makeCheckpointFolder(checkpoints) : undefined;
  if (unsaved !== undefined) warn("checkpoints", unsaved);
  const checkpointFolder = saves && unsaved === undefined ? checkpoints : undefined;
  const goesOn = checkpointFolder !== undefined && describeCheckpoints(checkpoints) !== "";
  const artifacts = await openArtifacts(round, layout);
  const unkept = complaintOf(() => artifacts?.open(trialId, goesOn));
  if (unkept !== undefined) warn("artifacts", unkept);
  const artifactFolder = unkept === undefined ? artifacts?.folderOf(trialId) : undefined;
  return { checkpointFolder, artifactFolder };
}

/** Loaded where there are to be some: elements start by the thousand. */
async function openArtifacts(
  { artifacts, study }: Round,
  layout: Layout,
): Promise<Artifacts | undefined> {
  if (artifacts === undefined) return undefined;
  const { Artifacts: Opened } = await import("../rounds/artifacts.ts");
  return new Opened(layout, study);
}

/**
 * What becomes of a trial's folders, now that its result stands: artifacts are kept if they are among the best, checkpoints go. A pruned
 * trial may yet be run to its end, and goes on from there, unless its round says that it need not.
 */
export async function settleFolders(
  { number, trialId }: Trial,
  result: TrialResult,
  { round, layout, log }: Leaving,
): Promise<void> {
  if (mayGoOn(result, round.pruning)) return;
  const artifacts = await openArtifacts(round, layout);
  const unsettled = complaintOf(() => artifacts?.settle(result, round));
  if (unsettled !== undefined) log(`trial ${number}: warning: artifacts: ${unsettled}`);
  const folder = layout.checkpoints(round.study, trialId);
  const problem = removeCheckpointFolder(folder);
  if (problem !== undefined) log(`trial ${number}: warning: ${folder} stays: ${problem}`);
}
