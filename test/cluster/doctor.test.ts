import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DoctorReport } from "../../src/app/doctor.ts";
import { runProcess } from "../support/programs.ts";
import type { Layout } from "../../src/workspace/layout.ts";
import { builtProgram } from "../../src/workspace/package.ts";
import { startSlurm, type Slurm } from "../support/slurm/slurm.ts";
import { makeWorkspace, writeStudy } from "../support/study-workspace.ts";
import { requireHere, SLURM } from "../support/requirements.ts";

const STUDY = "objective: { metric: m, direction: minimize }\ntrainer: { command: [x] }\nspace: {}";

function write(layout: Layout, site: string, cluster: string, resources = ""): void {
  mkdirSync(join(layout.workspace, "sites"), { recursive: true });
  writeFileSync(join(layout.workspace, "sites", "mine.yaml"), `extends: slurm\n${site}\n`);
  const text = `study: s\n${STUDY}\ncluster: { site: mine, ${cluster} }\nresources: { ${resources} }\n`;
  writeStudy(layout, text);
}

describe.runIf(requireHere(SLURM))("doctor and a real Slurm", () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm({ maxArraySize: 11 });
  });
  afterAll(() => slurm.stop());

  async function examine(layout: Layout): Promise<(name: string) => string> {
    const words = [builtProgram("main.js"), "doctor", "study.yaml", "--json"];
    const { exitStatus, stdout } = await runProcess(process.execPath, words, {
      cwd: layout.workspace,
      env: slurm.environment,
    });
    // 4: something fails, which is told.
    expect([0, 4]).toContain(exitStatus);
    const { checks } = JSON.parse(stdout) as DoctorReport;
    return (name) => {
      const check = checks.find((each) => each.name.startsWith(name));
      return check === undefined ? "" : `${check.state} ${check.found}`;
    };
  }

  test("finds what fits", async () => {
    const layout = makeWorkspace();
    write(layout, "maxArraySize: 10", "queue: general-cpu, userGroup: lab");
    const told = await examine(layout);
    expect(told("slurm commands")).toBe("ok on PATH");
    expect(told("Slurm")).toBe("ok the controller answers");
    expect(told("array size")).toBe("ok arrays of 10, Slurm takes 10 (MaxArraySize 11)");
    expect(told("partition general-cpu")).toBe("ok is up");
    // No accounting daemon runs here.
    expect(told("account lab")).toMatch(/^skipped sacctmgr does not tell/);
  });

  test("finds what Slurm would refuse", async () => {
    const layout = makeWorkspace();
    write(
      layout,
      "container: pyxis\nimage: /no/such.sqsh",
      "queue: 'general-short,nope'",
      "gpu: {}, walltime: 31m",
    );
    const told = await examine(layout);
    expect(told("array size")).toBe("fail arrays of 1000, Slurm takes 10 (MaxArraySize 11)");
    expect(told("partition general-short")).toBe("fail jobs of at most 30m 00s");
    expect(told("partition nope")).toBe("fail is not there");
    expect(told("container runtime")).toBe(
      "fail srun knows no --container-image: pyxis is not here",
    );
    expect(told("image /no/such.sqsh")).toBe("fail no such file");
    write(layout, "", "queue: general-cpu", "gpu: {}");
    expect((await examine(layout))("partition general-cpu")).toBe("fail has no GPUs");
  });

  test("finds that the controller is down", async () => {
    await slurm.stopController();
    const layout = makeWorkspace();
    write(layout, "", "queue: general-cpu");
    expect((await examine(layout))("Slurm")).toMatch(/^fail scontrol ping: .* is DOWN/);
    await slurm.startController();
  });
});
