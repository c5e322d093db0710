import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CnnPlan, type CnnPlanning, planCnn } from "../../../src/cnn/shapes.ts";
import { type CnnParameters, resolveCnnParameters } from "../../../src/cnn/parameters.ts";

const MNIST = { height: 28, width: 28, channels: 1, classes: 10 };

const plan = (params: Partial<CnnParameters>, problem = MNIST): CnnPlanning =>
  planCnn(resolveCnnParameters(params), problem);

function planned(params: Partial<CnnParameters>, problem = MNIST): CnnPlan {
  const planning = plan(params, problem);
  if (planning.ok) return planning.plan;
  throw new Error(planning.reason);
}

describe("planCnn", () => {
  test("the default network, layer by layer", () => {
    const { layers, parameters, flopsPerExample, activationsPerExample } = planned({});
    expect(layers.map(({ name, output }) => [name, ...output])).toEqual([
      ["block1/conv1", 26, 26, 32],
      ["block1/pool", 13, 13, 32],
      ["block2/conv1", 11, 11, 64],
      ["block2/pool", 5, 5, 64],
      ["flatten", 1, 1, 1600],
      ["dense1", 1, 1, 128],
      ["logits", 1, 1, 10],
    ]);
    expect(parameters).toBe(225_034);
    expect(flopsPerExample).toBe(5_262_080);
    const outputs = 26 * 26 * 32 + 13 * 13 * 32 + 11 * 11 * 64 + 5 * 5 * 64 + 1600 + 128 + 10;
    expect(activationsPerExample).toBe(784 + outputs);
  });

  test("same padding keeps height and width; an odd last row and column are left out", () => {
    const { layers } = planned({ padding: "same", blocks: 3, convLayers: 2, kernelSize: 5 });
    const sizes = layers.filter(({ kind }) => kind === "pooling").map(({ output }) => output);
    expect(sizes).toEqual([
      [14, 14, 32],
      [7, 7, 64],
      [3, 3, 128],
    ]);
    expect(layers.filter(({ kind }) => kind === "convolution")).toHaveLength(6);
  });

  test("residual units: two convolutions each, a projection where channels differ, and what is left at the end", () => {
    const common = { residual: true, padding: "same", filters: 4, denseLayers: 0 } as const;
    const one = planned({ ...common, convLayers: 2, blocks: 1 });
    expect(one.layers.map(({ name, output }) => [name, ...output])).toEqual([
      ["block1/conv1", 28, 28, 4],
      ["block1/conv2", 28, 28, 4],
      ["block1/conv1/shortcut", 28, 28, 4],
      ["block1/conv1/sum", 28, 28, 4],
      ["block1/pool", 14, 14, 4],
      ["flatten", 1, 1, 784],
      ["logits", 1, 1, 10],
    ]);
    expect(one.layers.slice(0, 4)).toMatchObject([
      { activation: "relu" },
      { activation: "linear" },
      { activation: "linear", from: "images", kernelSize: 1 },
      { activation: "relu", from: "block1/conv2" },
    ]);
    expect(one.parameters).toBe(40 + 148 + 8 + 7850);
    expect(one.flopsPerExample).toBe(2 * (784 * 4 * (9 + 36 + 1) + 7840));
    const sums = planned({ ...common, convLayers: 5, blocks: 2, batchNormalization: true })
      .layers.filter(({ kind }) => kind === "addition")
      .map((layer) => [layer.name, "from" in layer ? layer.from : ""]);
    expect(sums).toEqual([
      ["block1/conv1/sum", "block1/conv2/norm"],
      ["block1/conv3/sum", "block1/conv1/sum"],
      ["block1/conv5/sum", "block1/conv3/sum"],
      ["block2/conv1/sum", "block2/conv2/norm"],
      ["block2/conv3/sum", "block2/conv1/sum"],
      ["block2/conv5/sum", "block2/conv3/sum"],
    ]);
  });

  test("residual units need images that keep their size", () => {
    expect(plan({ residual: true })).toMatchObject({
      ok: false,
      reason: expect.stringContaining("padding: same keeps them") as string,
    });
  });

  test("global pooling leaves a number a channel", () => {
    const { layers, parameters } = planned({ globalPooling: true, denseLayers: 0 });
    expect(layers.slice(4)).toMatchObject([
      { kind: "global-pooling", output: [1, 1, 64] },
      { kind: "dense", output: [1, 1, 10] },
    ]);
    expect(parameters).toBe(320 + 18_496 + 650);
  });

  test("dropout follows each dense layer, and there may be none", () => {
    const kinds = ({ layers }: CnnPlan): string[] => layers.slice(5).map(({ kind }) => kind);
    expect(kinds(planned({ denseLayers: 2, dropout: 0.5 }))).toEqual([
      "dense",
      "dropout",
      "dense",
      "dropout",
      "dense",
    ]);
    expect(kinds(planned({ denseLayers: 0, dropout: 0.5 }))).toEqual(["dense"]);
  });

  test("a normalization stands before each activation, and the layer before it has neither bias nor activation", () => {
    const { layers, parameters, flopsPerExample } = planned({
      batchNormalization: true,
      dropout: 0.5,
    });
    expect(layers.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "block1/conv1 convolution",
      "block1/conv1/norm batch-normalization",
      "block1/pool pooling",
      "block2/conv1 convolution",
      "block2/conv1/norm batch-normalization",
      "block2/pool pooling",
      "flatten flatten",
      "dense1 dense",
      "dense1/norm batch-normalization",
      "dropout1 dropout",
      "logits dense",
    ]);
    expect(layers[0]).toMatchObject({ activation: "linear", bias: false });
    expect(layers[1]).toMatchObject({ activation: "relu", output: [26, 26, 32] });
    expect(layers.at(-1)).toMatchObject({ activation: "linear", bias: true });
    // Scale and offset in place of one bias, for 32 + 64 + 128 channels.
    expect(parameters).toBe(225_034 + 32 + 64 + 128);
    expect(flopsPerExample).toBe(5_262_080);
  });

  test.each([
    [{ blocks: 4 }, "block 4, convolution 1: a 3 x 3 kernel without padding does not fit 1 x 1"],
    [
      { kernelSize: 31 },
      "block 1, convolution 1: a 31 x 31 kernel without padding does not fit 28 x 28",
    ],
    [
      { convLayers: 3, kernelSize: 5, blocks: 2 },
      "block 2, convolution 2: a 5 x 5 kernel without padding does not fit 4 x 4",
    ],
    [{ padding: "same", blocks: 5 }, "block 5: nothing is left to pool at 1 x 1"],
  ] as const)("%j cannot be, and the reason says where", (params, reason) => {
    expect(plan(params)).toEqual({ ok: false, reason });
  });

  test("the smallest images that do", () => {
    expect(plan({ blocks: 1 }, { ...MNIST, height: 4, width: 4 }).ok).toBe(true);
    expect(plan({ blocks: 1 }, { ...MNIST, height: 4, width: 3 }).ok).toBe(false);
    expect(plan({ blocks: 1, padding: "same" }, { ...MNIST, height: 2, width: 2 }).ok).toBe(true);
  });

  test("every layer has a size and a name of its own, whatever the parameters", () => {
    const structure = fc.record({
      filters: fc.integer({ min: 1, max: 64 }),
      kernelSize: fc.integer({ min: 1, max: 9 }),
      convLayers: fc.integer({ min: 1, max: 3 }),
      blocks: fc.integer({ min: 1, max: 5 }),
      padding: fc.constantFrom("valid" as const, "same" as const),
      denseLayers: fc.integer({ min: 0, max: 3 }),
      batchNormalization: fc.boolean(),
    });
    fc.assert(
      fc.property(structure, (params) => {
        const planning = plan(params);
        if (!planning.ok) return;
        const { layers } = planning.plan;
        expect(new Set(layers.map(({ name }) => name)).size).toBe(layers.length);
        for (const { output } of layers) expect(Math.min(...output)).toBeGreaterThanOrEqual(1);
        expect(layers.at(-1)?.output).toEqual([1, 1, 10]);
      }),
    );
  });
});
