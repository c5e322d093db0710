import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { DoctorReport } from "../../src/app/doctor.ts";
import { runProcess } from "../support/programs.ts";
import type { Layout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import { startLsf, type Lsf } from "../support/lsf/lsf.ts";
import { makeWorkspace, writeStudy } from "../support/study-workspace.ts";

interface Doctor extends DoctorReport {
  readonly exitStatus: number | null;
  /** `state found` of a check, or of the first whose name begins so. */
  readonly told: (name: string) => string;
}

async function doctor(
  layout: Layout,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Doctor> {
  const words = [builtProgram("main.js"), "doctor", ...args, "--json"];
  const { stdout, stderr, exitStatus } = await runProcess(process.execPath, words, {
    cwd: layout.workspace,
    env: { PWD: layout.workspace, ...env },
  });
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as DoctorReport;
  const told = (name: string): string => {
    const check = report.checks.find((each) => each.name.startsWith(name));
    return check === undefined ? "" : `${check.state} ${check.found}`;
  };
  return { ...report, exitStatus, told };
}

const SPACE = "data: { train: data/digits }\ntrainer: { kind: cnn, epochs: 1 }\nspace: {}";
const COMMAND =
  "objective: { metric: m, direction: minimize }\ntrainer: { command: [x] }\nspace: {}";

function studyOn(cluster: string, rest = COMMAND): string {
  return `study: digits\n${rest}\ncluster: { ${cluster} }\n`;
}

function writeSite({ workspace }: Layout, text: string): void {
  const file = join(workspace, "sites", "mine.yaml");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describe("without a cluster", () => {
  test("a machine that can run a study here", async () => {
    const layout = makeWorkspace();
    writeStudy(layout, studyOn("site: local"));
    const report = await doctor(layout, ["study.yaml"]);
    expect(report).toMatchObject({ exitStatus: 0, study: "digits", site: "local" });
    expect(report.told("SQLite")).toBe("ok better-sqlite3 loads");
    expect(report.told("workspace")).toMatch(/^ok .*free$/);
  });

  test("a damaged data set, and one that is missing", async () => {
    const layout = makeWorkspace();
    writeStudy(layout, studyOn("site: slurm", SPACE));
    const report = await doctor(layout, ["study.yaml"], { PATH: "/nowhere" });
    expect(report.exitStatus).toBe(4);
    // The files have the right sizes: only reading them whole tells.
    expect(report.told("data set data/digits")).toMatch(/^fail .*found sha256 /);
    expect(report.told("slurm commands")).toBe(
      "fail not on PATH: sbatch, squeue, scancel, scontrol",
    );
    writeStudy(layout, studyOn("site: slurm", SPACE.replace("digits", "none")));
    expect((await doctor(layout, ["study.yaml"])).told("data set")).toMatch(
      /^fail there is no data/,
    );
  });

  test("a study, a site, and both together that are wrong", async () => {
    const layout = makeWorkspace();
    writeStudy(layout, "study: a b\n");
    const wrong = await doctor(layout, ["study.yaml"]);
    expect(wrong.exitStatus).toBe(4);
    expect(wrong.told("study")).toContain("fail study.yaml:1: study: found");
    expect((await doctor(layout, ["--site", "nope"])).told("site")).toContain("fail found site");
    writeStudy(layout, studyOn("site: compute1"));
    const missing = await doctor(layout, ["study.yaml"]);
    expect(missing.told("study on site")).toContain("fail study.yaml: cluster.userGroup: found no");
  });

  test("commands that only the site's profile brings, and what they say cannot harm a terminal", async () => {
    const layout = makeWorkspace();
    const bin = join(layout.workspace, "the bin");
    mkdirSync(bin);
    for (const name of ["sbatch", "squeue", "scancel", "scontrol"]) {
      writeFileSync(join(bin, name), "#!/bin/sh\nprintf '\\033[2J$(touch harmed)' >&2; exit 1\n");
      chmodSync(join(bin, name), 0o755);
    }
    const profile = join(layout.workspace, "the profile.sh");
    writeFileSync(profile, `echo noise; export PATH='${bin}'\n`);
    // No more than what runs a profile: this machine may have a Slurm of its own.
    const tools = makeTestFolder();
    symlinkSync("/bin/bash", join(tools, "bash"));
    symlinkSync("/usr/bin/env", join(bin, "env"));
    writeSite(layout, `extends: slurm\nschedulerProfile: ${JSON.stringify(profile)}\n`);
    const report = await doctor(layout, ["--site", "mine"], { PATH: tools });
    expect(report.told("slurm commands")).toBe(`ok found by ${profile}`);
    expect(report.told("Slurm")).toBe("fail scontrol ping: \u001b[2J$(touch harmed)");
    const words = [builtProgram("main.js"), "doctor", "--site", "mine"];
    const text = await runProcess(process.execPath, words, {
      cwd: layout.workspace,
      env: { PATH: bin },
    });
    expect(text.exitStatus).toBe(4);
    expect(text.stdout).toContain("scontrol ping: ?[2J$(touch harmed)");
    expect(text.stdout).toMatch(/\n\d+ ok, 1 fail$/);
  });

  test("inside an interactive job of LSF", async () => {
    const layout = makeWorkspace();
    const inside = { LSB_JOBID: "7", LSF_ENVDIR: "/e", LSF_BINDIR: "/b", LSF_SERVERDIR: "/s" };
    const args = ["--site", "compute1"];
    expect((await doctor(layout, args, inside)).told("inside job 7")).toContain(
      "fail the container",
    );
    const host = { ...inside, LSF_DOCKER_NETWORK: "host" };
    expect((await doctor(layout, args, host)).told("inside job 7")).toBe("ok host network");
  });
});

describe("an image's registry", () => {
  /** A registry that has one image, hides another, and knows no third. */
  async function startRegistry(): Promise<{ host: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer(({ method, url = "" }, response) => {
      asked.push(`${method ?? ""} ${url}`);
      response.statusCode = url.includes("/there/") ? 200 : url.includes("/hidden/") ? 401 : 404;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  test("is asked once, for the manifest alone", async () => {
    const { host, asked } = await startRegistry();
    const layout = makeWorkspace();
    writeSite(layout, "scheduler: lsf\ncontainer: docker\n");
    const ask = async (image: string): Promise<string> => {
      writeStudy(layout, studyOn(`site: mine, image: "${image}"`));
      return (await doctor(layout, ["study.yaml"], { PATH: "/nowhere" })).told("image");
    };
    expect(await ask(`${host}/lab/there:1`)).toBe("ok the registry has it");
    expect(await ask(`${host}/lab/gone:1`)).toBe("fail the registry does not have it");
    expect(await ask(`${host}/lab/hidden:1`)).toMatch(/^skipped the registry wants a login/);
    const digest = `sha256:${"ab".repeat(32)}`;
    expect(await ask(`${host}/lab/there@${digest}`)).toBe("ok the registry has it");
    expect(asked).toEqual([
      "HEAD /v2/lab/there/manifests/1",
      "HEAD /v2/lab/gone/manifests/1",
      "HEAD /v2/lab/hidden/manifests/1",
      `HEAD /v2/lab/there/manifests/${digest}`,
    ]);
    expect(await ask("127.0.0.1:1/lab/there:1")).toMatch(/^skipped could not be reached/);
    expect(await ask("lab/there:1")).toMatch(/^skipped the registry wants a login/);
  });
});

describe("LSF", () => {
  let lsf: Lsf;
  beforeAll(async () => {
    lsf = await startLsf({ maxArraySize: 500 });
  });
  afterAll(() => lsf.stop());

  const GOOD = "site: mine, queue: general, jobGroup: /me/digits, concurrencyLimit: 7";

  function examine(layout: Layout, args: readonly string[] = ["study.yaml"]): Promise<Doctor> {
    return doctor(layout, args, { PATH: lsf.environment()["PATH"] });
  }

  test("that answers, with the right queue and group", async () => {
    const layout = makeWorkspace();
    writeSite(layout, "extends: lsf\nmaxArraySize: 500\nuserGroup: compute-lab\n");
    writeStudy(layout, studyOn(GOOD));
    const fresh = await examine(layout);
    expect(fresh.told("job group")).toBe("ok is not there yet; submit.sh adds it with 7");
    await lsf.run("bgadd", ["-L", "7", "/me/digits"]);
    const report = await examine(layout);
    expect(report.told("lsf commands")).toBe("ok on PATH");
    expect(report.told("LSF")).toBe("ok cluster emulated-lsf answers");
    expect(report.told("array size")).toBe("ok arrays of 500, LSF takes 500");
    expect(report.told("queue general")).toBe("ok Open:Active");
    expect(report.told("job group /me/digits")).toBe("ok 0 of 7 in use");
    // Not among the commands that are emulated.
    expect(report.told("user group compute-lab")).toBe("skipped bugroup is not here to ask");
    expect(report.exitStatus).toBe(0);
  });

  test("that would refuse, or let nothing run", async () => {
    const layout = makeWorkspace();
    writeSite(layout, "extends: lsf\n");
    await lsf.run("bgadd", ["-L", "3", "/me/small"]);
    writeStudy(layout, studyOn("site: mine, queue: closed, jobGroup: /me/small"));
    const report = await examine(layout);
    expect(report.told("array size")).toBe("fail arrays of 1000, LSF takes 500");
    expect(report.told("queue closed")).toBe("warn Closed:Active");
    expect(report.told("job group")).toBe("warn 0 of 3 in use, the study says 50");
    expect(report.exitStatus).toBe(4);
    writeStudy(layout, studyOn("site: mine, queue: nope, jobGroup: /me"));
    const other = await examine(layout);
    expect(other.told("queue nope")).toBe("fail nope: No such queue");
    expect(other.told("job group")).toBe("warn it has no limit, since bsub -g made it");
  });

  test("with a command that is missing", async () => {
    lsf.hideCommand("bgmod");
    onTestFinished(() => lsf.showCommand("bgmod"));
    const layout = makeWorkspace();
    expect((await examine(layout, ["--site", "lsf"])).told("lsf commands")).toBe(
      "fail not on PATH: bgmod",
    );
  });

  test("that writes what nobody can read", async () => {
    const bin = makeTestFolder();
    for (const name of ["lsid", "bparams", "bqueues"]) {
      writeFileSync(join(bin, name), "#!/bin/sh\nprintf '\\001 %s \\377' 'garbage: $(id)'\n");
      chmodSync(join(bin, name), 0o755);
    }
    const layout = makeWorkspace();
    const env = { PATH: `${bin}:${lsf.environment()["PATH"] ?? ""}` };
    const report = await doctor(layout, ["--site", "lsf"], env);
    expect(report.told("LSF")).toMatch(/^fail lsid: .*garbage/);
    expect(report.exitStatus).toBe(4);
  });
});
