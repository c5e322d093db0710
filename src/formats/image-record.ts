import * as z from "zod";
import type { ImageRecord } from "../core/image.ts";
import { parseJson } from "./issues.ts";

const recordSchema: z.ZodType<ImageRecord> = z.strictObject({
  schemaVersion: z.literal(1),
  images: z.record(
    z.string(),
    z.strictObject({
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      pushedAt: z.iso.datetime(),
    }),
  ),
});

/** @throws BsweepError INVALID_DATA */
export function parseImageRecord(text: string, file: string): ImageRecord {
  return parseJson(text, { file }, recordSchema, {
    code: "INVALID_DATA",
    what: "record of pushed images",
    hint: "remove the file, and name images by their digests in the study",
  });
}

export function formatImageRecord(record: ImageRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
