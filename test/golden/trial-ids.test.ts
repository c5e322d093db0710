import { expect, test } from "vitest";
import { proposeTrials } from "../../src/app/plan/propose.ts";
import { parseStudyFile } from "../../src/formats/study-file.ts";
import { makeHeader } from "../support/study-workspace.ts";

const STUDY = `study: identity
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 3, set: { blocks: 1 } }
replicates: 2
`;

/** A change here makes every study in the world plan its trials again: raise CNN_TRAINER.revision on purpose, never this by accident. */
test("a trial's id and seed never drift", () => {
  expect(
    idsOf("space: { filters: [16, 32], optimizer: [adam, sgd] }\nsampler: { seed: 1 }\n"),
  ).toEqual([
    'a2903ab005339e2d 1781660125 {"blocks":1,"filters":16,"optimizer":"adam"}',
    'b70bc3ba0b8da48d 257500272 {"blocks":1,"filters":16,"optimizer":"adam"}',
    '3df25b8f504c9449 1717548676 {"blocks":1,"filters":16,"optimizer":"sgd"}',
    'c703532c6c5ff6b4 2140591135 {"blocks":1,"filters":16,"optimizer":"sgd"}',
    '759127b2aeec182d 1702542367 {"blocks":1,"filters":32,"optimizer":"adam"}',
    '91451b21b336b82e 1011094927 {"blocks":1,"filters":32,"optimizer":"adam"}',
    '9d0c7ce08ec39d65 619231498 {"blocks":1,"filters":32,"optimizer":"sgd"}',
    '8fc9001a4f0f0431 411189411 {"blocks":1,"filters":32,"optimizer":"sgd"}',
  ]);
});

test("a parameter that came later changes an id by another value than its default only", () => {
  const space = (more: string): string =>
    `space: { filters: [16], ${more} }\nsampler: { seed: 1 }\n`;
  const [old, added] = [space("optimizer: [adam]"), space("batchNormalization: [false, true]")].map(
    (text) => idsOf(text).map((line) => line.split(" ").slice(0, 2).join(" ")),
  );
  expect(old?.[0]).toBe("a2903ab005339e2d 1781660125");
  expect(added?.slice(0, 2)).toEqual(old);
  expect(added?.slice(2)).toHaveLength(2);
  for (const line of added?.slice(2) ?? []) expect(old).not.toContain(line);
});

test("nor does what a random sampler draws", () => {
  const space = `space:
  learningRate: { low: 0.0001, high: 0.1, log: true }
  optimizer: [adam, sgd]
  momentum: { low: 0.5, high: 0.99, when: { optimizer: sgd } }
sampler: { kind: random, seed: 1, trials: 2 }
`;
  expect(idsOf(space)).toEqual([
    '9fa785db9104715a 1840790254 {"blocks":1,"learningRate":0.00110405,"optimizer":"adam"}',
    'a98f5e11b08ab8c1 66481270 {"blocks":1,"learningRate":0.00110405,"optimizer":"adam"}',
    '28124a08664e4997 1564100126 {"blocks":1,"learningRate":0.00322239,"optimizer":"sgd","momentum":0.616662}',
    '3cf1baaad47633c9 2008658672 {"blocks":1,"learningRate":0.00322239,"optimizer":"sgd","momentum":0.616662}',
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
