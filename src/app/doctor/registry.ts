import { messageOf } from "../../core/errors.ts";
import type { ImageReference } from "../../core/image.ts";

export type RegistryAnswer =
  | { readonly kind: "there" | "missing" | "login" }
  | { readonly kind: "unreachable"; readonly reason: string };

const TIMEOUT_MS = 10_000;

/** What a manifest may be: of one image, or of one for each kind of machine. */
const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Asks an image's own registry whether it has the image: one HEAD of its manifest, without a login and without
 * following anywhere (OCI distribution specification, "Pulling manifests"). Names without a registry are on Docker
 * Hub, which wants a login (a token, at least) of everyone: it is not asked.
 */
export async function askRegistry(reference: ImageReference): Promise<RegistryAnswer> {
  const { registry } = reference;
  if (registry === undefined || registry === "docker.io") return { kind: "login" };
  try {
    const response = await fetch(manifestAddress(reference, registry), {
      method: "HEAD",
      headers: { accept: ACCEPT },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return { kind: "there" };
    if (response.status === 401 || response.status === 403) return { kind: "login" };
    if (response.status === 404) return { kind: "missing" };
    return { kind: "unreachable", reason: `the registry answers ${response.status}` };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return { kind: "unreachable", reason: messageOf(cause ?? error) };
  }
}

function manifestAddress({ name, tag, digest }: ImageReference, registry: string): string {
  // Docker speaks plain HTTP with this machine alone.
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+)(?::\d+)?$/.test(registry);
  const path = name.slice(registry.length + 1);
  return `${isHere ? "http" : "https"}://${registry}/v2/${path}/manifests/${digest ?? tag ?? "latest"}`;
}
