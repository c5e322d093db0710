import type { Constraint, Dimension, SearchSpace } from "../../src/core/study.ts";

/** A space of these dimensions. @param expressions constraints */
export function spaceOf(
  dimensions: readonly Dimension[],
  ...expressions: readonly string[]
): SearchSpace {
  return {
    dimensions,
    constraints: expressions.map((expression): Constraint => ({ expression, fixed: {} })),
  };
}
