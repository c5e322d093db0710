import { test } from "vitest";
import { requestCluster } from "../../src/app/site/cluster-request.ts";
import { renderPreparation } from "../../src/app/prepare/job-scripts.ts";
import { createTemplateEngine } from "../../src/rendering/engine.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { packagedTemplates } from "../../src/workspace/package.ts";
import { expectGoldenFolders, expectGoldens } from "../support/goldens.ts";
import { requireHere } from "../support/requirements.ts";
import { makeSite } from "../support/round-inputs.ts";
import { expectGoodShell, expectParsed } from "../support/shell-check.ts";

const workspace = "/storage2/fs1/lab/Active/it's $HOME";
const mounted = { mounts: ["/storage2/fs1/lab/Active"] };

const sites = {
  "prepare-compute1": makeSite(mounted),
  "prepare-slurm": makeSite({ ...mounted, scheduler: "slurm", container: "apptainer" }),
} as const;
const names = ["prepare-compute1", "prepare-slurm"] as const;

function render(name: keyof typeof sites) {
  const site = sites[name];
  const cluster = {
    site: site.name,
    concurrencyLimit: 8,
    userGroup: "compute-lab",
    ...(site.container === "none" ? {} : { image: "lab/x:1" }),
  };
  return renderPreparation(
    {
      ...{ site, name: "digits-0a1b2c3d", nonce: "00c0ffee", bsweepVersion: "0.1.0" },
      cluster: requestCluster(
        { name: "prepare", file: "", cluster },
        site,
        createLayout(workspace),
        "h.schroeder",
      ),
      layout: createLayout(workspace),
      resources: { cpus: 1, memoryMiB: 2048, walltimeSeconds: 3600 },
      source: { kind: "csv", csv: `${workspace}/a "b".csv` },
      ...{ to: `${workspace}/data/digits`, classes: 10, shards: 16, force: false },
      concurrencyLimit: 8,
      progressCommand: "bsweep prepare --csv=x.csv",
    },
    createTemplateEngine([packagedTemplates()]),
  );
}

test.each(names)("the scripts that pack a data set, %s", async (name) => {
  const files = render(name);
  for (const { text } of files) expectParsed(text);
  await expectGoldens(name, new Map(files.map((file) => [file.name, file.text])));
});

test.runIf(requireHere(["shellcheck"])).each(names)("shellcheck and the scripts of %s", (name) => {
  for (const { text } of render(name)) expectGoodShell(text);
});

test("there is no golden of another preparation", () => {
  expectGoldenFolders(/^prepare-/, names);
});
