import { createExaminer, type PlannedNetwork } from "../../cnn/examine.ts";
import type { DatasetHeader } from "../../core/dataset.ts";
import { CanonicalText } from "../../core/canonical-json.ts";
import { computeOpenTrialId, computeTrialId } from "../../core/identity.ts";
import { deriveOpenTrialSeed, deriveTrialSeed } from "../../core/random.ts";
import type { Parameters, Study } from "../../core/study.ts";
import type { Trial } from "../../core/trial.ts";
import { countAsked, isLateBound, propose } from "../../samplers/index.ts";
import { settingOf, trainingOf, trialSettingOf } from "./setting.ts";

/** A trial that can be trained; it has a number once it stands in a round. */
interface ProposedTrial extends Omit<Trial, "number" | "attempt"> {
  readonly kind: "trial";
  /** Null where nobody knows what it builds: a command's, and that of a trial which has yet to choose. */
  readonly network: PlannedNetwork | null;
}

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
  const setting = new CanonicalText(trialSettingOf(study, settingOf(study, header)));
  yield* isLateBound(study.sampler)
    ? proposeOpen(study, setting)
    : proposeBound(study, header, setting);
}

/** The id that a trial of these parameters has in the study as it is now. @param header null for a command without data */
export function createIdentifier(
  study: Study,
  header: DatasetHeader | null,
): (trial: Pick<Trial, "params" | "replicate">) => string {
  const setting = new CanonicalText(trialSettingOf(study, settingOf(study, header)));
  const examine = createExaminer(study.trainer.kind, header, trainingOf(study, header));
  return ({ params, replicate }) =>
    computeTrialId({ params: examine(params).content, replicate, setting });
}

/** Trials that choose their parameters when they start. */
function* proposeOpen(study: Study, setting: CanonicalText): Generator<Proposed> {
  const { sampler, replicates, space, trainer } = study;
  const slots = countAsked(space, sampler);
  for (let place = 1; place <= slots; place++) {
    const idOf = (replicate: number): string => computeOpenTrialId({ place, replicate, setting });
    const slot = idOf(0);
    for (let replicate = 0; replicate < replicates; replicate++) {
      const seed = deriveOpenTrialSeed(sampler.seed, place, replicate);
      const trial = { trialId: idOf(replicate), params: {}, replicate, seed, slot };
      yield { kind: "trial", ...trial, resource: { epochs: trainer.epochs }, network: null };
    }
  }
}

function* proposeBound(
  study: Study,
  header: DatasetHeader | null,
  setting: CanonicalText,
): Generator<Proposed> {
  const seen = new Set<string>();
  const examine = createExaminer(study.trainer.kind, header, trainingOf(study, header));
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
