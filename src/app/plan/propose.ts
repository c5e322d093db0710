import {
  CNN_TRAINER,
  identifyingParameters,
  resolveCnnParameters,
  type CnnParameters,
} from "../../core/cnn-parameters.ts";
import { createCnnSizer, type CnnPlan } from "../../core/cnn.ts";
import type { DatasetHeader } from "../../core/dataset.ts";
import { CanonicalText, computeTrialId, type TrialSetting } from "../../core/identity.ts";
import { deriveTrialSeed } from "../../core/random.ts";
import type { Parameters, Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import { sample } from "../../samplers/index.ts";

/** A trial that can be trained; it has a number once it stands in a round. */
export interface ProposedTrial extends Omit<Trial, "number" | "attempt"> {
  readonly kind: "trial";
  /** `params` with the trainer's defaults filled in: what the identity is made of. */
  readonly resolved: CnnParameters;
  readonly network: Omit<CnnPlan, "layers">;
}

/** `impossible`: no such network. `repeated`: trains the very same as an earlier proposal. */
export type Proposed =
  | ProposedTrial
  | { readonly kind: "impossible"; readonly params: Parameters; readonly reason: string }
  | { readonly kind: "repeated"; readonly params: Parameters };

/**
 * Every trial of the study, in an order that never changes: as sampled, the replicates of one
 * combination one after another. Lazy; only the ids are kept. The data set must have labels.
 */
export function* proposeTrials(study: Study, header: DatasetHeader): Generator<Proposed> {
  const seen = new Set<string>();
  const setting = new CanonicalText(settingOf(study, header));
  const sizeNetwork = createCnnSizer(header);
  for (const sampled of sample(study.space, study.sampler)) {
    // Spreading two objects into one takes V8 ten times as long.
    const params: Parameters = Object.assign({}, study.trainer.set, sampled);
    const resolved = resolveCnnParameters(params);
    const sizing = sizeNetwork(resolved);
    const content = new CanonicalText(identifyingParameters(resolved));
    for (let replicate = 0; replicate < study.replicates; replicate++) {
      if (!sizing.ok) {
        yield { kind: "impossible", params, reason: sizing.reason };
        continue;
      }
      const trialId = computeTrialId({ params: content, replicate, setting });
      if (seen.has(trialId)) {
        yield { kind: "repeated", params };
        continue;
      }
      seen.add(trialId);
      const seed = deriveTrialSeed(study.sampler.seed, content, replicate);
      yield {
        kind: "trial",
        trialId,
        params,
        replicate,
        seed,
        resource: { epochs: study.trainer.epochs },
        resolved,
        network: sizing.size,
      };
    }
  }
}

function settingOf(study: Study, header: DatasetHeader): TrialSetting {
  const studySeed = study.sampler.seed;
  return {
    studySeed,
    resource: { epochs: study.trainer.epochs },
    trainer: CNN_TRAINER,
    datasetDigest: header.digest,
    holdout: { fraction: study.data.holdout, seed: studySeed },
    precision: study.trainer.precision,
  };
}
