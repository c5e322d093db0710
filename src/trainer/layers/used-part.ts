import { type CnnLayer, type ImageShape, POOL_SIZE } from "../../cnn/shapes.ts";

/**
 * Height and width of the upper left part of the images that the network's output depends on. Pooling
 * leaves an odd last row or column out, so with `valid` padding all that only they depend on need not be
 * computed: of 28 x 28 digits the default network sees 26 x 26, and its second convolution does a sixth less.
 */
export function usedPart(
  plan: readonly CnnLayer[],
  input: ImageShape,
): readonly [height: number, width: number] {
  return [0, 1].map((axis) => usedLength(plan, input, axis)) as [number, number];
}

function usedLength(plan: readonly CnnLayer[], input: ImageShape, axis: number): number {
  let used = 0;
  for (let index = plan.length - 1; index >= 0; index--) {
    const layer = plan[index];
    const whole = (plan[index - 1]?.output ?? input)[axis] ?? 0;
    if (layer?.kind === "pooling") used *= POOL_SIZE;
    else if (layer?.kind === "convolution" && layer.padding === "valid")
      used += layer.kernelSize - 1;
    else used = whole;
  }
  return used;
}
