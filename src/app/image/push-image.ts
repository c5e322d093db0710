import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { parseImageReference, type EngineName, type ImageReference } from "../../core/image.ts";
import type { Layout } from "../../workspace/layout.ts";
import { withScratchFolder } from "../../workspace/scratch.ts";
import { recordPushedImage } from "./record.ts";
import { inspectImage, runEngine } from "./engine.ts";

interface PushOptions {
  readonly engine: EngineName;
  /** REGISTRY/NAME:TAG */
  readonly image: string;
  readonly layout: Layout;
}

export interface PushReport {
  readonly image: string;
  /** The digest the registry knows the image by: what others have to write. */
  readonly digest: string;
  /** NAME@sha256:..., for `cluster.image`. */
  readonly pinned: string;
  /** Where the digest was written down, for `bsweep generate`. */
  readonly record: string;
}

/**
 * The engine's arguments; `digestFile` is where podman writes the registry's digest, which docker keeps itself.
 * @throws BsweepError USAGE when the name does not say where to push
 */
export function planImagePush(
  { engine, image }: Pick<PushOptions, "engine" | "image">,
  digestFile: string,
): readonly string[] {
  requirePushable(image);
  return engine === "podman" ? ["push", "--digestfile", digestFile, image] : ["push", image];
}

function requirePushable(image: string): ImageReference & { readonly registry: string } {
  const reference = parseImageReference(image);
  if (
    reference?.registry !== undefined &&
    reference.tag !== undefined &&
    reference.digest === undefined
  ) {
    return { ...reference, registry: reference.registry };
  }
  throw new BsweepError(
    "USAGE",
    `found the image name ${JSON.stringify(image)}, expected REGISTRY/NAME:TAG with the registry's host`,
    {
      hint: "for Docker Hub: docker.io/USER/bsweep-trainer:1. Build it under that name: bsweep image build REGISTRY/NAME:TAG",
    },
  );
}

/**
 * Pushes an image, reads the digest it has in the registry, and writes it down in the workspace.
 * @throws BsweepError USAGE for a name without registry; ENGINE_FAILED; WORKSPACE
 */
export async function pushImage(options: PushOptions, effects: Effects): Promise<PushReport> {
  const { engine, image, layout } = options;
  const { name, registry } = requirePushable(image);
  if ((await inspectImage(engine, image, "{{.Id}}")) === undefined) {
    throw new BsweepError("ENGINE_FAILED", `${engine} has no image ${image}`, {
      hint: `bsweep image build ${image}, or name one you have: ${engine} tag IMAGE ${image}`,
    });
  }
  const digest = await withScratchFolder("push", async (folder) => {
    const digestFile = join(folder, "digest");
    const args = planImagePush({ engine, image }, digestFile);
    await runEngine({ what: `Pushing ${image}`, engine, args, registry }, effects.reporter);
    return engine === "podman"
      ? readFileSync(digestFile, "utf8").trim()
      : await askDocker(image, name);
  });
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    const found = `found ${JSON.stringify(digest)}`;
    throw new BsweepError(
      "ENGINE_FAILED",
      `${image} was pushed, but the engine tells no digest: ${found}`,
      { hint: "look it up in the registry and write NAME@sha256:... into the study" },
    );
  }
  recordPushedImage(layout, image, { digest, pushedAt: effects.now().toISOString() });
  return { image, digest, pinned: `${name}@${digest}`, record: layout.imageRecord() };
}

/** Docker keeps the digest under each name the image was pushed as. */
async function askDocker(image: string, name: string): Promise<string> {
  const json = (await inspectImage("docker", image, "{{json .RepoDigests}}")) ?? "[]";
  const pinned = (JSON.parse(json) as string[] | null) ?? [];
  return (pinned.find((one) => one.startsWith(`${name}@`))?.slice(name.length + 1) ?? "").trim();
}
