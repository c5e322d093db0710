import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { runProcess } from "../../../src/process/exec.ts";
import { findMinimalImage } from "../minimal-image.ts";
import { runPodman, type Podman } from "./open.ts";

/** The name that the trainer's Dockerfile takes by default, so that it builds unchanged. */
export const BASE_IMAGE = "docker.io/library/node:20-bookworm-slim";

/** Raise it when the image is put together in another way. */
const REVISION = 2;

/** What the official image has: it must be undone by what is built on it. */
const ENTRYPOINT = `#!/bin/sh
set -e
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ]; then
  set -- node "$@"
fi
exec "$@"
`;

/**
 * Puts an image in the place of Debian's official Node image: a minimal Debian by debootstrap with this
 * machine's Node, npm and headers, the user `node` and the entrypoint. Nothing is done when it is there.
 */
export async function importBaseImage(podman: Podman): Promise<void> {
  const label = createHash("sha256")
    .update(`${REVISION} ${process.version} ${ENTRYPOINT}`)
    .digest("hex");
  if ((await labelOf(podman)) === label) return;
  const minimal = findMinimalImage();
  if ("missing" in minimal) throw new Error(`no base image: ${minimal.missing}`);
  const root = mkdtempSync(join(podman.folder, "base-"));
  try {
    await run("cp", ["-a", "--reflink=auto", `${minimal.root}/.`, root]);
    slim(root);
    await addNode(root);
    await importRoot(podman, root, label);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function labelOf(podman: Podman): Promise<string> {
  const format = '{{index .Config.Labels "base"}}';
  const argv = ["image", "inspect", "--format", format, BASE_IMAGE];
  return (await runPodman(podman, argv).catch(() => "")).trim();
}

/** Leaves out what the slim images of Debian leave out, and what debootstrap has downloaded. */
function slim(root: string): void {
  for (const folder of ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info"]) {
    emptyFolder(join(root, folder));
  }
  emptyFolder(join(root, "var/cache/apt"));
  emptyFolder(join(root, "var/lib/apt/lists"));
}

function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

async function addNode(root: string): Promise<void> {
  const node = realpathSync(process.execPath);
  const prefix = dirname(dirname(node));
  const parts = ["lib/node_modules/npm", "include/node"];
  for (const part of parts) {
    if (!existsSync(join(prefix, part))) throw new Error(`no ${part} beside ${node}`);
    cpSync(join(prefix, part), join(root, "usr/local", part), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  cpSync(node, join(root, "usr/local/bin/node"));
  for (const program of ["npm", "npx"]) {
    await run("ln", [
      "-s",
      `../lib/node_modules/npm/bin/${program}-cli.js`,
      join(root, "usr/local/bin", program),
    ]);
  }
  writeFileSync(join(root, "usr/local/bin/docker-entrypoint.sh"), ENTRYPOINT, { mode: 0o755 });
  await run("chroot", [root, "groupadd", "--gid", "1000", "node"]);
  await run("chroot", [root, "useradd", "--uid", "1000", "--gid", "node", "--create-home", "node"]);
}

async function importRoot(podman: Podman, root: string, label: string): Promise<void> {
  const archive = `${root}.tar`;
  try {
    await run("tar", ["-C", root, "--numeric-owner", "-cf", archive, "."]);
    const changes = [
      `LABEL base=${label}`,
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["node"]',
      "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ];
    const argv = changes.flatMap((change) => ["--change", change]);
    await runPodman(podman, ["import", "--quiet", ...argv, archive, BASE_IMAGE]);
  } finally {
    rmSync(archive, { force: true });
  }
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { succeeded, failure, stderr } = await runProcess(program, args);
  if (!succeeded) throw new Error(`${failure}\n${stderr}`);
}
