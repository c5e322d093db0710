import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSite } from "../../../src/app/site/load-site.ts";
import { BsweepError } from "../../../src/core/errors.ts";
import { SCHEDULERS, schedulerOf } from "../../../src/schedulers/index.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";
import { describeScheduler, type ForeignAnswers } from "../../support/scheduler-contract.ts";

const FOREIGN: Readonly<Record<string, ForeignAnswers>> = {
  lsf: { query: '{ "RECORDS": [{ "JOBID": "999", "JOBINDEX": "1", "STAT": "RUN" }] }' },
  slurm: {
    query: "999|1|RUNNING|0:10|N/A|n1|other|None\n",
    history: "999_1|COMPLETED|0:0|00:01:00|2026-11-27T06:54:17|n1|other\n",
  },
};

for (const scheduler of SCHEDULERS)
  describeScheduler(scheduler, packagedTemplates(), FOREIGN[scheduler.name]);

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
