import { statSync } from "node:fs";
import { type Check, checker } from "../../core/check.ts";
import { type ImageReference, parseImageReference } from "../../core/image.ts";
import { hasPyxis } from "../../schedulers/container.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { ask, type DoctorContext, isOnPath, reasonOf } from "./context.ts";
import { messageOf } from "../../core/errors.ts";

/** What starts the containers, and the image they start from. */
export async function checkContainer(context: DoctorContext): Promise<Check[]> {
  const { site } = context;
  if (!schedulerOf(site).submits || site.container === "none") return [];
  return [await checkRuntime(context), ...(await checkImage(context))];
}

const PROGRAMS = { apptainer: "apptainer", charliecloud: "ch-run" } as const;

async function checkRuntime(context: DoctorContext): Promise<Check> {
  const { container } = context.site;
  const runtime = checker(`container runtime`);
  if (container === "docker") return runtime.ok("LSF's wrapper starts Docker on the hosts");
  if (container === "pyxis") {
    if (!isOnPath(context, "srun")) return runtime.skip("srun is not here to ask");
    return hasPyxis((await ask(context, "srun", "--help")).stdout)
      ? runtime.ok("pyxis: srun knows --container-image")
      : runtime.fail(
          "srun knows no --container-image: pyxis is not here",
          "container: apptainer, charliecloud or none in the site file",
        );
  }
  if (container === "none") return runtime.ok("none");
  const program = PROGRAMS[container];
  if (isOnPath(context, program)) return runtime.ok(`${program} is on PATH`);
  return context.site.jobSetup.length > 0
    ? runtime.skip(`${program} is not on PATH here; jobSetup may bring it`)
    : runtime.fail(
        `${program} is not on PATH`,
        'name what loads it in the site file: jobSetup: ["module load ..."]',
      );
}

async function checkImage(context: DoctorContext): Promise<Check[]> {
  const image = context.cluster?.image ?? context.site.image;
  if (image === undefined) return [];
  const check = checker(`image ${image}`);
  if (image.startsWith("/")) return [checkFile(image, check, context)];
  const reference = parseImageReference(image.replace("#", "/").replace(":sha256:", "@sha256:"));
  if (reference === undefined) {
    return [check.skip("no reference that a registry could be asked about")];
  }
  const answer = await askRegistry(reference);
  switch (answer.kind) {
    case "there":
      return [check.ok("the registry has it")];
    case "missing":
      return [check.fail("the registry does not have it", "push it, or correct its name")];
    case "login":
      return [await askEngine(context, image, check)];
    case "unreachable":
      return [check.skip(`could not be reached: ${answer.reason}`, "try from a login node")];
  }
}

function checkFile(
  path: string,
  check: ReturnType<typeof checker>,
  { site }: DoctorContext,
): Check {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return check.fail("no such file", "make it, or correct its path");
  const wantsFolder = site.container === "charliecloud";
  if (found.isDirectory() === wantsFolder) return check.ok("is there");
  return wantsFolder
    ? check.fail("is a file", "unpack it: ch-run takes a folder")
    : check.ok("is a folder, as Apptainer's sandboxes are");
}

/** The registry wants a login: whoever is logged in may ask. */
async function askEngine(
  context: DoctorContext,
  image: string,
  check: ReturnType<typeof checker>,
): Promise<Check> {
  const commands = [
    ["skopeo", "inspect", "--raw", `docker://${image}`],
    ["docker", "manifest", "inspect", image],
  ] as const;
  const found = commands.find(([program]) => isOnPath(context, program));
  if (found === undefined) {
    const remedy = "try: docker manifest inspect, or podman pull, where you are logged in";
    return check.skip("the registry wants a login, and no skopeo or docker is here", remedy);
  }
  const [program, ...args] = found;
  const run = await ask(context, program, ...args);
  return run.succeeded
    ? check.ok(`${program} finds it`)
    : check.warn(`${program}: ${reasonOf(run)}`, `${program} login, then run doctor again`);
}

type RegistryAnswer =
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
async function askRegistry(reference: ImageReference): Promise<RegistryAnswer> {
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
