import type { ImpossibleShape, LargestTrial, PlanReport } from "../../core/plan.ts";
import type { Parameters } from "../../core/study.ts";
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
  | "largest"
>;

/** Counts proposals, one at a time. */
export function tallyProposals(proposals: Iterable<Proposed>, existing: ExistingTrials): Tally {
  const impossible = new Map<string, ImpossibleShape>();
  let [proposed, repeated, trials, planned, withResult] = [0, 0, 0, 0, 0];
  let largest: LargestTrial | null = null;
  for (const proposal of proposals) {
    proposed++;
    if (proposal.kind === "impossible") countImpossible(impossible, proposal);
    if (proposal.kind === "repeated") repeated++;
    if (proposal.kind !== "trial") continue;
    trials++;
    if (existing.numbers.has(proposal.trialId)) planned++;
    if (existing.withResult.has(proposal.trialId)) withResult++;
    if (proposal.network !== null) largest = pickLarger(largest, proposal.network, proposal.params);
  }
  return {
    ...{ proposed, repeated, trials, planned, withResult, largest },
    impossible: [...impossible.values()].sort((a, b) => b.trials - a.trials),
    newTrials: trials - planned,
  };
}

function pickLarger(
  largest: LargestTrial | null,
  { parameters, flopsPerExample }: NonNullable<ProposedTrial["network"]>,
  params: Parameters,
): LargestTrial {
  return largest !== null && parameters <= largest.parameters
    ? largest
    : { parameters, flopsPerExample, params };
}

function countImpossible(
  counted: Map<string, ImpossibleShape>,
  { reason, params }: Extract<Proposed, { kind: "impossible" }>,
): void {
  const shape = counted.get(reason) ?? { reason, trials: 0, example: params };
  counted.set(reason, { ...shape, trials: shape.trials + 1 });
}
