import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packStudy, unpackStudy } from "../../src/app/pack/pack.ts";
import { collectResults } from "../../src/app/collect/collect.ts";
import { loadStudy } from "../../src/app/plan/load-study.ts";
import { CNN_TRAINER } from "../../src/cnn/parameters.ts";
import type { Effects } from "../../src/core/effects.ts";
import type { Trial } from "../../src/core/trial.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "./folder.ts";
import { recordEffects } from "./prepare.ts";
import {
  makeFailure,
  makeResult,
  makeTrial,
  placeOf,
  type PlannedRound,
  writeResult,
  writeRound,
} from "./results.ts";
import { makeHeader, writeDataset } from "./study-workspace.ts";

export const STUDY = "s";

const STUDY_TEXT = `
study: ${STUDY}
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 10 }
space: { filters: { low: 1, high: 2000, step: 1 } }
sampler: { kind: grid, seed: 1 }
cluster: { site: local }
resources: { cpus: 1, memory: 4GB, walltime: 30m, trialsPerElement: 1 }
`;

/** A study whose results are made, to be packed and unpacked. */
export type PackedStudy = ReturnType<typeof makePackedStudy>;

/** A planned round of so many trials, in arrays of 40, without results so far. */
export function makePackedStudy(trials: number) {
  const workspace = makeTestFolder();
  const layout = createLayout(workspace);
  const header = makeHeader();
  writeDataset(layout, header);
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(studyFile, STUDY_TEXT);
  const planned: PlannedRound = {
    ...{ workspace, study: STUDY, round: 1, arraySize: 40 },
    trials: Array.from({ length: trials }, (_, place) =>
      makeTrial(place + 1, { filters: place + 1 }),
    ),
  };
  const holdout = { fraction: 0.1, seed: 1 };
  const ofSetting = {
    setting: { trainer: CNN_TRAINER, precision: "float32", datasetDigest: header.digest, holdout },
    dataset: { path: "data/digits", digest: header.digest, holdout },
  } as const;
  writeRound(planned, ofSetting);
  const { study } = loadStudy({ studyFile });
  return {
    ...{ workspace, layout, studyFile, study, planned, ofSetting },
    roundFolder: layout.roundResults(STUDY, 1),
    database: layout.database(STUDY),
    collect: (effects: Effects = recordEffects()) =>
      collectResults({ study: STUDY, layout }, effects),
    pack: (effects: Effects = recordEffects(), dryRun = false) =>
      packStudy({ study, layout, dryRun }, effects),
    unpack: (effects: Effects = recordEffects()) => unpackStudy({ study, layout }, effects),
  };
}

/** Leaves results at these places, from 0; every seventh failed. @returns their files */
export function leaveResults(planned: PlannedRound, places: Iterable<number>, nonce = "a1") {
  return [...places].map((place) => {
    const trial = planned.trials[place];
    if (trial === undefined) throw new Error(`no trial at ${place}`);
    const { array, index } = placeOf(planned, place);
    return writeResult(planned, array, resultOf(trial, index), nonce);
  });
}

function resultOf(trial: Trial, index: number) {
  return trial.number % 7 === 0
    ? makeFailure(trial, index, { kind: "error", message: "no", stderrTail: "last\nwords" })
    : makeResult(trial, index, 3000 + ((trial.number * 7919) % 1200));
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
