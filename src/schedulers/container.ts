import type { ContainerRuntime } from "../core/placement.ts";

/** What a job starts its container with. */
export interface ContainerRequest {
  readonly image: string;
  /** Folders of the host, mounted under the same name. */
  readonly mounts: readonly string[];
  /** Folder the program starts in. */
  readonly workspace: string;
  readonly cpus: number;
  readonly hasGpu: boolean;
}

type Runtime = Exclude<ContainerRuntime, "docker" | "none">;

/**
 * Words before a program, so that it runs in the image. Sources: pyxis README (`--container-image`,
 * `--container-mounts`, `--container-workdir`; storage is not mounted by itself); apptainer-exec(1); ch-run(1).
 */
const PREFIX: Readonly<Record<Runtime, (request: ContainerRequest) => readonly string[]>> = {
  pyxis: (request) => [
    "srun",
    "--ntasks=1",
    // Not taken over from the job since Slurm 22.05 (srun(1)).
    `--cpus-per-task=${request.cpus}`,
    ...pyxisOptions(request),
  ],
  apptainer: ({ image, mounts, workspace, hasGpu }) => [
    "apptainer",
    "exec",
    ...(hasGpu ? ["--nv"] : []),
    ...mounts.flatMap((folder) => ["--bind", `${folder}:${folder}`]),
    "--pwd",
    workspace,
    image,
  ],
  // Its image is a folder, in which the mount points must stand already.
  charliecloud: ({ image, mounts, workspace }) => [
    "ch-run",
    ...mounts.flatMap((folder) => ["--bind", `${folder}:${folder}`]),
    "--cd",
    workspace,
    image,
    "--",
  ],
};

/** enroot reads `[USER@][REGISTRY#]IMAGE[:TAG]`, so a digest is written as a tag; a .sqsh file stays as it is. */
function enrootImage(image: string): string {
  const registry = /^([^/#]*[.:][^/#]*)\/(.+)$/.exec(image);
  const reference = registry === null ? image : `${registry[1]}#${registry[2]}`;
  return reference.replace("@sha256:", ":sha256:");
}

/** Empty where no word is needed: on the host itself, and where LSF's wrapper has started the container. */
export function containerPrefix(
  runtime: ContainerRuntime,
  request: ContainerRequest,
): readonly string[] {
  return runtime === "docker" || runtime === "none" ? [] : PREFIX[runtime](request);
}

/** What makes srun start its tasks in the image. */
export function pyxisOptions({ image, mounts, workspace }: ContainerRequest): readonly string[] {
  return [
    `--container-image=${enrootImage(image)}`,
    `--container-mounts=${mounts.map((folder) => `${folder}:${folder}`).join(",")}`,
    `--container-workdir=${workspace}`,
  ];
}

/** Whether srun has pyxis, by its `--help`. */
export function hasPyxis(help: string): boolean {
  return /^\s*--container-image\b/m.test(help);
}
