import { isCnnStudy, type ParameterValue, type Parameters, type Study } from "../core/study.ts";

/** What one parameter of the built-in CNN accepts. */
export type ParameterSpec = {
  readonly describe: string;
  /**
   * Younger than the trainer's revision: at its default the network trains as it did before the parameter
   * was there, and the identity of a trial does not name it.
   */
  readonly later?: true;
} & (
  | ({ readonly kind: "integer" } & Range)
  /** Real, low <= value <= high, the low end excluded when `above` is set, the high end when `below` is. */
  | ({ readonly kind: "real"; readonly above?: true; readonly below?: true } & Range)
  | { readonly kind: "choice"; readonly values: readonly string[]; readonly default: string }
  | { readonly kind: "boolean"; readonly default: boolean }
);

type Range = Readonly<Record<"low" | "high" | "default", number>>;

/** Name and numerics revision of the built-in trainer. Raise the revision when equal parameters would train otherwise. */
export const CNN_TRAINER = { name: "bsweep-cnn", revision: 1 } as const;

type SpecOf<Kind> = Extract<ParameterSpec, { readonly kind: Kind }>;

const integer = (
  low: number,
  high: number,
  fallback: number,
  describe: string,
): SpecOf<"integer"> => ({ kind: "integer", low, high, default: fallback, describe });

/** `open: "low"`: the low end is excluded, `"high"`: the high end is. */
const real = (
  [low, high, open]: readonly [low: number, high: number, open?: "low" | "high"],
  fallback: number,
  describe: string,
): SpecOf<"real"> => ({
  ...{ kind: "real", low, high, default: fallback, describe },
  ...(open === "low" ? { above: true } : {}),
  ...(open === "high" ? { below: true } : {}),
});

const flag = (describe: string): SpecOf<"boolean"> => ({
  kind: "boolean",
  default: false,
  describe,
});

const choice = <const Value extends string>(
  values: readonly Value[],
  describe: string,
): SpecOf<"choice"> & { readonly values: readonly Value[] } => ({
  ...{ kind: "choice", values, default: values[0] ?? "", describe },
});

/** Marks parameters that came later. */
function later<const T extends Readonly<Record<string, ParameterSpec>>>(specs: T): T {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { ...spec, later: true }]),
  ) as T;
}

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
    ["relu", "sigmoid", "tanh", "elu", "gelu", "silu"],
    "Activation after convolutions and dense layers",
  ),
  pooling: choice(["max", "average"], "Pooling at the end of a block"),
  denseLayers: integer(0, 8, 1, "Dense layers before the logits"),
  denseUnits: integer(1, 16384, 128, "Units of each dense layer"),
  dropout: real([0, 1, "high"], 0, "Fraction of units dropped after each dense layer, in training"),
  batchSize: integer(1, 65536, 64, "Examples in one training step"),
  optimizer: choice(["adam", "sgd", "rmsprop", "adamw"], "Update rule"),
  learningRate: real([0, 100, "low"], 0.001, "Step size of the optimizer, before the schedule"),
  momentum: real([0, 1, "high"], 0, "Momentum of sgd; the other optimizers do not use it"),
  validationSplit: real(
    [0, 1, "high"],
    0.1,
    "Fraction of the rows outside the hold-out that early stopping looks at; 0: no validation",
  ),
  patience: integer(
    0,
    10000,
    3,
    "Epochs without a better validation loss before training stops; 0: never stop early",
  ),
  ...later({
    batchNormalization: flag("Normalize over the batch before each activation"),
    initializer: choice(
      ["glorot-uniform", "glorot-normal", "he-uniform", "he-normal"],
      "Distribution of the weights before training",
    ),
    nesterov: flag("Nesterov's form of sgd's momentum"),
    weightDecay: real([0, 1], 0.004, "Decay of the weights by adamw, times the learning rate"),
    l2: real([0, 10], 0, "Penalty: l2 x the sum of the squared kernel weights joins the loss"),
    labelSmoothing: real([0, 1, "high"], 0, "Share of each label spread evenly over all classes"),
    classWeights: choice(
      ["none", "balanced"],
      "balanced: each class counts as much as any other, however rare",
    ),
    emaDecay: real(
      [0, 1, "high"],
      0,
      "Judge an exponential moving average of the weights that forgets at this rate; 0: the weights themselves",
    ),
    learningRateSchedule: choice(
      ["constant", "step", "cosine", "one-cycle", "plateau"],
      "How the learning rate goes on over the epochs",
    ),
    warmupEpochs: real(
      [0, 10000],
      0,
      "Epochs over which the learning rate first rises from 0, linearly; not with one-cycle",
    ),
    decayEpochs: integer(
      1,
      10000,
      5,
      "step: epochs between decays; plateau: epochs without a better loss before one",
    ),
    decayFactor: real([0, 1, "low"], 0.5, "step and plateau: what a decay multiplies by"),
    rotation: real([0, 180], 0, "Augmentation: most degrees an image is turned, either way"),
    shift: real([0, 1], 0, "Augmentation: most an image is moved, as a fraction of its sides"),
    zoom: real(
      [0, 1, "high"],
      0,
      "Augmentation: most each side is stretched or shrunk, as a fraction",
    ),
    shear: real([0, 90, "high"], 0, "Augmentation: most degrees an image is slanted, either way"),
    flip: choice(
      ["none", "horizontal", "vertical", "both"],
      "Augmentation: every other image is mirrored, left to right, upside down, or each of these",
    ),
    globalPooling: flag(
      "After the last block each channel's mean over the image, in place of all its numbers",
    ),
    residual: flag(
      "What goes into two convolutions of a block is added to what comes out, before its activation; needs padding: same",
    ),
  }),
} as const satisfies Readonly<Record<string, ParameterSpec>>;

