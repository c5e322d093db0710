import { readFileSync, symlinkSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sha256 } from "../../src/core/identity.ts";
import { builtProgram, packageRoot } from "../../src/workspace/package.ts";
import { makeTestFolder } from "../support/folder.ts";
import { startLsf } from "../support/lsf/lsf.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { runProcess } from "../support/programs.ts";
import { exampleStudy } from "../support/study-workspace.ts";

/** The shell blocks of a section of a page, as lines. */
function shellBlocks(page: string, title: string): string[][] {
  const text = readFileSync(join(packageRoot(), page), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(title)) ?? "";
  const blocks = [...section.matchAll(/^```(\w*)\n([^]*?)^```$/gm)];
  return blocks
    .filter(([, language]) => language === "")
    .map(([, , block]) => (block ?? "").trimEnd().split("\n"));
}

/** Runs shell lines in a workspace where `bsweep` is the built program. */
async function runShell(
  folder: string,
  lines: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
) {
  const programs = join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  const program = `#!/bin/sh\nexec "${process.execPath}" "${builtProgram("main.js")}" "$@"\n`;
  writeFileSync(join(programs, "bsweep"), program, { mode: 0o755 });
  return runProcess("bash", ["-euo", "pipefail", "-c", lines.join("\n")], {
    cwd: folder,
    env: {
      PATH: [programs, environment["PATH"] ?? ""].join(delimiter),
      PWD: folder,
      LOGNAME: "YOU",
    },
  });
}

test("what the README does on this machine works", async () => {
  const folder = makeTestFolder();
  symlinkSync(join(packageRoot(), "templates"), join(folder, "templates"));
  writeKaggleCsv(join(folder, "train.csv"), { rows: 500 });
  const [block = []] = shellBlocks("README.md", "On this machine");
  const lines = block.filter((line) => /^(cp|bsweep) /.test(line));
  expect(lines).toHaveLength(block.length - 2);
  const run = await runShell(folder, lines);
  expect(run).toMatchObject({ succeeded: true });
  expect(run.stdout).toContain("2,880 planned, 4 complete, 0 failed");
});

interface Step {
  readonly command: string;
  readonly output: readonly string[];
}

/** Commands after a prompt, each with the lines shown under it. */
function readSteps(blocks: readonly (readonly string[])[]): Step[] {
  const steps = blocks.flatMap((block) => block.join("\n").split(/^\$ /m).slice(1));
  return steps.map((step) => {
    const [command = "", ...output] = step.trimEnd().split("\n");
    return { command, output: output.filter((line) => line !== "") };
  });
}

const SHOWN_WORKSPACE = "/storage2/fs1/LABNAME/Active/sweeps";

test("what the walkthrough shows for compute1 is what happens", async () => {
  const folder = makeTestFolder();
  writeKaggleCsv(join(folder, "train.csv"), { rows: 42_000 });
  const digest = "0".repeat(64);
  const cluster = `  site: compute1\n  userGroup: compute-lab\n  image: registry/name@sha256:${digest}\n`;
  const study = exampleStudy("digits-grid").text.replace("  site: local\n", cluster);
  writeFileSync(join(folder, "study.yaml"), study);
  const lsf = await startLsf({ mode: "hold" });
  onTestFinished(() => lsf.stop());
  const steps = readSteps(shellBlocks("docs/walkthrough.md", "On compute1"));
  expect(steps.length).toBeGreaterThan(6);
  for (const { command, output } of steps) {
    const { stdout, exitStatus } = await runShell(folder, [command], lsf.environment());
    // Nobody runs the elements here, so there is nothing that could be best.
    expect([command, exitStatus]).toEqual([command, command.startsWith("bsweep best") ? 6 : 0]);
    for (const line of output) {
      const shown = line
        .replaceAll(SHOWN_WORKSPACE, folder)
        // A job group's name ends with what stands for the workspace.
        .replaceAll(sha256(SHOWN_WORKSPACE).slice(0, 8), sha256(folder).slice(0, 8));
      expect(stdout).toContain(shown.replace(" (...)", ""));
    }
  }
});
