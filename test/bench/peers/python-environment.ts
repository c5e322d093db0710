import { join } from "node:path";
import * as environment from "../../support/python/environment.ts";
import { tell } from "../figure.ts";

/**
 * The Python with the peers' packages, built once.
 * @returns the absolute name of its `python`
 */
export function preparePython(): Promise<string> {
  const requirements = join(import.meta.dirname, "requirements.txt");
  return environment.preparePython({ name: "bench-python", requirements }, (line) =>
    tell(`bench: ${line}`),
  );
}
