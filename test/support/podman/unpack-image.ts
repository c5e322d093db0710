import { mkdirSync } from "node:fs";
import { runProcess } from "../../../src/process/exec.ts";
import { runPodman, type Podman } from "./open.ts";

/** Unpacks an image into a folder, which runtimes without a registry take, such as Charliecloud. */
export async function unpackImage(podman: Podman, image: string, folder: string): Promise<void> {
  const container = (await runPodman(podman, ["create", "--network=none", image])).trim();
  try {
    mkdirSync(folder, { recursive: true });
    const archive = `${folder}.tar`;
    await runPodman(podman, ["export", "--output", archive, container]);
    const { succeeded, stderr } = await runProcess("tar", ["-C", folder, "-xf", archive]);
    if (!succeeded) throw new Error(stderr);
    await runProcess("rm", [archive]);
  } finally {
    await runPodman(podman, ["rm", container]);
  }
}
