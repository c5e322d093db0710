import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSite } from "../../../src/app/site/load-site.ts";
import { BsweepError } from "../../../src/core/errors.ts";
import { SCHEDULERS, schedulerOf } from "../../../src/schedulers/index.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";
import { describeScheduler } from "../../support/scheduler-contract.ts";

for (const scheduler of SCHEDULERS) describeScheduler(scheduler, packagedTemplates());

const NAMES = SCHEDULERS.map(({ name }) => name);

test.each(NAMES)("bsweep brings a plain site of %s", (name) => {
  const site = loadSite(name, join(packagedTemplates(), "nowhere"));
  expect(site).toMatchObject({ scheduler: name, container: "none" });
});

test("a name that is none is told, with those that are", () => {
  const find = (): unknown => schedulerOf({ scheduler: "pbs" });
  expect(find).toThrow(BsweepError);
  expect(find).toThrow(`found scheduler "pbs", expected one of ${NAMES.join(", ")}`);
});
