import type { Effects } from "../../core/effects.ts";
import type { Study } from "../../core/study.ts";
import { listLooseResults, type OnProgress } from "../../rounds/loose-results.ts";
import { whileNobodyUndoes } from "../../rounds/pack-flags.ts";
import { type PackedRound, packRound } from "../../rounds/pack-round.ts";
import { readUsableRounds } from "../../rounds/round.ts";
import { type UnpackedRound, unpackRound } from "../../rounds/unpack-round.ts";
import { listFolder } from "../../workspace/folder.ts";
import { isPackName, type Layout, parseRoundName } from "../../workspace/layout.ts";
import { observeStudy } from "../cluster/observe.ts";
import { quietly } from "../collect/collect-first.ts";
import { readResultFile } from "../collect/verify-result.ts";
import { whyNotPackable } from "./packable.ts";

interface PackStudyOptions {
  readonly study: Study;
  readonly layout: Layout;
}

/** What `collect --pack` did, or would do. */
export interface PackSummary {
  readonly dryRun: boolean;
  /** Rounds with results in files of their own, in order. */
  readonly rounds: readonly (PackedRound & {
    readonly round: number;
    /** Why it is not packed yet; null for one that is. */
    readonly waits: string | null;
  })[];
}

const NOTHING: PackedRound = {
  ...{ results: 0, bytes: 0, packs: 0, packedBytes: 0, removed: 0, left: 0 },
};

/**
 * Packs the results of every round that has ended, one after another.
 * @throws BsweepError CONFLICT while a round is unpacked; as observeStudy does; WORKSPACE
 */
export async function packStudy(
  { study, layout, dryRun }: PackStudyOptions & { readonly dryRun: boolean },
  effects: Effects,
): Promise<PackSummary> {
  const observation = await observeStudy({ study, layout }, quietly(effects));
  const { unusable } = readUsableRounds(layout, study.name, () => null);
  const rounds: PackSummary["rounds"][number][] = [];
  for (const round of listResultRounds(layout, study.name)) {
    const folder = layout.roundResults(study.name, round);
    if (listLooseResults(folder).length === 0) continue;
    const waits = whyNotPackable(observation, unusable, round) ?? null;
    const pack = (): Promise<PackedRound> =>
      Promise.resolve(
        packRound(folder, {
          ...{ dryRun, onProgress: showProgress(effects, round) },
          isResult: (name, text) => "result" in readResultFile({ name }, () => text),
        }),
      );
    const packed =
      waits !== null
        ? NOTHING
        : await (dryRun ? pack() : whileNobodyUndoes(folder, "packing", pack));
    rounds.push({ round, waits, ...packed });
  }
  effects.reporter.endProgress();
  return { dryRun, rounds };
}

/** What `collect --unpack` did. */
export interface UnpackSummary {
  /** Rounds that had packs, in order. */
  readonly rounds: readonly (UnpackedRound & { readonly round: number })[];
}

/** Makes files of all packed results. @throws BsweepError CONFLICT while a round is packed; WORKSPACE */
export async function unpackStudy(
  { study, layout }: PackStudyOptions,
  effects: Effects,
): Promise<UnpackSummary> {
  const rounds: UnpackSummary["rounds"][number][] = [];
  for (const round of listResultRounds(layout, study.name)) {
    const folder = layout.roundResults(study.name, round);
    if (!listFolder(folder).some(isPackName)) continue;
    const unpacked = await whileNobodyUndoes(folder, "unpacking", () =>
      unpackRound(folder, showProgress(effects, round)),
    );
    rounds.push({ round, ...unpacked });
  }
  effects.reporter.endProgress();
  for (const why of rounds.flatMap(({ kept }) => kept))
    effects.reporter.warn(`${why}: the pack stays`);
  return { rounds };
}

function listResultRounds(layout: Layout, study: string): number[] {
  return listFolder(layout.studyResults(study))
    .map(parseRoundName)
    .filter((round) => round !== undefined)
    .sort((a, b) => a - b);
}

/** Steps are told so often; a bar is drawn each time. */
const EVERY = 256;

function showProgress({ reporter }: Effects, round: number): OnProgress {
  return (label, done, total) => {
    if (done % EVERY === 0 || done === total)
      reporter.progress({ label: `round ${round}: ${label}`, done, total });
  };
}
