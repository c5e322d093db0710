import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import type { Site } from "../../../src/core/site.ts";
import { parseSiteFile } from "../../../src/formats/site-file.ts";
import { SCHEDULERS } from "../../../src/schedulers/index.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";

function noBase(name: string): Site {
  throw new Error(`unexpected base ${name}`);
}

const NAMES = SCHEDULERS.map(({ name }) => name).join(", ");

const parse = (text: string): Site =>
  parseSiteFile(text, { name: "x", file: "sites/x.yaml" }, SCHEDULERS, noBase);

function issuesOf(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    expect(error.code).toBe("INVALID_SITE");
    return error.issues.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
  return [];
}

describe("parseSiteFile", () => {
  test("fills in the defaults", () => {
    expect(parse("scheduler: lsf\n")).toEqual({
      name: "x",
      file: "sites/x.yaml",
      lineage: ["x"],
      scheduler: "lsf",
      container: "none",
      maxArraySize: 1000,
      required: [],
      mounts: [],
      containerPath: "/usr/local/bin:/usr/bin:/bin",
      bsweep: "bsweep",
      resultGraceSeconds: 900,
      jobSetup: [],
    });
  });

  test("reads every site bsweep brings", () => {
    const folder = join(packagedTemplates(), "sites");
    const names = readdirSync(folder);
    expect(names).toEqual(
      expect.arrayContaining(["compute1.yaml", "compute2.yaml", "lsf.yaml", "slurm.yaml"]),
    );
    for (const name of names) {
      const text = readFileSync(join(folder, name), "utf8");
      expect(parse(text).maxArraySize).toBe(1000);
      expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/site\.schema\.json\n/);
    }
  });

  test("tells every issue at once, with its line", () => {
    const text = [
      "scheduler: pbs",
      "queu: general",
      "maxArraySize: 1001",
      'mounts: ["relative", "/a b", "/a:b", "/a,b", "/fine"]',
      "image: 'x y'",
      'containerPath: "/bin\\nevil"',
    ].join("\n");
    expect(issuesOf(text)).toEqual([
      `1 scheduler: found "pbs", expected one of ${NAMES}`,
      "2 : unknown key `queu`; did you mean `queue`?",
      "3 maxArraySize: found 1001, expected an integer 1 .. 1000",
      ...["relative", "/a b", "/a:b", "/a,b"].map(
        (mount, index) =>
          `4 mounts[${index}]: found "${mount}", expected an absolute path without \`:\`, \`,\` or blanks, which Docker's list of volumes cannot carry`,
      ),
      '5 image: found "x y", expected a container image: a reference, or a path',
      '6 containerPath: found "/bin\\nevil", expected one line of text',
    ]);
  });

  test("refuses what is no YAML, a key twice, and a list", () => {
    expect(issuesOf("scheduler: [")[0]).toMatch(/^1 : /);
    expect(issuesOf("scheduler: lsf\nscheduler: lsf\n")[0]).toMatch(/^2 : Map keys must be unique/);
    expect(issuesOf("- lsf\n")).toEqual(['1 : found ["lsf"], expected a mapping (`key: value`)']);
    expect(issuesOf("")).toEqual(["undefined : found null, expected a mapping (`key: value`)"]);
  });

  test("asks for a scheduler, and for a container that it has", () => {
    expect(issuesOf("queue: x\n")).toEqual([
      `1 scheduler: found nothing, expected one of ${NAMES}; or \`extends\`, the site to start from`,
    ]);
    expect(issuesOf("scheduler: slurm\n\ncontainer: docker\n")).toEqual([
      "3 container: found docker, which nothing starts on slurm; expected one of pyxis, apptainer, charliecloud, none",
    ]);
    expect(issuesOf("scheduler: lsf\ncontainer: pyxis\n")).toEqual([
      "2 container: found pyxis, which nothing starts on lsf; expected one of docker, apptainer, charliecloud, none",
    ]);
    expect(issuesOf("container: docker\nscheduler: slurm\n")).toHaveLength(1);
  });
});
