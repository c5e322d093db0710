import type { Issue } from "../../../core/errors.ts";

/** How the rows of a CSV are read. */
export interface RowForm {
  /** As messages name it. */
  readonly file: string;
  readonly delimiter: string;
  /** Of rows read by the letter; undefined: line ends of any kind, spaces around values, fractions. */
  readonly newline: "\n" | "\r\n" | undefined;
  readonly columns: number;
  /** Column of the label, null for rows to be predicted. */
  readonly labelColumn: number | null;
  /** Column of each pixel, in the order in which they are packed. */
  readonly pixelColumns: Uint32Array;
  /** Pixels are multiplied by it. */
  readonly scale: number;
  /** Name of a pixel's column in messages. */
  readonly pixelName: (pixel: number) => string;
  /** The byte of a label, -1 where it cannot be one. */
  readonly toLabel: (text: string) => number;
  readonly expectedLabel: () => string;
}

export interface ParsedRows {
  /** uint8 [rows, pixels] */
  readonly pixels: Uint8Array;
  /** uint8 [rows]; empty without a label column. */
  readonly labels: Uint8Array;
  /** Lines the block took, blank ones among them. */
  readonly lines: number;
  /** What is wrong; with any, the rows mean nothing. Lines count from 1 in the block. */
  readonly issues: readonly Issue[];
}
