import type { BuiltImage } from "../app/image/build-image.ts";
import type { PushReport } from "../app/image/push-image.ts";

/** What is told of an image that was built. */
export function formatBuiltImage(built: BuiltImage): string {
  const { image, engine, bytes, version, revision, device } = built;
  return [
    `${image}: ${(bytes / 1e6).toFixed(0)}MB, built with ${engine}`,
    `bsweep ${version}, revision ${revision}, TensorFlow for ${device === "gpu" ? "NVIDIA's GPUs" : "CPUs"}`,
  ].join("\n");
}

/** What is told of an image that was pushed: what belongs into the study. */
export function formatPushedImage({ pinned, record }: PushReport): string {
  return [
    "Write this into the study:",
    "",
    "cluster:",
    `  image: ${pinned}`,
    "",
    `Studies in this workspace that name the tag get the digest from ${record}.`,
  ].join("\n");
}
