import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONTAINER_RUNTIMES } from "../../../src/core/placement.ts";
import { REQUIRABLE_KEYS, type Site } from "../../../src/core/site.ts";
import {
  formatSiteJsonSchema,
  parseSiteFile,
  SITE_DEFAULTS,
} from "../../../src/formats/site-file.ts";
import { SCHEDULERS } from "../../../src/schedulers/index.ts";
import type { JobRequest } from "../../../src/schedulers/scheduler.ts";
import { lsfJobFile } from "../../../src/schedulers/lsf/directives.ts";
import { slurmJobFile } from "../../../src/schedulers/slurm/directives.ts";
import { packagedTemplates, packageRoot } from "../../../src/workspace/package.ts";
import { tableAfter } from "../../support/doc-table.ts";
import { expectDocumented, type JsonSchema } from "../../support/documented-keys.ts";

const TEXT = readFileSync(join(packageRoot(), "docs", "site-file.md"), "utf8");

function noBase(name: string): Site {
  throw new Error(`unexpected base ${name}`);
}

test("templates/site.schema.json is the schema that sites are checked with (vitest -u writes it)", async () => {
  await expect(formatSiteJsonSchema(SCHEDULERS)).toMatchFileSnapshot(
    join(packagedTemplates(), "site.schema.json"),
  );
});

describe("docs/site-file.md", () => {
  test("names every key with its range and default, in the order of the schema", () => {
    const { properties = {} } = JSON.parse(formatSiteJsonSchema(SCHEDULERS)) as JsonSchema;
    const defaults: Readonly<Record<string, unknown>> = SITE_DEFAULTS;
    const rows = tableAfter(TEXT, "<!-- keys:");
    expectDocumented(
      rows,
      Object.entries(properties).map(([key, schema]) => [
        key,
        { ...schema, default: defaults[key] },
      ]),
    );
    expect(rows.find(([key]) => key === "required")?.[1]).toBe(
      `list of ${REQUIRABLE_KEYS.join(", ")}`,
    );
  });

  test("has a site of three lines that is one", () => {
    const example = /```yaml\n(scheduler: slurm[^]*?)```/.exec(TEXT)?.[1] ?? "";
    expect(example.trim().split("\n")).toHaveLength(3);
    expect(
      parseSiteFile(example, { name: "mine", file: "mine.yaml" }, SCHEDULERS, noBase),
    ).toMatchObject({
      scheduler: "slurm",
      queue: "batch",
      userGroup: "myaccount",
    });
  });

  test("names the options that job files hold", () => {
    const rows = tableAfter(TEXT, "<!-- options:");
    expect(rows.length).toBeGreaterThan(15);
    for (const [key = "", lsf = "", slurm = ""] of rows) {
      expectOptions(key, lsf, lsfJobFile.directives(requestFor(key)));
      if (slurm !== "refused") expectOptions(key, slurm, slurmJobFile.directives(requestFor(key)));
    }
  });

  test("says of every container what starts it", () => {
    expect(tableAfter(TEXT, "## Containers").map(([name]) => name)).toEqual([
      ...CONTAINER_RUNTIMES,
    ]);
  });

  test.each(["priority", "hosts"])("Slurm refuses cluster.%s", (key) => {
    expect(() => slurmJobFile.directives(requestFor(`cluster.${key}`))).toThrow(`cluster.${key}`);
  });
});

const PLACEMENT: Readonly<Record<string, Partial<JobRequest>>> = {
  "cluster.queue": { queue: "QUEUE" },
  "cluster.userGroup": { userGroup: "GROUP" },
  "cluster.serviceClass": { serviceClass: "CLASS" },
  "cluster.priority": { priority: 7 },
  "cluster.hosts": { hosts: ["HOST"] },
  "cluster.excludeHosts": { excludeHosts: ["HOST"] },
  "cluster.hostModel": { hostModel: "NAME" },
  "cluster.image with container: docker": { image: "IMAGE", isDocker: true },
  "resources.gpu": { gpu: { count: 1, shared: false } },
  "resources.gpu.model": { gpu: { count: 1, shared: false, model: "NAME" } },
  "resources.gpu.memory": { gpu: { count: 1, shared: false, memoryMiB: 16384 } },
  "resources.gpu.shared": { gpu: { count: 1, shared: true } },
  "resources.tmp": { tmpMiB: 10240 },
  "cluster.pool.slots": { pool: { slots: 4, walltimeSeconds: 60 } },
  "cluster.pool.slotsPerHost": { pool: { slots: 4, slotsPerHost: 2, walltimeSeconds: 60 } },
  "cluster.pool.walltime": { pool: { slots: 4, walltimeSeconds: 60 } },
};

function requestFor(key: string): JobRequest {
  return {
    jobName: "name",
    elements: 10,
    concurrencyLimit: 5,
    jobGroup: "/a/b",
    pool: null,
    cpus: 1,
    memoryMiB: 4096,
    walltimeSeconds: 1800,
    isDocker: false,
    logFolder: "/logs",
    ...PLACEMENT[key],
  };
}

/** Options of a cell: `-R "select[tmp>10GB] rusage[tmp=10GB]"` is found when -R holds both sections' contents. */
function expectOptions(key: string, cell: string, directives: readonly string[]): void {
  for (const option of cell.match(/(?<![\w-])--?[a-zA-Z][a-z-]*/g) ?? []) {
    const directive = directives.find((line) => line.split(/[ =]/)[0] === option);
    expect(directive, `${key}: ${option} in ${directives.join("; ")}`).toBeDefined();
  }
  const text = directives.join("\n");
  for (const [, conditions = ""] of cell.matchAll(/-(?:R|gpu|a) ["']([^`]*?)["'](?:,|$)/g)) {
    for (const part of conditions.split(/[[\] ]+/).filter((word) => /[=>]/.test(word))) {
      expect(text).toContain(part.replace("ptile=K", "ptile=2"));
    }
  }
}
