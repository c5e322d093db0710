import type { Check } from "../../core/check.ts";

/** What `bsweep doctor` has found. */
export interface DoctorReport {
  readonly study: string | null;
  readonly site: string | null;
  readonly checks: readonly Check[];
}
