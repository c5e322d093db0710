/** What is told of an image that was built. */
export function formatBuiltImage(built: {
  readonly image: string;
  readonly engine: string;
  readonly bytes: number;
  readonly version: string;
  readonly revision: string;
  readonly device: string;
}): string {
  const { image, engine, bytes, version, revision, device } = built;
  return [
    `${image}: ${(bytes / 1e6).toFixed(0)}MB, built with ${engine}`,
    `bsweep ${version}, revision ${revision}, TensorFlow for ${device === "gpu" ? "NVIDIA's GPUs" : "CPUs"}`,
  ].join("\n");
}

/** What is told of an image that was pushed: what belongs into the study. */
export function formatPushedImage(pushed: {
  readonly pinned: string;
  readonly record: string;
}): string {
  return [
    "Write this into the study:",
    "",
    "cluster:",
    `  image: ${pushed.pinned}`,
    "",
    `Studies in this workspace that name the tag get the digest from ${pushed.record}.`,
  ].join("\n");
}
