import { sumAll } from "../graph/operations/arithmetic.ts";
import { placeholder } from "../graph/operations/constant.ts";
import { crossEntropy, softmax } from "../graph/operations/cross-entropy.ts";
import { createEvaluation } from "../layers/layer.ts";
import type { TrainingGraph } from "./parts.ts";
import { countCorrect, gatherBatch } from "./batch.ts";

/** The plain loss of the averaged weights, if there are any: no smoothing, no penalty, every class alike. */
export function addEvaluateSignature(model: TrainingGraph): void {
  const { graph, network, precision, averages } = model;
  const rows = placeholder(graph, "evaluate/rows", "int32", [-1]);
  const batch = gatherBatch(model, rows);
  const mode = createEvaluation(precision, (source) => averages.get(source) ?? source);
  const logits = network.forward(batch.images, mode);
  graph.signatures.set("evaluate", {
    inputs: { rows },
    outputs: {
      loss: sumAll(crossEntropy(logits, batch.labels)),
      ...countCorrect(logits, batch.labels),
      probabilities: softmax(logits),
    },
  });
}
