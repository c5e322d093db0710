import { expect } from "vitest";

/** As much of a JSON schema as tables of keys are compared with. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

/** A table of keys (key, type, default, ...) names every key in the schema's order, with its range and default. */
export function expectDocumented(
  rows: readonly (readonly string[])[],
  keys: readonly (readonly [key: string, schema: JsonSchema])[],
): void {
  expect(rows.map(([key]) => key)).toEqual(keys.map(([key]) => key));
  for (const [at, [key, schema]] of keys.entries()) {
    const [, type, fallback] = rows[at] ?? [];
    if (schema.minimum !== undefined) {
      expect(`${key} ${type}`).toBe(`${key} integer ${schema.minimum} .. ${schema.maximum}`);
    }
    if (schema.enum !== undefined && key !== "objective.metric") {
      expect(`${key} ${type}`).toBe(`${key} ${schema.enum.join(", ")}`);
    }
    if (typeof schema.default === "string" || typeof schema.default === "number") {
      expect(`${key} ${fallback}`).toBe(`${key} ${schema.default}`);
    }
  }
}
