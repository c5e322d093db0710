import type { Distribution, ParameterValue } from "../../core/study.ts";

type Mapping = Readonly<Record<string, unknown>>;
type Note = (line: string) => void;
type Range = Exclude<Distribution, { readonly kind: "categorical" }>;

/** One parameter of a sweep; null for what cannot be taken, which is told. */
export function readWandbParameter(written: Mapping, note: Note): Distribution | null {
  const { value, values, probabilities } = written;
  if (Array.isArray(values)) return readList(values as ParameterValue[], probabilities, note);
  if (value !== undefined) return { kind: "categorical", values: [value as ParameterValue] };
  const kind = written["distribution"] ?? guessKind(written);
  const read = typeof kind === "string" && Object.hasOwn(RANGES, kind) ? RANGES[kind] : undefined;
  if (read === undefined) {
    note(`left out: ${typeof kind === "string" ? kind : "its distribution"} is not known here`);
    return null;
  }
  const range = read(written);
  if (typeof range !== "string") return range;
  note(`left out: ${range}`);
  return null;
}

function readList(
  values: readonly ParameterValue[],
  probabilities: unknown,
  note: Note,
): Distribution | null {
  if (values.length === 0) {
    note("left out: it has no value");
    return null;
  }
  if (!Array.isArray(probabilities)) return { kind: "categorical", values };
  return { kind: "categorical", values, weights: probabilities as number[] };
}

/** Where no distribution is named: of whole numbers, or of numbers. */
function guessKind({ min, max }: Mapping): string | undefined {
  if (min === undefined || max === undefined) return undefined;
  return Number.isInteger(min) && Number.isInteger(max) ? "int_uniform" : "uniform";
}

/** Reads a range; a text says why it is none. */
type ReadRange = (written: Mapping) => Range | string;

const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);

/** Between `min` and `max`, or e to their powers. */
function between(
  options: {
    readonly log?: boolean;
    readonly exponents?: boolean;
    readonly inSteps?: boolean;
  } = {},
): ReadRange {
  const { log = false, exponents = false, inSteps = false } = options;
  return ({ min, max, q }) => {
    if (!isNumber(min) || !isNumber(max)) return "min and max are no numbers";
    const [low, high] = exponents ? [Math.exp(min), Math.exp(max)] : [min, max];
    if (!(low < high)) return `its min is not below its max`;
    return toRange({ low, high, log }, inSteps ? q : undefined, inSteps);
  };
}

/** Digits kept of an end: those of e to a power are as good as endless. */
const DIGITS = 6;

function tidy(end: number): number {
  const short = Number(end.toPrecision(DIGITS));
  return Math.abs(short - end) < 1e-4 * Math.abs(end) ? short : end;
}

/** A step from 0 is one from the first multiple. */
function toRange(
  range: Pick<Range, "low" | "high" | "log" | "normal">,
  q: unknown,
  inSteps: boolean,
): Range {
  if (!inSteps) return { kind: "real", ...range, low: tidy(range.low), high: tidy(range.high) };
  const step = isNumber(q) && q > 0 ? q : 1;
  const low = Math.max(range.log ? step : -Infinity, Math.round(range.low / step) * step);
  const high = Math.max(low + step, Math.floor(range.high / step + 1e-9) * step);
  const ends = { ...range, low: tidy(low), high: tidy(high) };
  return Number.isInteger(step) && Number.isInteger(ends.low)
    ? { kind: "integer", ...ends, step }
    : { kind: "real", ...ends, step };
}

/** Deviations from the mean that a normal distribution is cut off at. */
const DEVIATIONS = 4;

/** `mu` and `sigma`, of the numbers or of their logarithms. */
function around({
  log = false,
  inSteps = false,
}: { log?: boolean; inSteps?: boolean } = {}): ReadRange {
  return ({ mu = 0, sigma = 1, q }) => {
    if (!isNumber(mu) || !isNumber(sigma) || sigma <= 0) return "mu and sigma are no such numbers";
    const [low = 0, high = 0] = [-DEVIATIONS, DEVIATIONS].map((deviations) => {
      const end = mu + deviations * sigma;
      return log ? Math.exp(end) : end;
    });
    return toRange({ low, high, log, normal: { mean: mu, sd: sigma } }, q, inSteps);
  };
}

const RANGES: Readonly<Record<string, ReadRange>> = {
  uniform: between(),
  q_uniform: between({ inSteps: true }),
  int_uniform: (written) => between({ inSteps: true })({ ...written, q: 1 }),
  log_uniform: between({ log: true, exponents: true }),
  log_uniform_values: between({ log: true }),
  q_log_uniform: between({ log: true, exponents: true, inSteps: true }),
  q_log_uniform_values: between({ log: true, inSteps: true }),
  normal: around(),
  q_normal: around({ inSteps: true }),
  log_normal: around({ log: true }),
  q_log_normal: around({ log: true, inSteps: true }),
};
