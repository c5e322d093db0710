import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateRound } from "../../src/app/generate.ts";
import { expectGoldens } from "../support/goldens.ts";
import { recordEffects } from "../support/prepare.ts";
import { makeWorkspace, writeStudy } from "../support/study-workspace.ts";

const STUDY = `study: small
data: { train: data/digits }
trainer: { kind: cnn, epochs: 2 }
space:
  filters: [8, 16]
  optimizer: [adam, sgd]
  momentum: { low: 0.5, high: 0.9, step: 0.4, when: { optimizer: sgd } }
cluster: { site: compute1, concurrencyLimit: 5, userGroup: compute-lab, image: lab/image:1 }
resources: { cpus: 2, memory: 1536MB, walltime: 90m, trialsPerElement: 2 }
`;

test("a whole round for compute1", async () => {
  const layout = makeWorkspace();
  const studyFile = writeStudy(layout, STUDY);
  const options = { studyFile, layout, overwrite: false, user: "h.schroeder", nonce: "0a1b2c3d" };
  await generateRound(options, recordEffects());
  const round = layout.round("small", 1);
  const names = readdirSync(round).filter((name) => name !== "logs");
  expect(names).toEqual([
    "array-00.bsub",
    "array-00.trials.jsonl",
    "array-01.bsub",
    "array-01.trials.jsonl",
    "round.json",
    "submit.sh",
  ]);
  const read = (name: string): string =>
    readFileSync(join(round, name), "utf8")
      .replaceAll(layout.workspace, "/storage2/fs1/lab/Active/sweep")
      .replaceAll(/(?<=\/bsweep\/small-)[0-9a-f]{8}\b/g, "WORKSPACE")
      // What the templates' own hashes are says nothing here.
      .replaceAll(/"[0-9a-f]{64}"/g, '"SHA-256"');
  await expectGoldens("round", new Map(names.map((name) => [name, read(name)])));
});
