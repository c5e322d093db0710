import { canonicalJson } from "../../core/canonical-json.ts";
import { BsweepError } from "../../core/errors.ts";
import type { Study } from "../../core/study.ts";
import type { Origin } from "./way.ts";

/** @throws BsweepError CONFLICT where a model that is there would not come out the same */
export function requireSame(
  { name: study }: Study,
  name: string,
  wanted: Origin,
  found: Origin,
): void {
  if (canonicalJson(found) === canonicalJson(wanted)) return;
  throw new BsweepError(
    "CONFLICT",
    `models/${study}/${name} is there and is of other parameters, data or seed`,
    { hint: "--force trains it again; or rename the study" },
  );
}
