import type { CnnLayer, ImageShape } from "../../cnn/shapes.ts";
import type { GraphTensor } from "../graph/graph.ts";
import { elementwise, reshape } from "../graph/operations/tensors.ts";
import { normalizeBatch, normalizeWith } from "../graph/operations/batch-normalization.ts";
import { readVariable, subtractFromVariable, type Variable } from "../graph/operations/variable.ts";
import { type Layer, type LayerContext, vector } from "./layer.ts";

type Normalization = Extract<CnnLayer, { kind: "batch-normalization" }>;

/** Weight of a batch in the moving averages: short trainings have few batches. */
const BATCH_WEIGHT = 0.1;

/**
 * Batch normalization, not yet activated: over the batch in training, with moving averages of its means and
 * variances in evaluation.
 */
export function normalizationLayer(
  context: LayerContext,
  { name, output: [height, width, channels] }: Normalization,
): Layer {
  const make = (part: string, role: "scale" | "offset" | "statistic", value: 0 | 1) =>
    vector(context, `${name}/${part}`, channels, role, value);
  const gamma = make("gamma", "scale", 1);
  const beta = make("beta", "offset", 0);
  const mean = make("mean", "statistic", 0);
  const variance = make("variance", "statistic", 1);
  return {
    variables: [gamma, beta, mean, variance],
    forward: (input, mode) => {
      const images = asImages(input, [height, width, channels]);
      const scale = mode.read(gamma.variable);
      const offset = mode.read(beta.variable);
      if (mode.training === undefined) {
        const [average, spread] = [mode.read(mean.variable), mode.read(variance.variable)];
        const output = normalizeWith(images, scale, offset, average, spread);
        return reshape(output, input.shape);
      }
      const batch = normalizeBatch(images, scale, offset);
      mode.training.alsoRun(moveTowards(mean.variable, batch.mean));
      mode.training.alsoRun(moveTowards(variance.variable, batch.variance));
      return reshape(batch.output, input.shape);
    },
  };
}

/** Rows of a dense layer become images of one pixel. */
function asImages(input: GraphTensor, shape: ImageShape): GraphTensor {
  return input.shape.length === 4 ? input : reshape(input, [-1, ...shape]);
}

function moveTowards(statistic: Variable, value: GraphTensor) {
  const distance = elementwise("Sub", readVariable(statistic), value);
  return subtractFromVariable(statistic, elementwise("Mul", distance, BATCH_WEIGHT));
}
