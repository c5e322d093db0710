import type { CnnPlan } from "../cnn/shapes.ts";
import type { CnnParameters } from "../cnn/parameters.ts";
import type { DatasetHeader } from "../core/dataset.ts";
import { BsweepError } from "../core/errors.ts";
import { deriveSeed } from "../core/random.ts";
import type { Precision } from "../core/study.ts";
import type { NamedTensor } from "../formats/safetensors.ts";
import { Session } from "./graph/session.ts";
import { readCpu } from "./runtime/cpu.ts";
import type { NativeBinding } from "./runtime/load.ts";
import { createTrainingGraph } from "./training-graph.ts";
import type { TrainingGraph } from "./training-step.ts";

/** Activations of one evaluation call, in bytes: the peak of memory, and no slower than larger ones. */
const EVALUATION_BYTES = 64 * 2 ** 20;
const MOST_EVALUATED_AT_ONCE = 1024;

/** Rows that one call without gradients takes. */
export function countEvaluatedAtOnce(plan: Pick<CnnPlan, "activationsPerExample">): number {
  const fitting = Math.floor(EVALUATION_BYTES / (plan.activationsPerExample * 4));
  return Math.min(MOST_EVALUATED_AT_ONCE, Math.max(1, fitting));
}

interface ModelDesign {
  readonly params: CnnParameters;
  readonly plan: CnnPlan;
  readonly header: DatasetHeader;
  readonly precision: Precision;
}

export interface Evaluation {
  /** Mean over the rows. */
  readonly loss: number;
  readonly correct: number;
  /** One class a row, in the order of the rows. */
  readonly predictions: Uint8Array;
  /** [rows, classes] */
  readonly probabilities: Float32Array;
}

/** Variables by name. */
export type ModelState = ReadonlyMap<string, NamedTensor>;

/** The CNN as a loaded training graph: TensorFlow behind, rows of the data set in front. */
export class Model {
  readonly #training: TrainingGraph;
  readonly #session: Session;
  readonly #classes: number;
  readonly #evaluatedAtOnce: number;

  /** @param files a scratch folder for the graph */
  constructor(binding: NativeBinding, design: ModelDesign, files: { readonly graph: string }) {
    const { params, plan, header, precision } = design;
    this.#training = createTrainingGraph(params, plan, header, precision, readCpu().features);
    this.#session = new Session(binding, this.#training.graph, files.graph);
    this.#classes = header.classes;
    this.#evaluatedAtOnce = countEvaluatedAtOnce(plan);
  }

  /**
   * Reads the data and sets all variables; the weights are a function of the seed.
   * @param files absolute names of the packed images and labels
   * @param classWeights what an example of each class counts in the loss, used with `classWeights: balanced`
   */
  initialise(
    files: { readonly images: string; readonly labels: string },
    seed: number,
    classWeights: Float32Array = new Float32Array(this.#classes).fill(1),
  ): void {
    const pair = [0, 1].map((number) => deriveSeed(seed, "initialise", number));
    this.#session.run("initialise", { ...files, classWeights, seed: Int32Array.from(pair) });
  }

  /** One update on these rows. `seed` decides what is random in it. @returns the loss is the mean over the rows */
  step(rows: Int32Array, learningRate: number, seed: Int32Array) {
    const feeds = { rows, learningRate: Float32Array.of(learningRate), seed };
    const { loss, correct } = this.#session.run("step", feeds);
    return { loss: loss?.[0] ?? NaN, correct: correct?.[0] ?? 0 };
  }

  evaluate(rows: Int32Array): Evaluation {
    const predictions = new Uint8Array(rows.length);
    const probabilities = new Float32Array(rows.length * this.#classes);
    let lossSum = 0;
    let correct = 0;
    for (let start = 0; start < rows.length; start += this.#evaluatedAtOnce) {
      const part = this.#session.run("evaluate", {
        rows: rows.slice(start, start + this.#evaluatedAtOnce),
      });
      lossSum += part["loss"]?.[0] ?? NaN;
      correct += part["correct"]?.[0] ?? 0;
      predictions.set(part["predictions"] ?? [], start);
      probabilities.set(part["probabilities"] ?? [], start * this.#classes);
    }
    return { loss: lossSum / rows.length, correct, predictions, probabilities };
  }

  keepWeights(): void {
    this.#session.run("keep", {});
  }

  restoreWeights(): void {
    this.#session.run("restore", {});
  }

  /** Every variable but the data: with it, and with what the training loop knows, training goes on as if never stopped. */
  readState(): ModelState {
    const values = this.#session.run("save", {});
    return new Map(
      Object.entries(this.#stateInputs()).map(([name, { shape }]) => [
        name,
        { shape, values: Float32Array.from(values[name] ?? []) },
      ]),
    );
  }

  /** @throws BsweepError INVALID_MODEL when the state is not one of this network and optimizer */
  writeState(state: ModelState): void {
    const wanted = Object.entries(this.#stateInputs());
    const named = wanted.map(([name, { shape }]) => ({ name, shape }));
    this.#session.run("load", requireTensors(state, named, "the state has"));
  }

  /** The variables that evaluation uses, by the name of the layer's variable. */
  readWeights(): ModelState {
    const state = this.readState();
    const { network, averages } = this.#training;
    return new Map(
      network.variables.flatMap(({ variable }) => {
        const tensor = state.get((averages.get(variable) ?? variable).name);
        return tensor === undefined ? [] : [[variable.name, tensor] as const];
      }),
    );
  }

  /** What the bits of a training depend on besides processor, threads and precision. */
  get filterGradients(): TrainingGraph["filterGradients"] {
    return this.#training.filterGradients;
  }

  close(): void {
    this.#session.close();
  }

  #stateInputs() {
    return this.#training.graph.signatures.get("load")?.inputs ?? {};
  }
}

/**
 * What is fed for the wanted variables, by name.
 * @param whose begins the message: `the state has`
 * @throws BsweepError INVALID_MODEL when one of them is not there in its shape
 */
export function requireTensors(
  state: ModelState,
  wanted: readonly { readonly name: string; readonly shape: readonly number[] }[],
  whose: string,
): Readonly<Record<string, Float32Array>> {
  const entries = wanted.map(({ name, shape }) => {
    const tensor = state.get(name);
    if (tensor?.shape.join() === shape.join()) return [name, tensor.values] as const;
    throw new BsweepError("INVALID_MODEL", `${whose} no ${name} [${shape.join(", ")}]`);
  });
  return Object.fromEntries(entries);
}
