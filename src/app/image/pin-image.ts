import type { Reporter } from "../../core/effects.ts";
import { parseImageReference } from "../../core/image.ts";
import type { Placement } from "../../core/placement.ts";
import type { Site } from "../../core/site.ts";
import type { Layout } from "../../workspace/layout.ts";
import { readImageRecord } from "./record.ts";

/** What of a round decides about its image. */
export interface ImageContext {
  readonly site: Pick<Site, "container">;
  readonly layout: Layout;
  readonly reporter: Reporter;
}

/**
 * A request with its image by the digest, where that is known: a tag may point elsewhere tomorrow, and a thousand
 * elements each ask for themselves. Asks no registry: a digest is in the name, or was written down by `bsweep image
 * push` in this workspace. Otherwise the name stays as it is, with a warning. So do files and folders, and what
 * pyxis takes: not every enroot reads digests.
 * @throws BsweepError INVALID_DATA when the record is damaged
 */
export function pinImage<Request extends Placement>(
  request: Request,
  { site, layout, reporter }: ImageContext,
): Request {
  const { image } = request;
  const reference = image === undefined ? undefined : parseImageReference(image);
  if (image === undefined || reference === undefined || reference.digest !== undefined) {
    return request;
  }
  if (site.container === "pyxis") {
    reporter.warn(
      `every element fetches the image ${image} for itself. Import it once, and name the file as the image: ` +
        "enroot import -o FILE.sqsh docker://REGISTRY#NAME:TAG (docker/README.md)",
    );
  }
  if (site.container !== "docker") return request;
  const { images } = readImageRecord(layout);
  const pushed = Object.hasOwn(images, image) ? images[image] : undefined;
  if (pushed !== undefined) return { ...request, image: `${reference.name}@${pushed.digest}` };
  reporter.warn(
    `the image ${image} is named by a tag: pushed anew while the study runs, elements of one array would get different ` +
      "images. Name it NAME@sha256:...; bsweep image push prints that, and notes it in the workspace for this command",
  );
  return request;
}
