import type { CnnPlan } from "../core/cnn.ts";
import type { CnnParameters } from "../core/cnn-parameters.ts";
import type { DatasetHeader } from "../core/dataset.ts";
import { deriveSeed } from "../core/random.ts";
import { Session } from "./graph/session.ts";
import type { NativeBinding } from "./runtime/native.ts";
import { createTrainingGraph } from "./training-graph.ts";

/** Activations of one evaluation call, in bytes: the peak of memory, and no slower than larger ones. */
const EVALUATION_BYTES = 64 * 2 ** 20;
const MOST_EVALUATED_AT_ONCE = 1024;

export interface ModelFiles {
  /** Absolute names of the packed images and labels. */
  readonly images: string;
  readonly labels: string;
  /** Scratch folder for the graph. */
  readonly graph: string;
}

export interface StepOutcome {
  /** Mean over the batch. */
  readonly loss: number;
  readonly correct: number;
}

export interface Evaluation {
  /** Mean over the rows. */
  readonly loss: number;
  readonly correct: number;
  /** One class a row, in the order of the rows. */
  readonly predictions: Uint8Array;
}

/** The CNN as a loaded training graph: TensorFlow behind, rows of the data set in front. */
export class Model {
  readonly #session: Session;
  readonly #evaluatedAtOnce: number;

  constructor(
    binding: NativeBinding,
    params: CnnParameters,
    plan: CnnPlan,
    header: DatasetHeader,
    files: ModelFiles,
  ) {
    this.#session = new Session(
      binding,
      createTrainingGraph(params, plan, header).graph,
      files.graph,
    );
    const fitting = Math.floor(EVALUATION_BYTES / (plan.activationsPerExample * 4));
    this.#evaluatedAtOnce = Math.min(MOST_EVALUATED_AT_ONCE, Math.max(1, fitting));
  }

  /** Reads the data and sets all variables; the weights are a function of the seed. */
  initialise(files: ModelFiles, seed: number): void {
    this.#session.run("initialise", {
      images: files.images,
      labels: files.labels,
      seed: pairFor(seed, "initialise"),
    });
  }

  /** One update on these rows. `seed` and `step` decide what dropout drops. */
  step(rows: Int32Array, learningRate: number, seed: Int32Array): StepOutcome {
    const { loss, correct } = this.#session.run("step", {
      rows,
      learningRate: Float32Array.of(learningRate),
      seed,
    });
    return { loss: loss?.[0] ?? NaN, correct: correct?.[0] ?? 0 };
  }

  evaluate(rows: Int32Array): Evaluation {
    const predictions = new Uint8Array(rows.length);
    let lossSum = 0;
    let correct = 0;
    for (let start = 0; start < rows.length; start += this.#evaluatedAtOnce) {
      const part = this.#session.run("evaluate", {
        rows: rows.slice(start, start + this.#evaluatedAtOnce),
      });
      lossSum += part["loss"]?.[0] ?? NaN;
      correct += part["correct"]?.[0] ?? 0;
      predictions.set(part["predictions"] ?? [], start);
    }
    return { loss: lossSum / rows.length, correct, predictions };
  }

  keepWeights(): void {
    this.#session.run("keep", {});
  }

  restoreWeights(): void {
    this.#session.run("restore", {});
  }

  close(): void {
    this.#session.close();
  }
}

/** Two int32 from a seed and a purpose, as TensorFlow's stateless operations want them. */
export function pairFor(seed: number, ...purpose: readonly (string | number)[]): Int32Array {
  return Int32Array.of(deriveSeed(seed, ...purpose, 0), deriveSeed(seed, ...purpose, 1));
}
