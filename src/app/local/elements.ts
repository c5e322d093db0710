import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import type { ManifestElement } from "../../core/trial.ts";
import { readElements, readRounds } from "../../rounds/round.ts";
import { arrayName, CANARY, type Layout, logFolderName } from "../../workspace/layout.ts";

/** An element of a round on disk, with where its parts lie. All paths are absolute. */
export interface LocalElement {
  readonly element: ManifestElement;
  readonly round: number;
  readonly jobName: string;
  readonly script: string;
  readonly logFolder: string;
  /** The canary's after its own: the canary's trial stands in the first array too. */
  readonly resultFolders: readonly [string, string];
}

/** Every element of the study's rounds, in order. @throws BsweepError INVALID_MANIFEST, CONFLICT */
export function listElements(layout: Layout, study: string): LocalElement[] {
  return readRounds(layout, study).flatMap((round) => {
    // Its job files start tasks on a cluster's hosts.
    if (round.cluster?.pool != null) {
      const message = `round ${round.round} of ${study} is made of parallel jobs`;
      const hint =
        "to try it here, take cluster.pool out of the study, then: bsweep generate --overwrite";
      throw new BsweepError("CONFLICT", message, { hint });
    }
    const folder = layout.round(study, round.round);
    return round.arrays
      .filter(({ array }) => array !== CANARY)
      .flatMap((array) =>
        readElements(layout, round, array).map((element) => ({
          element,
          round: round.round,
          jobName: array.jobName,
          script: join(folder, array.script),
          logFolder: join(folder, logFolderName(array.array)),
          resultFolders: resultFoldersOf(layout, study, round.round, array.array),
        })),
      );
  });
}

export function resultFoldersOf(
  layout: Layout,
  study: string,
  round: number,
  array: number,
): LocalElement["resultFolders"] {
  const results = layout.roundResults(study, round);
  return [join(results, arrayName(array)), join(results, arrayName(CANARY))];
}
