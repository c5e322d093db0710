import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LocalSummary } from "../../../src/app/local.ts";
import { runProcess } from "../../support/programs.ts";
import { Warnings } from "../../../src/formats/warnings.ts";
import { readEventFiles } from "../../../src/runner/event-files.ts";
import { makeTestFolder } from "../../support/folder.ts";
import { findPython, SCRIPT_PYTHON } from "../../support/python/environment.ts";
import { requireHere } from "../../support/requirements.ts";
import { makeScriptStudy } from "../../support/script-study.ts";

const python = findPython(SCRIPT_PYTHON) ?? "";
const isHere = requireHere(["Python's TensorBoard"]);

/** As of PyTorch: plain values, among an image that takes more than a record of scalars may. */
const TORCH = `
import sys, numpy
from tensorboardX import SummaryWriter
rate = float(sys.argv[1].split("=")[1])
with SummaryWriter() as writer:
    writer.add_text("about", "a text")
    for step in range(4):
        writer.add_scalar("val/acc", rate + step / 10, step)
        writer.add_image("seen", numpy.random.default_rng(0).integers(0, 255, (3, 800, 800), "uint8"), step)
        writer.add_histogram("weights", numpy.arange(50), step)
    writer.add_scalar("loss", float("nan"), 4)
`;

/** As of TensorFlow 2: tensors, in a folder for each part of the data. */
const KERAS = `
import sys
from tensorboard.summary import Writer
for part, more in [("train", 0.1), ("validation", 0)]:
    writer = Writer(f"{sys.argv[2]}/logs/{part}")
    for epoch in range(3):
        writer.add_scalar("epoch_accuracy", epoch / 4 + more, epoch)
    writer.close()
`;

test.runIf(isHere)("a script that writes for TensorBoard is swept as it is", async () => {
  const study = makeScriptStudy(
    TORCH,
    `objective: { metric: val/acc, direction: maximize }
trainer: { command: [${JSON.stringify(python)}, script.py, "{{args}}"], metricsFile: runs }
space: { rate: [0.25, 0.5] }`,
  );
  const { stdout } = await study.run("local", "--json");
  expect(JSON.parse(stdout) as LocalSummary).toMatchObject({ done: 2, failed: 0 });
  expect(readdirSync(study.workspace)).not.toContain("runs");
  for (const { params, history, objective, warnings } of study.results().values()) {
    const told = [0, 0.1, 0.2, 0.3].map((more) => Math.fround(Number(params["rate"]) + more));
    expect(history.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
    expect(history.slice(0, 4).map(({ metrics }) => Math.fround(metrics["val/acc"] ?? 0))).toEqual(
      told,
    );
    expect(objective).toBe(Number(params["rate"]) + 0.3);
    expect(warnings.join()).toMatch(/not finite, so left out: .*loss/);
  }
});

test.runIf(isHere)("parts that write alike are told apart by their folders", async () => {
  const study = makeScriptStudy(
    KERAS,
    `objective: { metric: validation/epoch_accuracy, direction: maximize, of: best }
trainer: { command: [${JSON.stringify(python)}, script.py, "{{args}}", "{{scratch}}"], metricsFile: "{{scratch}}/logs" }
space: { x: [1] }`,
  );
  await study.run("local");
  expect(study.results().get(1)).toMatchObject({
    ...{ objective: 0.5, warnings: [] },
    metrics: { "train/epoch_accuracy": 0.6, "validation/epoch_accuracy": 0.5 },
    history: [
      { step: 0, metrics: { "train/epoch_accuracy": 0.1, "validation/epoch_accuracy": 0 } },
      { step: 1, metrics: { "train/epoch_accuracy": 0.35, "validation/epoch_accuracy": 0.25 } },
      { step: 2, metrics: { "train/epoch_accuracy": 0.6, "validation/epoch_accuracy": 0.5 } },
    ],
  });
});

describe.runIf(isHere)("files that are damaged, or none", () => {
  async function read(path: string) {
    const warnings = new Warnings();
    const { metrics, history } = await readEventFiles(path, warnings);
    return { last: metrics["epoch_accuracy"], steps: history.length, warnings: warnings.list() };
  }

  /** A folder with an event file. */
  async function writeFiles() {
    const folder = makeTestFolder();
    const script = join(folder, "script.py");
    writeFileSync(script, KERAS);
    await runProcess(python, [script, "", folder]);
    const logs = join(folder, "logs/train");
    return { folder, logs, file: join(logs, readdirSync(logs)[0] ?? "") };
  }

  test("of a file that was cut anywhere, all whole records count", async () => {
    const { file } = await writeFiles();
    const bytes = readFileSync(file);
    const found = new Set<number>();
    for (let length = bytes.length; length >= 0; length--) {
      truncateSync(file, length);
      const { steps, warnings } = await read(file);
      found.add(steps);
      expect(warnings.length).toBeLessThan(2);
      if (warnings.length === 1) expect(warnings[0]).toMatch(/no whole record.*byte \d+/);
    }
    expect([...found]).toEqual([3, 2, 1, 0]);
  });

  test("where a byte is another one, what stands before it counts, and a later file does", async () => {
    const { file, logs } = await writeFiles();
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      writeFileSync(file, flipped);
      expect((await read(file)).warnings).toEqual([
        expect.stringContaining("no whole record, so the rest is left out"),
      ]);
    }
    writeFileSync(join(logs, "z.tfevents"), bytes);
    expect(await read(logs)).toMatchObject({ last: 0.6, steps: 3 });
  });

  test("what is no event file is told, and links are not followed", async () => {
    const { folder, logs, file } = await writeFiles();
    writeFileSync(file, "\0".repeat(5000));
    expect(await read(file)).toMatchObject({ last: undefined, steps: 0 });
    appendFileSync(file, "x".repeat(5_000_000));
    expect((await read(file)).warnings).toHaveLength(1);
    symlinkSync(logs, join(folder, "link"));
    await expect(read(join(folder, "link"))).rejects.toThrow("is no folder of TensorBoard's event");
    mkdirSync(join(folder, "around"));
    symlinkSync(join(folder, "around"), join(folder, "around/again"));
    symlinkSync(file, join(folder, "around/a.tfevents.1"));
    await expect(read(join(folder, "around"))).rejects.toThrow("holds no event file");
    linkSync(file, join(folder, "around/plain.txt"));
    await expect(read(join(folder, "around/plain.txt"))).rejects.toThrow("is no folder");
    await expect(read(join(folder, "none"))).rejects.toThrow("ENOENT");
  });
});
