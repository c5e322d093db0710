import type { Column } from "./cells.ts";

/** A part of a report for people: lines, a table, lines under it. Text is plain: each format escapes it its own way. */
export interface Section {
  readonly lead: readonly string[];
  readonly table: TextTable | null;
  readonly notes: readonly string[];
  /** Lines to be pasted elsewhere, as they are. */
  readonly code?: string;
  /** Shown only to who asks for details. */
  readonly isDetail?: true;
}

export interface TextTable {
  readonly columns: readonly Column[];
  /** A cell a column. */
  readonly rows: readonly (readonly string[])[];
}

/** What of the ranking is shown. */
export interface SectionOptions {
  /** Rows of the ranking. */
  readonly top: number;
  /** Metrics to be shown beside the objective. */
  readonly metrics: readonly string[];
  /** Whether details are shown: each value of each parameter, requests, the space to paste. */
  readonly details: boolean;
}
