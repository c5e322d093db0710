import { expect, test } from "vitest";
import { proposeTrials } from "../../src/app/plan/propose.ts";
import { parseStudyFile } from "../../src/formats/study-file.ts";
import { makeHeader } from "../support/study-workspace.ts";

const STUDY = `study: identity
dataset: { path: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 3, set: { blocks: 1 } }
replicates: 2
`;

/** A change here makes every study in the world plan its trials again: raise CNN_TRAINER.revision on purpose, never this by accident. */
test("a trial's id and seed never drift", () => {
  expect(
    idsOf("space: { filters: [16, 32], optimizer: [adam, sgd] }\nsampler: { seed: 1 }\n"),
  ).toEqual([
    'f2dfa093245659a8 1781660125 {"blocks":1,"filters":16,"optimizer":"adam"}',
    '8064d8c380497b42 257500272 {"blocks":1,"filters":16,"optimizer":"adam"}',
    '7567392ed8d62d38 1717548676 {"blocks":1,"filters":16,"optimizer":"sgd"}',
    '2b5afe56291b46c8 2140591135 {"blocks":1,"filters":16,"optimizer":"sgd"}',
    '9fb0a038acf80204 1702542367 {"blocks":1,"filters":32,"optimizer":"adam"}',
    'fd0cb00a85ef0931 1011094927 {"blocks":1,"filters":32,"optimizer":"adam"}',
    '69055d7561dd6d31 619231498 {"blocks":1,"filters":32,"optimizer":"sgd"}',
    '28bff6e70201107e 411189411 {"blocks":1,"filters":32,"optimizer":"sgd"}',
  ]);
});

test("nor does what a random sampler draws", () => {
  const space = `space:
  learningRate: { low: 0.0001, high: 0.1, log: true }
  optimizer: [adam, sgd]
  momentum: { low: 0.5, high: 0.99, when: { optimizer: sgd } }
sampler: { kind: random, seed: 1, trials: 2 }
`;
  expect(idsOf(space)).toEqual([
    '8a2bd1dace990abf 1840790254 {"blocks":1,"learningRate":0.00110405,"optimizer":"adam"}',
    '8eda4daf0bb8dd3f 66481270 {"blocks":1,"learningRate":0.00110405,"optimizer":"adam"}',
    '321b89d7b519be62 1564100126 {"blocks":1,"learningRate":0.00322239,"optimizer":"sgd","momentum":0.616662}',
    '53a668baab7579ba 2008658672 {"blocks":1,"learningRate":0.00322239,"optimizer":"sgd","momentum":0.616662}',
  ]);
});

function idsOf(rest: string): string[] {
  const study = parseStudyFile(STUDY + rest, "study.yaml");
  return [...proposeTrials(study, makeHeader())].map((proposed) =>
    proposed.kind === "trial"
      ? `${proposed.trialId} ${proposed.seed} ${JSON.stringify(proposed.params)}`
      : proposed.kind,
  );
}
