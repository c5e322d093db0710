import { CNN_TRAINER, identifyingParameters, resolveCnnParameters } from "../cnn/parameters.ts";
import { computeTrialId } from "../core/identity.ts";
import { deriveTrialSeed } from "../core/random.ts";
import type { Round } from "../formats/round-file.ts";
import type { Setting } from "../core/setting.ts";
import type { Trial } from "../core/trial.ts";
import type { Layout } from "../workspace/layout.ts";
import { readElements } from "./round.ts";

/** Bounds of what is tried for a round that does not say. */
const HIGHEST_VERSION = 1000;
const HIGHEST_SEED = 100_000;

/**
 * What a round's trials were planned in. A round of bsweep 0.1.0 does not say which version of the trainer; the id of
 * its first trial does, for it is a hash of what is tried here. @throws BsweepError INVALID_MANIFEST
 */
export function readSetting(layout: Layout, round: Round): Setting {
  if (round.setting !== null) return round.setting;
  const common: Omit<Setting, "trainer"> = {
    precision: round.trainer.kind === "cnn" ? round.trainer.precision : "float32",
    datasetDigest: round.dataset?.digest ?? "",
    holdout: round.dataset?.holdout ?? { fraction: 0, seed: 0 },
  };
  const [array] = round.arrays;
  const [first] = array === undefined ? [] : readElements(layout, round, array);
  const [trial] = first?.trials ?? [];
  const name = round.trainer.kind === "cnn" ? CNN_TRAINER.name : "command";
  const revision = trial === undefined ? 1 : findRevision(trial, name, common);
  return { ...common, trainer: { name, revision } };
}

function findRevision(trial: Trial, name: string, common: Omit<Setting, "trainer">): number {
  const { params, replicate, resource, trialId } = trial;
  const content =
    name === CNN_TRAINER.name ? identifyingParameters(resolveCnnParameters(params)) : params;
  const studySeed =
    common.holdout.fraction > 0 ? common.holdout.seed : findStudySeed(content, trial);
  const holdout = { fraction: common.holdout.fraction, seed: studySeed };
  for (let revision = 1; revision <= HIGHEST_VERSION; revision++) {
    const setting = { ...common, studySeed, resource, holdout, trainer: { name, revision } };
    if (computeTrialId({ params: content, replicate, setting }) === trialId) return revision;
  }
  return 1;
}

/** Without data a round does not tell its study's seed; the trial's own is a hash of it. */
function findStudySeed(params: Trial["params"], { replicate, seed }: Trial): number {
  for (let studySeed = 0; studySeed <= HIGHEST_SEED; studySeed++)
    if (deriveTrialSeed(studySeed, params, replicate) === seed) return studySeed;
  return 0;
}
