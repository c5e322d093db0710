import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { Graph } from "../../../../src/trainer/graph/graph.ts";
import { encodeSavedModel } from "../../../../src/trainer/graph/session.ts";

/** tfjs-node's own classes read what is written: an independent judge of the field numbers and the format. */
function decode(bytes: Uint8Array): unknown {
  const { SavedModel } = createRequire(import.meta.url)(
    "@tensorflow/tfjs-node/dist/proto/api_pb.js",
  ) as { SavedModel: { deserializeBinary(bytes: Uint8Array): { toObject(): unknown } } };
  return SavedModel.deserializeBinary(bytes).toObject();
}

const CONTENT = Uint8Array.from({ length: 100_000 }, (_, place) => place % 251);

function everyAttribute(): Graph {
  const graph = new Graph();
  const source = graph.addTensor({
    op: "Source",
    attributes: {
      type: { type: "bfloat16" },
      int: { int: -3 },
      large: { int: 2 ** 40 },
      float: { float: 0.5 },
      bool: { bool: false },
      string: { string: "NHWC \u00fc" },
      shape: { shape: [-1, 300, 0] },
      ints: { ints: [1, 200, -1] },
      tensor: { tensor: { dtype: "uint8", shape: [100_000], content: CONTENT } },
    },
    dtype: "float32",
    shape: [-1, 4],
  });
  const node = graph.add({ op: "Side", outputs: [] });
  const sink = graph.addTensor({
    op: "Sink",
    inputs: [source],
    after: [node],
    dtype: "int32",
    shape: [],
  });
  graph.signatures.set("run", { inputs: { source }, outputs: { sink } });
  return graph;
}

// The classes sort a map by its keys.
test("a graph with every kind of attribute reads back", () => {
  const dim = (size: number) => ({ size, name: "" });
  const shapeOf = (...sizes: readonly number[]) =>
    expect.objectContaining({ dimList: sizes.map(dim) }) as unknown;
  const attribute = (value: Readonly<Record<string, unknown>>) =>
    expect.objectContaining(value) as unknown;
  const info = (name: string, dtype: number, ...sizes: readonly number[]) =>
    expect.objectContaining({ name, dtype, tensorShape: shapeOf(...sizes) }) as unknown;
  expect(decode(encodeSavedModel(everyAttribute()))).toMatchObject({
    savedModelSchemaVersion: 1,
    metaGraphsList: [
      {
        metaInfoDef: { tagsList: ["serve"] },
        graphDef: {
          versions: { producer: 1087 },
          nodeList: [
            {
              name: "Source",
              op: "Source",
              inputList: [],
              attrMap: [
                ["bool", attribute({ b: false })],
                ["float", attribute({ f: 0.5 })],
                ["int", attribute({ i: -3 })],
                ["ints", attribute({ list: attribute({ iList: [1, 200, -1] }) })],
                ["large", attribute({ i: 2 ** 40 })],
                ["shape", attribute({ shape: shapeOf(-1, 300, 0) })],
                ["string", attribute({ s: Buffer.from("NHWC \u00fc").toString("base64") })],
                [
                  "tensor",
                  attribute({
                    tensor: attribute({
                      dtype: 4,
                      tensorShape: shapeOf(100_000),
                      tensorContent: Buffer.from(CONTENT).toString("base64"),
                    }),
                  }),
                ],
                ["type", attribute({ type: 14 })],
              ],
            },
            { name: "Side", op: "Side" },
            { name: "Sink", op: "Sink", inputList: ["Source:0", "^Side"] },
          ],
        },
        signatureDefMap: [
          [
            "run",
            {
              methodName: "tensorflow/serving/predict",
              inputsMap: [["source", info("Source:0", 1, -1, 4)]],
              outputsMap: [["sink", info("Sink:0", 3)]],
            },
          ],
        ],
      },
    ],
  });
});
