import { existsSync, readFileSync } from "node:fs";
import type { ImageRecord, PushedImage } from "../../formats/image-record.ts";
import { formatImageRecord, parseImageRecord } from "../../formats/image-record.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import type { Layout } from "../../workspace/layout.ts";

const NOTHING: ImageRecord = { schemaVersion: 1, images: {} };

/** What was pushed from this workspace. @throws BsweepError INVALID_DATA */
export function readImageRecord(layout: Layout): ImageRecord {
  const file = layout.imageRecord();
  return existsSync(file) ? parseImageRecord(readFileSync(file, "utf8"), file) : NOTHING;
}

/** Writes down the digest of an image that was pushed. @throws BsweepError INVALID_DATA, WORKSPACE */
export function recordPushedImage(layout: Layout, image: string, pushed: PushedImage): void {
  const { images } = readImageRecord(layout);
  const record: ImageRecord = { schemaVersion: 1, images: { ...images, [image]: pushed } };
  writeFileAtomic(layout.imageRecord(), formatImageRecord(record));
}
