import { identifyingParameters, resolveCnnParameters } from "../../cnn/parameters.ts";
import { createCnnSizer, type CnnPlan } from "../../cnn/shapes.ts";
import { type CnnCost, estimateCost } from "../../cnn/cost.ts";
import type { DatasetHeader } from "../../core/dataset.ts";
import { CanonicalText, computeTrialId } from "../../core/identity.ts";
import { deriveTrialSeed } from "../../core/random.ts";
import { isCnnStudy, type Parameters, type Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import { propose } from "../../samplers/index.ts";
import { settingOf, trialSettingOf } from "./setting.ts";

/** A trial that can be trained; it has a number once it stands in a round. */
interface ProposedTrial extends Omit<Trial, "number" | "attempt"> {
  readonly kind: "trial";
  /** Null for a command: nobody knows what it builds. */
  readonly network: PlannedNetwork | null;
}

/** What a trial's network is, and what it may take. */
export type PlannedNetwork = Pick<CnnPlan, "parameters" | "flopsPerExample"> & CnnCost;

/** `impossible`: no such network. `repeated`: trains the very same as an earlier proposal. */
export type Proposed =
  | ProposedTrial
  | { readonly kind: "impossible"; readonly params: Parameters; readonly reason: string }
  | { readonly kind: "repeated"; readonly params: Parameters };

/**
 * Every trial of the study, in an order that never changes: as sampled, the replicates of one
 * combination one after another. Lazy; only the ids are kept. The data set must have labels.
 * @param header null for a command without data
 */
export function* proposeTrials(study: Study, header: DatasetHeader | null): Generator<Proposed> {
  const seen = new Set<string>();
  const setting = new CanonicalText(trialSettingOf(study, settingOf(study, header)));
  const examine = header !== null && isCnnStudy(study) ? examineCnn(header, study) : examineCommand;
  for (const sampled of propose(study.space, study.sampler, [])) {
    // Spreading two objects into one takes V8 ten times as long.
    const params: Parameters = Object.assign({}, study.trainer.set, sampled);
    const { content, network, reason } = examine(params);
    for (let replicate = 0; replicate < study.replicates; replicate++) {
      if (reason !== undefined) {
        yield { kind: "impossible", params, reason };
        continue;
      }
      const trialId = computeTrialId({ params: content, replicate, setting });
      if (seen.has(trialId)) {
        yield { kind: "repeated", params };
        continue;
      }
      seen.add(trialId);
      const seed = deriveTrialSeed(study.sampler.seed, content, replicate);
      const resource = { epochs: study.trainer.epochs };
      yield { kind: "trial", trialId, params, replicate, seed, resource, network };
    }
  }
}

/** What one combination comes to. */
interface Examined {
  /** Of the parameters, what names a trial. */
  readonly content: CanonicalText;
  readonly network: ProposedTrial["network"];
  /** Why there can be no such trial. */
  readonly reason?: string;
}

function examineCnn(header: DatasetHeader, { trainer }: Study): (params: Parameters) => Examined {
  const sizeNetwork = createCnnSizer(header);
  return (params) => {
    const resolved = resolveCnnParameters(params);
    const sizing = sizeNetwork(resolved);
    const content = new CanonicalText(identifyingParameters(resolved));
    if (!sizing.ok) return { content, network: null, reason: sizing.reason };
    const cost = estimateCost(resolved, sizing.size, header, trainer.epochs);
    return { content, network: { ...sizing.size, ...cost } };
  };
}

/** A command's parameters mean what they mean to it: all of them name a trial. */
function examineCommand(params: Parameters): Examined {
  return { content: new CanonicalText(params), network: null };
}
