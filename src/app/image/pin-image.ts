import type { Reporter } from "../../core/effects.ts";
import { parseImageReference } from "../../core/image.ts";
import type { Layout } from "../../workspace/layout.ts";
import { readImageRecord } from "./record.ts";

/**
 * The image that elements are to run in, by its digest where that is known: a tag may point elsewhere tomorrow,
 * and a thousand elements each ask for themselves. Asks no registry: a digest is in the name, or was written down
 * by `bsweep image push` in this workspace. Otherwise the name stays as it is, with a warning. So does the path
 * of an image file.
 * @throws BsweepError INVALID_DATA when the record is damaged
 */
export function pinImage(image: string, layout: Layout, reporter: Reporter): string {
  const reference = parseImageReference(image);
  if (reference === undefined || reference.digest !== undefined) return image;
  const { images } = readImageRecord(layout);
  const pushed = Object.hasOwn(images, image) ? images[image] : undefined;
  if (pushed !== undefined) return `${reference.name}@${pushed.digest}`;
  reporter.warn(
    `the image ${image} is named by a tag: should it be pushed again while the study runs, elements of one array get different images. ` +
      "Name it by its digest (NAME@sha256:...): bsweep image push prints it and notes it in the workspace; " +
      `docker image inspect --format '{{json .RepoDigests}}' ${image} tells it after a pull`,
  );
  return image;
}
