import type { RefittedModel } from "../../formats/model-file.ts";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { deriveSeed } from "../../core/random.ts";
import type { Parameters, Study } from "../../core/study.ts";
import type { CommandRefit, RefitEnd } from "../../rounds/run-setup.ts";
import type { RankedTrial } from "../../stats/rank.ts";
import { rankStudy } from "../report.ts";
import type { PlanOptions } from "../plan/load-study.ts";

export interface RefitOptions extends PlanOptions {
  /** How many of the best trials. */
  readonly top: number;
  /** Trainings of each. */
  readonly seeds: number;
  /** Trainings at a time; by default as many as the cores allow at the study's `cpus`. */
  readonly workers?: number;
  /** Train again what is there. */
  readonly force: boolean;
  /** Aborts to stop, after checkpoints. */
  readonly signal: AbortSignal;
  /** Runs a study's own command. */
  readonly runCommand: (refit: CommandRefit) => Promise<RefitEnd>;
}

/** One model to be trained. */
export interface Choice extends Pick<
  RefittedModel,
  "name" | "trial" | "seed" | "trainingSeed" | "epochs"
> {
  readonly params: Parameters;
}

/** What a trainer takes of parameters where every row is trained on, and what of them its seeds are made of. */
export type ResolveParameters = (params: Parameters) => {
  readonly params: Parameters;
  readonly identity: Parameters;
};

/**
 * The best `top` of the study, `seeds` times each. A study that searches nothing needs no trial: its
 * parameters are chosen, and its epochs.
 * @throws BsweepError CONFLICT when fewer trials are complete
 */
export async function chooseModels(
  study: Study,
  resolve: ResolveParameters,
  options: RefitOptions,
  effects: Effects,
): Promise<readonly Choice[]> {
  const repeat = (described: Described): Choice[] => {
    const { params, identity } = resolve(described.params);
    return repeatSeeds(study, options, { ...described, params }, identity);
  };
  if (study.space.dimensions.length === 0) {
    const { set, epochs } = study.trainer;
    return repeat({ name: "", trial: null, params: set, epochs });
  }
  const { ranking, meeting, requirements } = await rankStudy(
    { study, layout: options.layout, collect: true },
    effects,
  );
  if (meeting < options.top) {
    const which = requirements.length > 0 ? " that meet what is required" : "";
    const message = `study ${study.name} has ${meeting} ranked trials${which}, ${options.top} are to be refitted`;
    throw new BsweepError("CONFLICT", message, {
      hint: `bsweep local ${options.studyFile} runs trials; bsweep report ${options.studyFile} ranks them`,
    });
  }
  return ranking.slice(0, options.top).flatMap((ranked) => repeat(describeRanked(ranked)));
}

type Described = Pick<Choice, "name" | "trial" | "epochs" | "params">;

/** The epochs are those of the weights that were judged: the mean over the replicates. */
function describeRanked({
  number,
  trialId,
  params,
  epochs,
  selectedEpoch,
}: RankedTrial): Described {
  return {
    name: `trial-${number}-`,
    trial: { number, trialId },
    params,
    epochs: selectedEpoch === null ? epochs : Math.max(1, Math.round(selectedEpoch)),
  };
}

function repeatSeeds(
  study: Study,
  { seeds }: RefitOptions,
  described: Described,
  identity: Parameters,
): Choice[] {
  return Array.from({ length: seeds }, (_, index) => ({
    ...described,
    name: `${described.name}seed-${index + 1}`,
    seed: index + 1,
    trainingSeed: deriveSeed("refit", study.sampler.seed, identity, index + 1),
  }));
}
