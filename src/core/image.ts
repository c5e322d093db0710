/** The name of a container image, as Docker's reference grammar has it: [REGISTRY/]NAME[:TAG][@sha256:DIGEST]. */
export interface ImageReference {
  /** Host and port of the registry; undefined where the name does not say. */
  readonly registry: string | undefined;
  /** With the registry, without tag and digest. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string | undefined;
}

const PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const REFERENCE = new RegExp(
  `^((?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\\d+)?/)?${PART}(?:/${PART})*)(?::(\\w[\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** Undefined for what is no image's name, such as the path of an image file. */
export function parseImageReference(text: string): ImageReference | undefined {
  const [, name, tag, digest] = REFERENCE.exec(text) ?? [];
  if (name === undefined) return undefined;
  const [first = "", ...rest] = name.split("/");
  // Docker takes the first part for a host only where it looks like one.
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  // Only a host's name may hold capitals.
  if (!isHost && /[A-Z]/.test(first)) return undefined;
  return { registry: isHost ? first : undefined, name, tag, digest };
}

/** The engines that build and push images. */
export const ENGINES = ["docker", "podman"] as const;
export type EngineName = (typeof ENGINES)[number];
