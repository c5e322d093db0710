import type { ParameterValue, Parameters } from "./study.ts";

/** What one parameter of the built-in CNN accepts. */
export type ParameterSpec = { readonly describe: string } & (
  | {
      readonly kind: "integer";
      readonly low: number;
      readonly high: number;
      readonly default: number;
    }
  /** Real, low <= value <= high, the low end excluded when `above` is set, the high end when `below` is. */
  | {
      readonly kind: "real";
      readonly low: number;
      readonly high: number;
      readonly above?: true;
      readonly below?: true;
      readonly default: number;
    }
  | { readonly kind: "choice"; readonly values: readonly string[]; readonly default: string }
);

/** Name and numerics revision of the built-in trainer. Raise the revision when equal parameters would train otherwise. */
export const CNN_TRAINER = { name: "bsweep-cnn", revision: 1 } as const;

const integer = (low: number, high: number, fallback: number, describe: string): ParameterSpec => ({
  kind: "integer",
  low,
  high,
  default: fallback,
  describe,
});

const choice = (values: readonly string[], describe: string): ParameterSpec => ({
  kind: "choice",
  values,
  default: values[0] ?? "",
  describe,
});

/** Every parameter of the built-in CNN; each may be set or searched. A choice's default is its first value. */
export const CNN_PARAMETERS = {
  filters: integer(1, 2048, 32, "Filters of the first block; block b (from 0) has filters x 2^b"),
  kernelSize: integer(1, 31, 3, "Side of the square convolution kernel, in pixels"),
  convLayers: integer(1, 8, 1, "Convolutions in each block"),
  blocks: integer(1, 8, 2, "Blocks of convolutions, each ending in 2 x 2 pooling"),
  padding: choice(
    ["valid", "same"],
    "Border of a convolution: none, or zeros that keep height and width",
  ),
  activation: choice(
    ["relu", "sigmoid", "tanh", "elu"],
    "Activation after convolutions and dense layers",
  ),
  pooling: choice(["max", "average"], "Pooling at the end of a block"),
  denseLayers: integer(0, 8, 1, "Dense layers before the logits"),
  denseUnits: integer(1, 16384, 128, "Units of each dense layer"),
  dropout: {
    kind: "real",
    low: 0,
    high: 1,
    below: true,
    default: 0,
    describe: "Fraction of units dropped after each dense layer, in training",
  },
  batchSize: integer(1, 65536, 64, "Examples in one training step"),
  optimizer: choice(["adam", "sgd", "rmsprop"], "Update rule"),
  learningRate: {
    kind: "real",
    low: 0,
    high: 100,
    above: true,
    default: 0.001,
    describe: "Step size of the optimizer",
  },
  momentum: {
    kind: "real",
    low: 0,
    high: 1,
    below: true,
    default: 0,
    describe: "Momentum of sgd; the other optimizers do not use it",
  },
  validationSplit: {
    kind: "real",
    low: 0,
    high: 1,
    below: true,
    default: 0.1,
    describe:
      "Fraction of the rows outside the hold-out that early stopping looks at; 0: no validation",
  },
  patience: integer(
    0,
    10000,
    3,
    "Epochs without a better validation loss before training stops; 0: never stop early",
  ),
} as const satisfies Readonly<Record<string, ParameterSpec>>;

/** In the order of canonical JSON, which is then soon written. */
const SPECS = Object.entries(CNN_PARAMETERS).sort(([a], [b]) => (a < b ? -1 : 1));

export type CnnParameterName = keyof typeof CNN_PARAMETERS;

/** The CNN's parameters, complete and in range. */
export interface CnnParameters {
  readonly filters: number;
  readonly kernelSize: number;
  readonly convLayers: number;
  readonly blocks: number;
  readonly padding: "valid" | "same";
  readonly activation: "relu" | "sigmoid" | "tanh" | "elu";
  readonly pooling: "max" | "average";
  readonly denseLayers: number;
  readonly denseUnits: number;
  readonly dropout: number;
  readonly batchSize: number;
  readonly optimizer: "adam" | "sgd" | "rmsprop";
  readonly learningRate: number;
  readonly momentum: number;
  readonly validationSplit: number;
  readonly patience: number;
}

export function isCnnParameter(name: string): name is CnnParameterName {
  return Object.hasOwn(CNN_PARAMETERS, name);
}

/** `undefined` when the parameter takes the value, else what it expects: `an integer 1 .. 8`. */
export function rejectCnnValue(name: CnnParameterName, value: ParameterValue): string | undefined {
  const spec: ParameterSpec = CNN_PARAMETERS[name];
  if (spec.kind === "choice") {
    return typeof value === "string" && spec.values.includes(value)
      ? undefined
      : `one of ${spec.values.join(", ")}`;
  }
  return typeof value === "number" && isInRange(spec, value) ? undefined : describeRange(spec);
}

type NumericSpec = Exclude<ParameterSpec, { kind: "choice" }>;

function isInRange(spec: NumericSpec, value: number): boolean {
  if (spec.kind === "integer") {
    return Number.isInteger(value) && value >= spec.low && value <= spec.high;
  }
  const aboveLow = spec.above === true ? value > spec.low : value >= spec.low;
  return aboveLow && (spec.below === true ? value < spec.high : value <= spec.high);
}

/** `an integer 1 .. 8`, `a number 0 <= x < 1`. */
export function describeRange(spec: NumericSpec): string {
  if (spec.kind === "integer") return `an integer ${spec.low} .. ${spec.high}`;
  const low = `${spec.low} ${spec.above === true ? "<" : "<="} x`;
  return `a number ${low} ${spec.below === true ? "<" : "<="} ${spec.high}`;
}

/** Parameters that change nothing while another one has a certain value. */
const UNUSED: readonly {
  readonly name: CnnParameterName;
  readonly unusedWhen: (params: Readonly<Record<string, ParameterValue>>) => boolean;
}[] = [
  { name: "momentum", unusedWhen: ({ optimizer }) => optimizer !== "sgd" },
  { name: "denseUnits", unusedWhen: ({ denseLayers }) => denseLayers === 0 },
  { name: "dropout", unusedWhen: ({ denseLayers }) => denseLayers === 0 },
  { name: "patience", unusedWhen: ({ validationSplit }) => validationSplit === 0 },
];

/**
 * Fills in defaults. Parameters of other names are left out, so that only what the trainer reads
 * decides a trial's identity; a parameter that another one puts out of use gets its default.
 * The values must be acceptable (`rejectCnnValue`).
 */
export function resolveCnnParameters(params: Parameters): CnnParameters {
  // Filled in one by one: objects made from lists of entries are slow to read, and there are many.
  const resolved: Record<string, ParameterValue> = {};
  for (const [name, spec] of SPECS) resolved[name] = params[name] ?? spec.default;
  for (const { name, unusedWhen } of UNUSED) {
    if (unusedWhen(resolved)) resolved[name] = CNN_PARAMETERS[name].default;
  }
  return resolved as unknown as CnnParameters;
}
