import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadSite } from "../../../../src/app/site/load-site.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bsweep-site-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("finds the sites bsweep brings", () => {
  expect(loadSite("compute1", folder)).toMatchObject({ scheduler: "lsf", queue: "general" });
});

test("a site beside the study file wins", () => {
  mkdirSync(join(folder, "sites"));
  writeFileSync(join(folder, "sites", "compute1.yaml"), "scheduler: lsf\nqueue: mine\n");
  expect(loadSite("compute1", folder)).toMatchObject({ queue: "mine" });
});

test("an unknown site lists the known ones, and no name leaves the folders", () => {
  expect(() => loadSite("compute9", folder)).toThrow(
    'found site "compute9", expected one of: compute1, compute2, local, lsf, slurm',
  );
  writeFileSync(join(folder, "outside.yaml"), "scheduler: lsf\n");
  mkdirSync(join(folder, "sites"));
  expect(() => loadSite("../outside", folder)).toThrow("expected one of");
});

describe("extends", () => {
  function write(name: string, text: string): void {
    mkdirSync(join(folder, "sites"), { recursive: true });
    writeFileSync(join(folder, "sites", `${name}.yaml`), text);
  }

  test("starts from the site bsweep brings, under the same name too", () => {
    write("compute1", "extends: compute1\nuserGroup: compute-lab\nmounts: [/storage2/lab]\n");
    expect(loadSite("compute1", folder)).toMatchObject({
      name: "compute1",
      file: join(folder, "sites", "compute1.yaml"),
      lineage: ["compute1", "compute1"],
      ...{ scheduler: "lsf", container: "docker", queue: "general", required: ["userGroup"] },
      ...{ userGroup: "compute-lab", mounts: ["/storage2/lab"] },
    });
  });

  test("goes over several files, the nearest wins", () => {
    write("lab", "extends: compute2\nqueue: condo-lab\nuserGroup: a\n");
    write("mine", "extends: lab\nuserGroup: b\n");
    expect(loadSite("mine", folder)).toMatchObject({
      lineage: ["mine", "lab", "compute2"],
      ...{ container: "pyxis", queue: "condo-lab", userGroup: "b" },
    });
  });

  test("refuses a circle, and a site that is not there", () => {
    write("a", "extends: b\n");
    write("b", "extends: a\n");
    expect(() => loadSite("a", folder)).toThrow(
      `found site "a" in extends of ${join(folder, "sites", "b.yaml")}, expected one of: compute1, compute2, local`,
    );
    write("c", "extends: nowhere\n");
    expect(() => loadSite("c", folder)).toThrow('found site "nowhere" in extends of');
  });

  test("a key that does not go with the other site's is told with its line", () => {
    write("c", "extends: compute2\ncontainer: docker\n");
    expect(() => loadSite("c", folder)).toThrow("c.yaml is no valid site file");
  });
});
