import type { PlannedNetwork } from "../../cnn/examine.ts";
import type { Parameters } from "../../core/study.ts";
import type { ExistingTrials } from "../../rounds/trials.ts";
import type { Proposed } from "./propose.ts";

/** The counts of a plan. */
export interface Tally {
  /** What the sampler proposes, times replicates: impossible + repeated + trials. */
  readonly proposed: number;
  /** Left out because there is no such network, the most frequent reason first. */
  readonly impossible: readonly ImpossibleShape[];
  /** Left out because another proposal trains the very same: it differs in a parameter that is not used. */
  readonly repeated: number;
  readonly trials: number;
  /** Of `trials`: those a round has already. */
  readonly planned: number;
  /** Of `planned`: those with a result file. */
  readonly withResult: number;
  /** Of `trials`: those the next round would hold. */
  readonly newTrials: number;
  /** What these may take, reckoned from their shapes (cnn-cost.ts), early stopping left out; null where nobody knows: for a command, and
   * for trials that choose when they start. */
  readonly newCoreHours: number | null;
  /** The trial that needs the most memory, and what the slowest one takes; null when there is none, or nobody knows. */
  readonly largest: LargestTrial | null;
}

export interface ImpossibleShape {
  readonly reason: string;
  readonly trials: number;
  /** One of them. */
  readonly example: Parameters;
}

export interface LargestTrial {
  /** Trainable numbers. */
  readonly parameters: number;
  readonly flopsPerExample: number;
  readonly params: Parameters;
  /** Reckoned from the shapes (cnn-cost.ts). */
  readonly memoryMiB: number;
  /** One core's seconds of the trial with the most arithmetic, all epochs. */
  readonly slowestCoreSeconds: number;
}

const SECONDS_PER_HOUR = 3600;

/** Counts proposals, one at a time. */
export function tallyProposals(
  proposals: Iterable<Proposed>,
  { withResult: known }: Pick<ExistingTrials, "withResult">,
  isKnown: (trialId: string) => boolean,
): Tally {
  const impossible = new Map<string, ImpossibleShape>();
  let [proposed, repeated, trials, planned, withResult, newCoreSeconds] = [0, 0, 0, 0, 0, 0];
  let largest: LargestTrial | null = null;
  let isUnknown = false;
  for (const proposal of proposals) {
    proposed++;
    if (proposal.kind === "impossible") {
      const { reason, params: example } = proposal;
      const shape = impossible.get(reason) ?? { reason, trials: 0, example };
      impossible.set(reason, { ...shape, trials: shape.trials + 1 });
    }
    if (proposal.kind === "repeated") repeated++;
    if (proposal.kind !== "trial") continue;
    trials++;
    if (isKnown(proposal.trialId)) planned++;
    if (known.has(proposal.trialId)) withResult++;
    const { network } = proposal;
    isUnknown = network === null;
    if (network === null) continue;
    if (!isKnown(proposal.trialId)) newCoreSeconds += network.coreSeconds;
    largest = pickLarger(largest, network, proposal.params);
  }
  return {
    ...{ proposed, repeated, trials, planned, withResult, largest },
    impossible: [...impossible.values()].sort((a, b) => b.trials - a.trials),
    newTrials: trials - planned,
    newCoreHours: isUnknown ? null : newCoreSeconds / SECONDS_PER_HOUR,
  };
}

function pickLarger(
  largest: LargestTrial | null,
  { parameters, flopsPerExample, memoryMiB, coreSeconds }: PlannedNetwork,
  params: Parameters,
): LargestTrial {
  const slowestCoreSeconds = Math.max(largest?.slowestCoreSeconds ?? 0, coreSeconds);
  if (largest !== null && memoryMiB <= largest.memoryMiB) return { ...largest, slowestCoreSeconds };
  return { parameters, flopsPerExample, params, memoryMiB, slowestCoreSeconds };
}
