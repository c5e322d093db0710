import { expect, test } from "vitest";
import { resolveCnnParameters } from "../../../../src/cnn/parameters.ts";
import { planCnn } from "../../../../src/cnn/shapes.ts";
import { usedPart } from "../../../../src/trainer/layers/network.ts";

test.each([
  { params: {}, size: [28, 28], used: [26, 26] },
  { params: { blocks: 1 }, size: [28, 27], used: [28, 26] },
  { params: { blocks: 1, convLayers: 2 }, size: [13, 12], used: [12, 12] },
  { params: { blocks: 3 }, size: [28, 28], used: [22, 22] },
  { params: { padding: "same" }, size: [28, 27], used: [28, 27] },
])("of $size the network of $params uses $used", ({ params, size, used }) => {
  const [height = 0, width = 0] = size;
  const planning = planCnn(resolveCnnParameters(params), {
    height,
    width,
    channels: 1,
    classes: 10,
  });
  if (!planning.ok) throw new Error(planning.reason);
  expect(usedPart(planning.plan.layers, [height, width, 1])).toEqual(used);
});
