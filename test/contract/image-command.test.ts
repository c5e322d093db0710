import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot, packageVersion } from "../../src/workspace/package.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;

/** A folder with a `docker` that answers as a daemon's client does, writes down how it was called, and nothing else on PATH. */
function withDocker(answers: string) {
  const folder = makeTestFolder();
  const called = join(folder, "called");
  writeFileSync(
    join(folder, "docker"),
    `#!/bin/sh\nprintf '%s\\n' "$*" >> '${called}'\ncase "$*" in\n${answers}\nesac\n`,
  );
  chmodSync(join(folder, "docker"), 0o755);
  for (const program of ["bash", "git"]) symlinkSync(findProgram(program), join(folder, program));
  const workspace = join(folder, "workspace");
  mkdirSync(workspace);
  const env = { PATH: folder, BSWEEP_WORKSPACE: workspace };
  return { env, workspace, calls: () => readFileSync(called, "utf8").trimEnd().split("\n") };
}

function findProgram(name: string): string {
  const places = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
  return places.find((place) => existsSync(place)) ?? name;
}

const RUNS = `"version "*) echo 27.0 ;;`;

test("with docker, the digest is the one it keeps under the name that was pushed", async () => {
  const other = `other.example.org/a@sha256:${"cd".repeat(32)}`;
  const digests = JSON.stringify([other, `registry.example.org/lab/trainer@${DIGEST}`]);
  const { env, workspace, calls } = withDocker(
    `${RUNS}\n*RepoDigests*) echo '${digests}' ;;\n*Id*) echo sha256:1 ;;\n"push "*) echo sent ;;`,
  );
  const pushed = await runBsweep(
    ["image", "push", "registry.example.org/lab/trainer:1", "--json"],
    { env },
  );
  expect([pushed.exitStatus, pushed.stderr]).toEqual([0, "sent\n"]);
  expect(JSON.parse(pushed.stdout)).toMatchObject({
    digest: DIGEST,
    pinned: `registry.example.org/lab/trainer@${DIGEST}`,
    record: join(workspace, "image.lock.json"),
  });
  expect(calls()).toContain("push registry.example.org/lab/trainer:1");
});

test("an engine that refuses is quoted, and nothing is written down", async () => {
  const { env, workspace } = withDocker(
    `${RUNS}\n*Id*) echo sha256:1 ;;\n"push "*) echo 'denied: requested access to the resource is denied' >&2; exit 1 ;;`,
  );
  const { exitStatus, stderr } = await runBsweep(["image", "push", "docker.io/me/trainer:1"], {
    env,
  });
  expect(exitStatus).toBe(4);
  expect(stderr).toMatch(
    /Pushing docker\.io\/me\/trainer:1 failed \(exit status 1\)\n {2}\| denied: /,
  );
  expect(stderr).toContain("hint: docker login docker.io");
  expect(() => readFileSync(join(workspace, "image.lock.json"))).toThrow();
});

test("without an engine each is named with what it said", async () => {
  const { env } = withDocker(`*) echo 'Cannot connect to the Docker daemon' >&2; exit 1 ;;`);
  const { exitStatus, stderr } = await runBsweep(["image", "build"], { env });
  expect(exitStatus).toBe(4);
  expect(stderr).toMatch(
    /ENGINE_MISSING.*docker: Cannot connect to the Docker daemon; podman: not on PATH/,
  );
});

test("build --print shows the whole command, and runs nothing", async () => {
  const { env } = withDocker("*) exit 1 ;;");
  const name = "registry.example.org/lab/trainer:1";
  const shown = await runBsweep(
    ["image", "build", name, "--gpu", "--base", "debian-node:20", "--print"],
    {
      env,
    },
  );
  expect(shown.exitStatus).toBe(0);
  expect(shown.stdout).toMatch(
    new RegExp(`^docker build --file \\S*/docker/trainer/Dockerfile --tag ${name} `),
  );
  expect(shown.stdout).toContain(`--build-arg VERSION=${packageVersion()} `);
  expect(shown.stdout).toContain("--build-arg DEVICE=gpu --build-arg NODE_IMAGE=debian-node:20");
  expect(shown.stdout.trimEnd().endsWith(packageRoot())).toBe(true);
});

test.each(["Lab/trainer", `a@${DIGEST}`, "a b", "a:b:c"])(
  "no name to build under: %s",
  async (name) => {
    const { exitStatus, stderr } = await runBsweep(["image", "build", "--print", name]);
    expect(exitStatus).toBe(2);
    expect(stderr).toContain("expected REGISTRY/NAME:TAG");
  },
);
