import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeSuiteFolder } from "../support/folder.ts";
import { openPodman, runPodman, type Podman } from "../support/podman/open.ts";
import { BUILD_MS, buildTrainerImage } from "../support/podman/trainer-image.ts";
import { makeHeader, writeDataset } from "../support/study-workspace.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { PODMAN, requireHere } from "../support/requirements.ts";

const STUDY = (image: string): string => `
study: s
data: { train: data/digits, holdout: 0.1 }
trainer: { kind: cnn, epochs: 1 }
space: { filters: [1, 2] }
cluster: { site: compute1, userGroup: compute-lab, image: "${image}" }
`;

/** docker-registry on loopback alone; with `closed`, it wants a login that nobody has. */
async function startRegistry(folder: string, closed: boolean) {
  mkdirSync(folder);
  const port = await findFreePort();
  const login = `auth:\n  htpasswd:\n    realm: test\n    path: ${join(folder, "htpasswd")}\n`;
  const config = `version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: ${join(folder, "storage")} } }
http: { addr: "127.0.0.1:${port}" }
${closed ? login : ""}`;
  writeFileSync(join(folder, "config.yml"), config);
  const process = spawn("docker-registry", ["serve", join(folder, "config.yml")], {
    stdio: "ignore",
  });
  const host = `127.0.0.1:${port}`;
  while (!(await answers(`http://${host}/v2/`))) await sleep(50);
  return { host, process };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

describe.runIf(requireHere([...PODMAN, "docker-registry"]))("bsweep image push", () => {
  const folder = makeSuiteFolder();
  const workspace = join(folder, "workspace");
  const processes: ChildProcess[] = [];
  let podman: Podman;
  let local = "";
  let open = "";
  let closed = "";
  let env: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    podman = await openPodman();
    local = (await buildTrainerImage(podman)).name;
    const registries = [
      await startRegistry(join(folder, "open"), false),
      await startRegistry(join(folder, "closed"), true),
    ];
    processes.push(...registries.map(({ process }) => process));
    [open = "", closed = ""] = registries.map(({ host }) => host);
    const insecure = [open, closed].map(
      (host) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`,
    );
    writeFileSync(join(folder, "registries.conf"), insecure.join("\n"));
    env = { ...podman.environment, CONTAINERS_REGISTRIES_CONF: join(folder, "registries.conf") };
    mkdirSync(workspace);
  }, BUILD_MS);
  afterAll(async () => {
    for (const process of processes) process.kill();
    await Promise.all(processes.map((process) => once(process, "exit")));
    for (const name of [`${open}/lab/trainer:1`, `${closed}/lab/trainer:1`]) {
      await runPodman(podman, ["rmi", name]).catch(() => "");
    }
  });

  const push = (...args: string[]) =>
    runBsweep(["image", "push", "--engine", "podman", "--workspace", workspace, ...args], { env });

  test("tells the registry's digest, by which the image is pulled and runs; generate takes it", async () => {
    const name = `${open}/lab/trainer`;
    await runPodman(podman, ["tag", local, `${name}:1`]);
    const pushed = await push(`${name}:1`);
    expect(pushed).toMatchObject({ exitStatus: 0 });
    const pinned = /image: (\S+@sha256:[0-9a-f]{64})/.exec(pushed.stdout)?.[1] ?? "";
    expect(pinned.startsWith(`${name}@`)).toBe(true);

    const layout = createLayout(workspace);
    writeDataset(layout, makeHeader());
    writeFileSync(join(workspace, "study.yaml"), STUDY(`${name}:1`));
    const generated = await runBsweep(
      ["generate", "--workspace", workspace, join(workspace, "study.yaml")],
      { env },
    );
    expect(generated.exitStatus).toBe(0);
    expect(generated.stderr).not.toContain("tag-not-digest");
    expect(readFileSync(join(layout.round("s", 1), "array-01.bsub"), "utf8")).toContain(
      `docker(${pinned})`,
    );

    // Another machine: a storage that has nothing yet.
    const state = `/run/bsweep-registry-${process.pid}`;
    const elsewhere = ["--root", join(folder, "elsewhere"), "--runroot", state];
    const other: Podman = { ...podman, command: ["podman", ...elsewhere], environment: env };
    try {
      await runPodman(other, ["pull", "--quiet", pinned]);
      const run = ["run", "--rm", "--network=none", pinned, "bsweep", "--version"];
      expect(await runPodman(other, run)).toMatch(/^\d+\.\d+\.\d+/);
    } finally {
      await runPodman(other, ["rmi", "--all", "--force"]).catch(() => "");
      rmSync(state, { recursive: true, force: true });
    }
  });

  test("without a login it says where to log in", async () => {
    const name = `${closed}/lab/trainer:1`;
    await runPodman(podman, ["tag", local, name]);
    const { exitStatus, stderr } = await push(name);
    expect(exitStatus).toBe(4);
    expect(stderr).toContain(`hint: podman login ${closed}`);
    expect(existsSync(join(workspace, "image.lock.json"))).toBe(true);
    expect(readFileSync(join(workspace, "image.lock.json"), "utf8")).not.toContain(closed);
  });

  test("a name without a registry, and an image that is not there, are told before anything is sent", async () => {
    const nowhere = await push("bsweep-trainer:1");
    expect([nowhere.exitStatus, nowhere.stderr]).toEqual([
      2,
      expect.stringMatching(/expected REGISTRY\/NAME:TAG/),
    ]);
    const absent = await push(`${open}/lab/absent:1`);
    expect([absent.exitStatus, absent.stderr]).toEqual([
      4,
      expect.stringMatching(/has no image .*absent:1[^]*hint: bsweep image build/),
    ]);
    const refused = await push("127.0.0.1:1/lab/absent:1", "--print");
    expect(refused.stdout).toBe("podman push --digestfile digest.txt 127.0.0.1:1/lab/absent:1\n");
  });
});
