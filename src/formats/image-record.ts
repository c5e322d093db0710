import * as z from "zod";
import { formatJson, jsonReader, type Read } from "./issues.ts";

/** What was pushed from a workspace, by reference as it was typed: REGISTRY/NAME:TAG. */
export type ImageRecord = Read<z.output<typeof recordSchema>>;

/** An image that was pushed: the digest its tag had then. */
export type PushedImage = ImageRecord["images"][string];

const recordSchema = z.strictObject({
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
export const parseImageRecord = jsonReader(recordSchema, {
  code: "INVALID_DATA",
  what: "record of pushed images",
  hint: "remove the file, and name images by their digests in the study",
});

export const formatImageRecord: (record: ImageRecord) => string = formatJson;
