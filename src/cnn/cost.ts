import type { CnnParameters } from "./parameters.ts";
import type { CnnPlan } from "./shapes.ts";
import type { DatasetHeader } from "../core/dataset.ts";

/** What one trial will take, reckoned from its shapes. Good to about a fifth (docs/benchmarks.md). */
export interface CnnCost {
  /** Peak of the trainer's resident memory. */
  readonly memoryMiB: number;
  /** One core's, at `FLOPS_PER_CORE`, all epochs. */
  readonly coreSeconds: number;
}

/** Node with TensorFlow's library, before any data. */
const BASE_MIB = 430;
/** Each activation lives once more as its gradient. */
const ACTIVATION_COPIES = 2;
/** What these are made of is kept for their gradients: 2.5 and 1.6 copies more were measured. */
const SMOOTH_COPIES: Readonly<Record<string, number>> = { gelu: 2.5, silu: 1.6 };
/** The file's bytes and the variable made of them. */
const DATA_COPIES = 2;
/** Backward costs two forwards. */
const FORWARDS_PER_STEP = 3;
/** What a core does on convolutions of this size, cautiously: an AVX2 core of 2021 measured 45e9. */
const FLOPS_PER_CORE = 20e9;
const START_SECONDS = 2;
const BYTES_PER_NUMBER = 4;

/** How much a trial may train: so many epochs at most, of so many rows; by default of all. */
export interface Training {
  readonly epochs: number;
  readonly rows?: number | undefined;
}

export function estimateCost(
  params: CnnParameters,
  size: Omit<CnnPlan, "layers">,
  data: Pick<DatasetHeader, "count" | "height" | "width" | "channels">,
  { epochs, rows = data.count }: Training,
): CnnCost {
  const copies = ACTIVATION_COPIES + (SMOOTH_COPIES[params.activation] ?? 0);
  const activations = size.activationsPerExample * params.batchSize * copies;
  const weights = size.parameters * weightCopies(params);
  const pixels = data.count * data.height * data.width * data.channels;
  const bytes = (activations + weights) * BYTES_PER_NUMBER + pixels * DATA_COPIES;
  const examples = rows * epochs;
  const flops = size.flopsPerExample * FORWARDS_PER_STEP * examples;
  return {
    memoryMiB: Math.ceil(BASE_MIB + bytes / 2 ** 20),
    coreSeconds: START_SECONDS + flops / FLOPS_PER_CORE,
  };
}

/** The weights, read and kept, and their gradients; what the optimizer remembers; the average. */
function weightCopies({ optimizer, momentum, emaDecay }: CnnParameters): number {
  const slots = optimizer === "sgd" ? Number(momentum > 0) : 2;
  return 4 + slots + Number(emaDecay > 0);
}
