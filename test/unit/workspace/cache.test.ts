import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../src/workspace/cache.ts";
import { logicalCwd } from "../../../src/workspace/layout.ts";
import { packageRoot } from "../../../src/workspace/package.ts";

test.each([
  ["its own variable first", { BSWEEP_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/home/me", "/a"],
  ["then the shared one", { XDG_CACHE_HOME: "/b" }, "/home/me", "/b/bsweep"],
  ["then the home", {}, "/home/me", "/home/me/.cache/bsweep"],
  [
    "empty variables count as unset",
    { BSWEEP_CACHE: "", XDG_CACHE_HOME: "" },
    "/h",
    "/h/.cache/bsweep",
  ],
  ["a relative XDG path is ignored", { XDG_CACHE_HOME: "cache" }, "/h", "/h/.cache/bsweep"],
])("cache folder: %s", (_, environment, home, expected) => {
  expect(cacheFolder(environment, home)).toBe(expected);
});

test("without a home the cache lies beside the packages, as usual for a user id in a container", () => {
  // `null` stands for "no home": undefined would ask this machine.
  expect(cacheFolder({}, "")).toBe(join(packageRoot(), "node_modules", ".cache", "bsweep"));
});

test("a relative path is taken from where the user stands", () => {
  expect(cacheFolder({ BSWEEP_CACHE: "here" }, "/h")).toBe(join(logicalCwd(), "here"));
});
