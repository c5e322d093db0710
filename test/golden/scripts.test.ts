import { join } from "node:path";
import { expect, test } from "vitest";
import type { Site } from "../../src/core/site.ts";
import { renderRound } from "../support/round-inputs.ts";
import { expectGoodShell } from "../support/shell-check.ts";

const hostile = "/storage2/fs1/lab/Active/my sweep, it's $HOME `id` \\ & (1)";

const projects: [name: string, workspace: string, site: Partial<Site>][] = [
  ["compute1", "/storage2/fs1/lab/Active/sweep", {}],
  ["compute1-hostile", hostile, { mounts: ["/storage2/fs1/lab/Active", "/scratch1/fs1/lab"] }],
  ["local", "/home/me/sweep", { name: "local", scheduler: "local" }],
  ["local-hostile", '/home/me/"it\'s" $HOME: \\', { name: "local", scheduler: "local" }],
];

test.each(projects)("the scripts for %s", async (name, workspace, site) => {
  for (const file of renderRound({ workspace, site })) {
    expectGoodShell(file.text);
    // The second array differs from the first in its number only.
    if (file.name.startsWith("array-02")) continue;
    await expect(file.text).toMatchFileSnapshot(join("expected", name, file.name));
  }
});
