import { existsSync, readFileSync } from "node:fs";
import {
  type ImageRecord,
  type PushedImage,
  formatImageRecord,
  parseImageRecord,
} from "../../formats/image-record.ts";
import { parseImageReference } from "../../core/image.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import type { Layout } from "../../workspace/layout.ts";
import type { Placement } from "../../core/placement.ts";
import type { Site } from "../../core/site.ts";

const NOTHING: ImageRecord = { schemaVersion: 1, images: {} };

/** What was pushed from this workspace. @throws BsweepError INVALID_DATA */
function readImageRecord(layout: Layout): ImageRecord {
  const file = layout.imageRecord();
  return existsSync(file) ? parseImageRecord(readFileSync(file, "utf8"), file) : NOTHING;
}

/** Writes down the digest of an image that was pushed. @throws BsweepError INVALID_DATA, WORKSPACE */
export function recordPushedImage(layout: Layout, image: string, pushed: PushedImage): void {
  const { images } = readImageRecord(layout);
  const record: ImageRecord = { schemaVersion: 1, images: { ...images, [image]: pushed } };
  writeFileAtomic(layout.imageRecord(), formatImageRecord(record));
}

/**
 * A request with its image by the digest, where that is known: a tag may point elsewhere tomorrow, and a thousand
 * elements each ask for themselves. Asks no registry: a digest is in the name, or was written down by `bsweep image
 * push` in this workspace. Otherwise the name stays as it is, and the cluster's rules warn of it. So do files and
 * folders, and what pyxis takes: not every enroot reads digests.
 * @throws BsweepError INVALID_DATA when the record is damaged
 */
export function pinImage<Request extends Placement>(
  request: Request,
  { container }: Pick<Site, "container">,
  layout: Layout,
): Request {
  const { image } = request;
  const reference = image === undefined ? undefined : parseImageReference(image);
  if (image === undefined || reference === undefined || reference.digest !== undefined) {
    return request;
  }
  if (container !== "docker") return request;
  const { images } = readImageRecord(layout);
  const pushed = Object.hasOwn(images, image) ? images[image] : undefined;
  return pushed === undefined
    ? request
    : { ...request, image: `${reference.name}@${pushed.digest}` };
}
