export const EXPORT_FORMATS = ["tfjs", "savedmodel", "safetensors"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What `bsweep export` wrote. */
export interface ExportedModel {
  /** The refitted model's name. */
  readonly model: string;
  readonly format: ExportFormat;
  readonly folder: string;
  readonly files: readonly { readonly file: string; readonly bytes: number }[];
}
