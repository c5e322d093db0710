import type { ProbeKind, SmokeFacts } from "../../formats/smoke-files.ts";

/** A judgement on a site, with what to do about it. */
export interface SmokeFinding {
  readonly level: "problem" | "warning" | "note";
  readonly what: string;
  /** "" where there is nothing to do. */
  readonly remedy: string;
}

/** A probe that ran, as seen from here. */
export interface SmokeProbe {
  readonly facts: SmokeFacts;
  /** From submitting to the start of the job, by two clocks; null where they were not submitted from here. */
  readonly queueSeconds: number | null;
  /** From the job's start to that of bsweep in its container; null where the job does not tell. */
  readonly startSeconds: number | null;
  /** From writing its report to seeing it here, by two clocks; null when it was there already. */
  readonly visibleSeconds: number | null;
}

export interface SmokeReport {
  readonly site: string;
  readonly scheduler: string;
  readonly image: string;
  /** Absolute; where the rounds and their logs lie. */
  readonly rounds: readonly { readonly kind: ProbeKind; readonly folder: string }[];
  readonly probes: readonly SmokeProbe[];
  readonly findings: readonly SmokeFinding[];
  /** Whether every probe has reported. */
  readonly complete: boolean;
}
