import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../../../src/process/exec.ts";
import type { Podman } from "./open.ts";

/**
 * Writes podman's configuration below `folder`: storage, locks and state of its own, runc on cgroupfs, limits
 * that the kernel grants here. What this machine needs to reach npm and PyPI (certificates, another registry)
 * is read from its own settings and mounted into builds alone: neither Dockerfile nor image ever sees it.
 */
export async function writeConfiguration(
  folder: string,
): Promise<Pick<Podman, "environment" | "buildEnvironment">> {
  // On a file system that a restart empties; podman takes 50 characters at most.
  const state = `/run/bsweep-podman-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const environment = {
    CONTAINERS_STORAGE_CONF: write("storage.conf", storage(join(folder, "storage"), state)),
    CONTAINERS_CONF: write("containers.conf", containers(state)),
  };
  const mounts = await machineSettings(write);
  const building = containers(state, ['netns = "host"', `volumes = ${JSON.stringify(mounts)}`]);
  return {
    environment,
    buildEnvironment: { ...environment, CONTAINERS_CONF: write("build.conf", building) },
  };
}

function storage(root: string, state: string): string {
  return `[storage]\ndriver = "overlay"\ngraphroot = ${JSON.stringify(root)}\nrunroot = "${state}"\n`;
}

function containers(state: string, more: readonly string[] = []): string {
  const [files, processes] = [hardLimit("Max open files"), hardLimit("Max processes")];
  const most = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8"));
  const nproc = Math.min(processes, most);
  return `[containers]
default_ulimits = ["nofile=${files}:${files}", "nproc=${nproc}:${nproc}"]
${more.join("\n")}

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
# The shared-memory locks are one set for all podmans of a machine.
lock_type = "file"
tmp_dir = "${state}/libpod"

[network]
network_backend = "netavark"
`;
}

function hardLimit(name: string): number {
  const line = readFileSync("/proc/self/limits", "utf8")
    .split("\n")
    .find((text) => text.startsWith(name));
  const hard = Number(line?.slice(name.length).trim().split(/\s+/)[1]);
  return Number.isSafeInteger(hard) ? hard : 1_048_576;
}

/** Files to mount into builds, as `source:target:ro`. */
async function machineSettings(
  write: (name: string, text: string) => string,
): Promise<readonly string[]> {
  const npm = async (key: string): Promise<string> => settingOf("npm", ["config", "get", key]);
  const pip = async (key: string): Promise<string> =>
    settingOf("python3", ["-m", "pip", "config", "get", key]);
  const [cafile, registry, cert, index] = await Promise.all([
    npm("cafile"),
    npm("registry"),
    pip("global.cert"),
    pip("global.index-url"),
  ]);
  const certificates = [cafile, cert, process.env["PIP_CERT"] ?? ""].find((file) =>
    existsSync(file),
  );
  const inside = "/etc/build-certificates.pem";
  const npmrc = [setting("cafile", certificates && inside), setting("registry", registry)].join("");
  const pipConf = [setting("cert", certificates && inside), setting("index-url", index)].join("");
  return [
    ...(certificates === undefined ? [] : [`${certificates}:${inside}:ro`]),
    `${write("npmrc", npmrc)}:/usr/local/etc/npmrc:ro`,
    `${write("pip.conf", `[global]\n${pipConf}`)}:/etc/pip.conf:ro`,
  ];
}

function setting(key: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : `${key}=${value}\n`;
}

/** What a program says a setting is; "" when it has none. */
async function settingOf(program: string, args: readonly string[]): Promise<string> {
  const { succeeded, stdout } = await runProcess(program, args);
  return succeeded && stdout !== "null" && stdout !== "undefined" ? stdout.trim() : "";
}
