import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLayout } from "../../../src/workspace/layout.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeColouredShapes, SHAPE_CLASSES } from "../../support/coloured-shapes.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { readResults } from "../../support/rounds.ts";

/** As docs/study-file.md has it. */
const SET = `{ filters: 8, blocks: 3, convLayers: 2, padding: same, batchNormalization: true, residual: true, globalPooling: true, denseLayers: 0,
    activation: gelu, flip: horizontal, batchSize: 32, learningRate: 0.005, learningRateSchedule: one-cycle }`;

test(
  "photos of coloured shapes, made: what they ask of the CNN, together",
  { timeout: 400_000 },
  async () => {
    const layout = createLayout(makeTestFolder());
    const { workspace } = layout;
    const { images, labels } = makeColouredShapes(2000);
    const at = (name: string): string => join(workspace, name);
    writeFileSync(at("images.idx"), images);
    writeFileSync(at("labels.idx"), labels);
    const studyFile = at("study.yaml");
    const study = `
study: s
data: { train: shapes, holdout: 0.2 }
trainer: { kind: cnn, epochs: 5 }
space: {}
resources: { cpus: 2 }
`;
    writeFileSync(studyFile, study.replace("epochs: 5", `epochs: 5, set: ${SET}`));
    const files = [`--images=${at("images.idx")}`, `--labels=${at("labels.idx")}`];
    const prepared = await runBsweep(["prepare", ...files, `--to=${at("shapes")}`]);
    expect(prepared.exitStatus).toBe(0);
    const end = await runBsweep(["local", studyFile, `--workspace=${workspace}`, "--json"]);
    expect(end.exitStatus).toBe(0);
    const [result] = readResults(join(layout.roundResults("s", 1), "array-01")).values();
    expect(result?.failure).toBeNull();
    expect(result?.objective).toBeGreaterThan(0.95);
    expect(result?.metrics["auc"]).toBeGreaterThan(0.99);
    expect(result?.holdout?.count).toBe(400);
    const { predictions = "" } = result?.holdout ?? {};
    expect(new Set(Buffer.from(predictions, "base64"))).toHaveProperty("size", SHAPE_CLASSES);
  },
);
