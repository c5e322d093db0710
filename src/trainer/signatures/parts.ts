import type { CnnParameters } from "../../cnn/parameters.ts";
import type { Precision } from "../../core/study.ts";
import type { Graph } from "../graph/graph.ts";
import type { Variable } from "../graph/operations/variable.ts";
import type { Network } from "../layers/network.ts";

/** The graph under construction, with what its signatures share. */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly params: CnnParameters;
  readonly precision: Precision;
  readonly network: Network;
  /** The packed data set, uint8, and the weight of each class. */
  readonly data: { readonly images: Variable; readonly labels: Variable };
  readonly classWeights: Variable;
  /** Moving averages by the variable they follow; empty without `emaDecay`. */
  readonly averages: ReadonlyMap<Variable, Variable>;
}
