import type { CnnParameters } from "./parameters.ts";

/** Convolutions that a shortcut leads past. */
const UNIT = 2;

/** Whether a residual unit ends with that convolution of a block, from 1. */
export function endsUnit(
  { residual, convLayers }: Pick<CnnParameters, "residual" | "convLayers">,
  index: number,
): boolean {
  return residual && (index % UNIT === 0 || index === convLayers);
}

/** Why a unit's input cannot be added to what its convolutions give; undefined where it can. */
export function whyNoUnit({
  residual,
  padding,
}: Pick<CnnParameters, "residual" | "padding">): string | undefined {
  return residual && padding === "valid"
    ? "residual: convolutions without padding make images smaller than what is to be added to them; padding: same keeps them"
    : undefined;
}
