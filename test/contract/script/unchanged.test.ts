import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { LocalSummary } from "../../../src/app/local.ts";
import { packagedTemplates } from "../../../src/workspace/package.ts";
import { runBsweep } from "../../support/bsweep-process.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { findPython, SCRIPT_PYTHON } from "../../support/python/environment.ts";
import { requireHere } from "../../support/requirements.ts";
import { makeScriptStudy } from "../../support/script-study.ts";

const OBJECTIVE = "objective: { metric: accuracy, direction: maximize }";

/** Has a mind of its own about which options go together. */
const ARGPARSE = `
import argparse, json, sys
parser = argparse.ArgumentParser()
parser.add_argument("--learning_rate", type=float, required=True)
parser.add_argument("--net")
parser.add_argument("--momentum", type=float)
parser.add_argument("--warm", action=argparse.BooleanOptionalAction)
options = parser.parse_args()
print(json.dumps(vars(options)))
print(f"val_acc = {1 - options.learning_rate}", file=sys.stderr)
`;

const SPACE = `
space:
  learning_rate: [0.25]
  net: ["res $(net) 'x'"]
  warm: [true, false]
  momentum: { values: [0.5], when: { warm: true } }
`;

test("a script of argparse is swept as it is, and parameters that a trial does not have are left out", async () => {
  const study = makeScriptStudy(
    ARGPARSE,
    `${OBJECTIVE}
trainer:
  command: [python3, script.py, "{{args}}"]
  argsStyle: { booleans: noFlag, separator: space }
  metrics: { accuracy: val_acc }
${SPACE}`,
  );
  const end = await study.run("local", "--json");
  expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 2, failed: 0 });
  const log = (place: number): string =>
    readFileSync(
      join(study.workspace, "jobs", "s", "round-001", "logs", "array-01", `${place}.log`),
      "utf8",
    );
  const net = "res $(net) 'x'";
  expect(log(1)).toContain(
    JSON.stringify({ learning_rate: 0.25, net, momentum: 0.5, warm: true }, null, 1)
      .replaceAll(/\n */g, " ")
      .replace("{ ", "{")
      .replace(" }", "}"),
  );
  expect(log(2)).toContain('"momentum": null, "warm": false');
  expect(study.results().get(1)).toMatchObject({
    ...{ state: "complete", objective: 0.75, metrics: { accuracy: 0.75 } },
    history: [{ step: 1, metrics: { accuracy: 0.75 } }],
  });
});

const CLICK = `
import click
@click.command()
@click.option("--learning-rate", type=float, required=True)
@click.option("--net", required=True)
@click.option("--momentum", type=float)
@click.option("--warm/--no-warm", required=True)
def main(learning_rate, net, momentum, warm):
    assert (momentum is None) != warm and net.startswith("res $")
    click.echo(f"accuracy: {1 - learning_rate}")
main()
`;

const ABSL = `
from absl import app, flags, logging
flags.DEFINE_float("learning_rate", None, "", required=True)
flags.DEFINE_string("net", None, "")
flags.DEFINE_float("momentum", None, "")
flags.DEFINE_boolean("warm", None, "")
def main(_):
    found = flags.FLAGS
    assert (found.momentum is None) != found.warm and found.net.startswith("res $")
    logging.info("accuracy = %f", 1 - found.learning_rate)
app.run(main)
`;

const HYDRA = `
import hydra, logging
from omegaconf import OmegaConf
from hydra.core.config_store import ConfigStore
ConfigStore.instance().store("config", {"learning_rate": 1.0, "net": "", "momentum": None, "warm": None})
@hydra.main(version_base=None, config_name="config")
def main(found):
    assert (found.momentum is None) != found.warm and found.net == "resnet"
    logging.getLogger(__name__).info(f"accuracy: {1 - found.learning_rate}")
main()
`;

test.runIf(requireHere(["Python's click, absl and Hydra"])).each([
  ["click", CLICK, "names: kebab, booleans: noFlag", ""],
  ["absl", ABSL, "separator: equals", ""],
  ["Hydra", HYDRA, 'prefix: ""', ', "hydra.run.dir={{scratch}}"'],
])("a script of %s is", async (name, script, style, more) => {
  const python = findPython(SCRIPT_PYTHON) ?? "";
  const study = makeScriptStudy(
    script,
    `${OBJECTIVE}
trainer:
  command: [${JSON.stringify(python)}, script.py, "{{args}}"${more}]
  argsStyle: { ${style} }
  metrics: { accuracy: accuracy }
${name === "Hydra" ? SPACE.replace("res $(net) 'x'", "resnet") : SPACE}`,
  );
  const end = await study.run("local", "--json");
  expect(JSON.parse(end.stdout) as LocalSummary).toMatchObject({ done: 2, failed: 0 });
  expect([...study.results().values()].map(({ objective }) => objective)).toEqual([0.75, 0.75]);
});

test("the example of a script runs, and its best is written down to be pasted", async () => {
  const workspace = makeTestFolder();
  cpSync(join(packagedTemplates(), "trainers", "script"), workspace, { recursive: true });
  const study = join(workspace, "study.yaml");
  const end = await runBsweep(["local", study, `--workspace=${workspace}`, "--json"]);
  const summary = JSON.parse(end.stdout) as LocalSummary;
  expect(summary).toMatchObject({ done: 12, failed: 0 });
  expect(summary.best?.objective).toBeGreaterThan(0.9);
  const best = await runBsweep(["best", study, `--workspace=${workspace}`]);
  expect(best.stdout).toContain("# accuracy.max: 0.9");
  expect(best.stdout).toContain("  metrics:\n    epoch: epoch\n    accuracy: val_acc\n");
});