/** In the order of canonical JSON, which is then soon written. */
const SPECS = Object.entries(CNN_PARAMETERS).sort(([a], [b]) => (a < b ? -1 : 1));

export type CnnParameterName = keyof typeof CNN_PARAMETERS;

/** The CNN's parameters, complete and in range. */
export type CnnParameters = {
  readonly [Name in CnnParameterName]: ValueOf<(typeof CNN_PARAMETERS)[Name]>;
};

type ValueOf<Spec extends ParameterSpec> = Spec extends {
  readonly values: readonly (infer Value)[];
}
  ? Value
  : Spec["default"];

export function isCnnParameter(name: string): name is CnnParameterName {
  return Object.hasOwn(CNN_PARAMETERS, name);
}

export type NumericSpec = SpecOf<"integer" | "real">;

/** What the network takes of a number; undefined of a parameter that is none, or that it does not have. */
export function limitsOfParameter(name: string): NumericSpec | undefined {
  const spec: ParameterSpec | undefined = isCnnParameter(name) ? CNN_PARAMETERS[name] : undefined;
  return spec?.kind === "integer" || spec?.kind === "real" ? spec : undefined;
}

/** `an integer 1 .. 8`, `a number 0 <= x < 1`. */
export function describeRange(spec: NumericSpec): string {
  if (spec.kind === "integer") return `an integer ${spec.low} .. ${spec.high}`;
  const low = `${spec.low} ${spec.above === true ? "<" : "<="} x`;
  return `a number ${low} ${spec.below === true ? "<" : "<="} ${spec.high}`;
}

/** What stands for a parameter that is named nowhere. */
export const CNN_DEFAULTS: Parameters = Object.fromEntries(
  SPECS.map(([name, spec]) => [name, spec.default]),
);

/** What a study's trainer takes for a parameter that is not named: of a command nobody knows. */
export function defaultsOf(study: Study): Parameters {
  return isCnnStudy(study) ? CNN_DEFAULTS : {};
}

/** Parameters that change nothing while another one has a certain value. */
const UNUSED: readonly (readonly [
  name: CnnParameterName,
  isUnused: (params: Parameters) => boolean,
])[] = [
  ["momentum", ({ optimizer }) => optimizer !== "sgd"],
  ["denseUnits", ({ denseLayers }) => denseLayers === 0],
  ["dropout", ({ denseLayers }) => denseLayers === 0],
  ["patience", ({ validationSplit }) => validationSplit === 0],
  ["nesterov", ({ momentum }) => momentum === 0],
  ["weightDecay", ({ optimizer }) => optimizer !== "adamw"],
  ["warmupEpochs", ({ learningRateSchedule }) => learningRateSchedule === "one-cycle"],
  ["decayEpochs", (params) => !decays(params)],
  ["decayFactor", (params) => !decays(params)],
];

function decays({ learningRateSchedule }: Parameters): boolean {
  return learningRateSchedule === "step" || learningRateSchedule === "plateau";
}

/**
 * Fills in defaults. Parameters of other names are left out, so that only what the trainer reads
 * decides a trial's identity; a parameter that another one puts out of use gets its default.
 * The values must be acceptable (formats/parameter-schema.ts).
 */
export function resolveCnnParameters(params: Parameters): CnnParameters {
  // There are many, and a copy of one object is made at once, where one filled in name by name grows ten times.
  const resolved: Record<string, ParameterValue> = { ...CNN_DEFAULTS };
  for (const name of Object.keys(params)) {
    const value = params[name];
    if (value !== undefined && isCnnParameter(name)) resolved[name] = value;
  }
  for (const [name, isUnused] of UNUSED) {
    if (isUnused(resolved)) resolved[name] = CNN_PARAMETERS[name].default;
  }
  return resolved as unknown as CnnParameters;
}

/** What of the parameters names a trial: all but those that came later and have their default (`later`). */
export function identifyingParameters(resolved: CnnParameters): Parameters {
  const identifying: Record<string, ParameterValue> = {};
  for (const [name, spec] of SPECS) {
    const value = resolved[name as CnnParameterName];
    if (spec.later !== true || value !== spec.default) identifying[name] = value;
  }
  return identifying;
}
