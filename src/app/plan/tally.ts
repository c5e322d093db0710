import { type CnnCost, estimateCost } from "../../core/cnn-cost.ts";
import type { DatasetHeader } from "../../core/dataset.ts";
import type { ImpossibleShape, LargestTrial, PlanReport } from "../../core/plan.ts";
import type { ExistingTrials } from "./existing-trials.ts";
import type { Proposed, ProposedTrial } from "./propose.ts";

/** The counts of a plan. */
export type Tally = Pick<
  PlanReport,
  | "proposed"
  | "impossible"
  | "repeated"
  | "trials"
  | "planned"
  | "withResult"
  | "newTrials"
  | "newCoreHours"
  | "largest"
>;

const SECONDS_PER_HOUR = 3600;

/** Counts proposals, one at a time. */
export function tallyProposals(
  proposals: Iterable<Proposed>,
  existing: ExistingTrials,
  header: DatasetHeader,
): Tally {
  const impossible = new Map<string, ImpossibleShape>();
  let [proposed, repeated, trials, planned, withResult, newCoreSeconds] = [0, 0, 0, 0, 0, 0];
  let largest: LargestTrial | null = null;
  for (const proposal of proposals) {
    proposed++;
    if (proposal.kind === "impossible") countImpossible(impossible, proposal);
    if (proposal.kind === "repeated") repeated++;
    if (proposal.kind !== "trial") continue;
    trials++;
    if (existing.numbers.has(proposal.trialId)) planned++;
    if (existing.withResult.has(proposal.trialId)) withResult++;
    const { resolved, network, resource } = proposal;
    const cost = estimateCost(resolved, network, header, resource.epochs);
    if (!existing.numbers.has(proposal.trialId)) newCoreSeconds += cost.coreSeconds;
    largest = pickLarger(largest, proposal, cost);
  }
  return {
    ...{ proposed, repeated, trials, planned, withResult, largest },
    impossible: [...impossible.values()].sort((a, b) => b.trials - a.trials),
    newTrials: trials - planned,
    newCoreHours: newCoreSeconds / SECONDS_PER_HOUR,
  };
}

function pickLarger(
  largest: LargestTrial | null,
  { network, params }: ProposedTrial,
  { memoryMiB, coreSeconds }: CnnCost,
): LargestTrial {
  const slowestCoreSeconds = Math.max(largest?.slowestCoreSeconds ?? 0, coreSeconds);
  if (largest !== null && memoryMiB <= largest.memoryMiB) return { ...largest, slowestCoreSeconds };
  const { parameters, flopsPerExample } = network;
  return { parameters, flopsPerExample, params, memoryMiB, slowestCoreSeconds };
}

function countImpossible(
  counted: Map<string, ImpossibleShape>,
  { reason, params }: Extract<Proposed, { kind: "impossible" }>,
): void {
  const shape = counted.get(reason) ?? { reason, trials: 0, example: params };
  counted.set(reason, { ...shape, trials: shape.trials + 1 });
}
