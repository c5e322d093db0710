import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../core/effects.ts";
import { BsweepError } from "../../core/errors.ts";
import { parseImageReference, type EngineName } from "../../core/image.ts";
import { runProcess } from "../../process/exec.ts";
import { packageVersion } from "../../workspace/package.ts";
import { inspectImage, runEngine } from "./engine.ts";

const DOCKERFILE = join("docker", "trainer", "Dockerfile");

interface BuildOptions {
  /** The checkout to build from. */
  readonly root: string;
  readonly engine: EngineName;
  /** REGISTRY/NAME:TAG; by default `bsweep-trainer:VERSION`, which stays on this machine. */
  readonly image?: string | undefined;
  /** What TensorFlow is built for. */
  readonly device: "cpu" | "gpu";
  /** Another image to start from. */
  readonly base?: string | undefined;
}

/** How an image is built, before it is. */
interface BuildPlan extends Pick<BuiltImage, "engine" | "image" | "revision"> {
  readonly args: readonly string[];
}

export interface BuiltImage {
  readonly engine: EngineName;
  readonly image: string;
  /** The engine's own id of it: not the digest that a registry will give. */
  readonly id: string;
  /** Unpacked. */
  readonly bytes: number;
  readonly version: string;
  /** Git's commit, `-dirty` where files differ from it; `unknown` outside a clone. */
  readonly revision: string;
  readonly device: "cpu" | "gpu";
}

/** @throws BsweepError USAGE when there is nothing to build from, or the name is none */
export async function planImageBuild(options: BuildOptions): Promise<BuildPlan> {
  const { root, engine, device, base } = options;
  if (!existsSync(join(root, DOCKERFILE))) {
    throw new BsweepError("USAGE", `there is no ${DOCKERFILE} in ${root}`, {
      hint: "images are built from a clone of bsweep's repository: run its own bsweep there",
    });
  }
  const version = packageVersion();
  const image = options.image ?? `bsweep-trainer:${version}${device === "gpu" ? "-gpu" : ""}`;
  const reference = parseImageReference(image);
  if (reference === undefined || reference.digest !== undefined) {
    const found = `found the image name ${JSON.stringify(image)}`;
    const message = `${found}, expected REGISTRY/NAME:TAG in lower case, without a digest`;
    const hint = "bsweep image build registry.example.org/lab/bsweep-trainer:1";
    throw new BsweepError("USAGE", message, { hint });
  }
  const { revision, created } = await readRevision(root);
  const values = {
    VERSION: version,
    REVISION: revision,
    CREATED: created,
    ...(device === "cpu" ? {} : { DEVICE: device }),
    ...(base === undefined ? {} : { NODE_IMAGE: base }),
  };
  const args = ["build", "--file", join(root, DOCKERFILE), "--tag", image];
  for (const [name, value] of Object.entries(values)) args.push("--build-arg", `${name}=${value}`);
  return { engine, image, args: [...args, root], revision };
}

/** Builds the image the elements run in. @throws BsweepError USAGE, ENGINE_FAILED */
export async function buildImage(options: BuildOptions, effects: Effects): Promise<BuiltImage> {
  const { engine, image, args, revision } = await planImageBuild(options);
  await runEngine({ what: `Building ${image}`, engine, args }, effects.reporter);
  const [id = "", size = ""] =
    (await inspectImage(engine, image, "{{.Id}} {{.Size}}"))?.split(" ") ?? [];
  const { device } = options;
  return { engine, image, id, bytes: Number(size), version: packageVersion(), revision, device };
}

/** The commit that a checkout stands at, and when it was made. */
async function readRevision(root: string): Promise<{ revision: string; created: string }> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    const { succeeded, stdout } = await runProcess("git", ["-C", root, ...args]);
    return succeeded ? stdout.trim() : undefined;
  };
  // Inside another repository, that one's commit would say nothing.
  const prefix = await git("rev-parse", "--show-prefix");
  const commit = prefix === "" ? await git("rev-parse", "HEAD") : undefined;
  if (commit === undefined) return { revision: "unknown", created: "unknown" };
  const changed = await git("status", "--porcelain");
  const created = (await git("show", "--no-patch", "--format=%cI", "HEAD")) ?? "unknown";
  return { revision: changed === "" ? commit : `${commit}-dirty`, created };
}
