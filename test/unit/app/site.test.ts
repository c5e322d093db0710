import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSite } from "../../../src/app/site.ts";

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
