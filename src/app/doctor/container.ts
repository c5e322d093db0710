import { statSync } from "node:fs";
import { checker, type Check } from "../../core/check.ts";
import { parseImageReference } from "../../core/image.ts";
import { hasPyxis } from "../../schedulers/container.ts";
import { schedulerOf } from "../../schedulers/index.ts";
import { ask, isOnPath, reasonOf, type DoctorContext } from "./context.ts";
import { askRegistry } from "./registry.ts";

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
