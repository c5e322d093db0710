import { parseImageReference } from "../../core/image.ts";
import type { Placement } from "../../core/placement.ts";
import type { Site } from "../../core/site.ts";
import type { Layout } from "../../workspace/layout.ts";
import { readImageRecord } from "./record.ts";

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
