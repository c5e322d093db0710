import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BsweepError } from "../../../src/core/errors.ts";
import { parseSiteFile } from "../../../src/formats/site-file.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";

function issuesOf(text: string): string[] {
  try {
    parseSiteFile(text, "x", "sites/x.yaml");
  } catch (error) {
    if (!(error instanceof BsweepError)) throw error;
    expect(error.code).toBe("INVALID_SITE");
    return error.issues.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
  return [];
}

describe("parseSiteFile", () => {
  test("fills in the defaults", () => {
    expect(parseSiteFile("scheduler: lsf\n", "x", "sites/x.yaml")).toEqual({
      name: "x",
      file: "sites/x.yaml",
      scheduler: "lsf",
      maxArraySize: 1000,
      mounts: [],
      containerPath: "/usr/local/bin:/usr/bin:/bin",
      bsweep: "bsweep",
      resultGraceSeconds: 900,
    });
  });

  test("reads every site bsweep brings", () => {
    const folder = join(packagedTemplates(), "sites");
    const names = readdirSync(folder);
    expect(names).toEqual(["compute1.yaml", "local.yaml"]);
    for (const name of names) {
      expect(parseSiteFile(readFileSync(join(folder, name), "utf8"), name, name).maxArraySize).toBe(
        1000,
      );
    }
  });

  test("tells every issue at once, with its line", () => {
    const text = [
      "scheduler: slurm",
      "queu: general",
      "maxArraySize: 1001",
      'mounts: ["relative", "/a b", "/a:b", "/a,b", "/fine"]',
      "image: 'x y'",
      'containerPath: "/bin\\nevil"',
    ].join("\n");
    expect(issuesOf(text)).toEqual([
      '1 scheduler: found "slurm", expected lsf | local',
      "2 : unknown key `queu`; did you mean `queue`?",
      "3 maxArraySize: found 1001, expected at most 1000",
      ...["relative", "/a b", "/a:b", "/a,b"].map(
        (mount, index) =>
          `4 mounts[${index}]: found "${mount}", expected an absolute path without \`:\`, \`,\` or blanks, which Docker's list of volumes cannot carry`,
      ),
      '5 image: found "x y", expected a Docker image reference',
      '6 containerPath: found "/bin\\nevil", expected one line of text',
    ]);
  });

  test("refuses what is no YAML, a key twice, and a list", () => {
    expect(issuesOf("scheduler: [")[0]).toMatch(/^1 : /);
    expect(issuesOf("scheduler: lsf\nscheduler: lsf\n")[0]).toMatch(/^2 : Map keys must be unique/);
    expect(issuesOf("- lsf\n")).toEqual(['1 : found ["lsf"], expected a mapping']);
    expect(issuesOf("")).toEqual(["undefined : found null, expected a mapping"]);
  });
});
