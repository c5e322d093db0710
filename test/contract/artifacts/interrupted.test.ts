import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ArtifactReport } from "../../../src/app/artifacts.ts";
import { randomFor } from "../../../src/core/random.ts";
import { createLayout } from "../../../src/workspace/layout.ts";
import { startBsweep, until } from "../../support/bsweep-process.ts";
import { makeScriptStudy } from "../../support/script-study.ts";

const TRIALS = 40;
const KILLS = 12;

/** Leaves two files that name the trial, in pieces with pauses, so that kills come in between. */
const SCRIPT = `
import os, sys, time
y = sys.argv[1].split("=")[1]
for name in ("a", "b"):
    with open(os.path.join(os.environ["BSWEEP_ARTIFACTS"], name), "w") as file:
        for _ in range(3):
            file.write(y + "\\n")
            file.flush()
            time.sleep(0.04)
print("acc=" + y)
`;

test(`${KILLS} kills, wherever they come: the best of all are kept whole, and nothing else`, async () => {
  const random = randomFor(1, "kills");
  const values = Array.from({ length: TRIALS }, (_, at) => ((at * 17) % TRIALS) / TRIALS);
  const own = makeScriptStudy(
    SCRIPT,
    `objective: { metric: acc, direction: maximize }
trainer: { command: [python3, script.py, "{{args}}"], metrics: { acc: acc } }
artifacts: { keep: 4 }
space: { y: ${JSON.stringify(values)} }`,
  );
  const argv = ["local", own.studyFile, `--workspace=${own.workspace}`, "--workers=3"];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const run = startBsweep(argv);
    await until(() => run.errors().includes("trials:"));
    await pause(random.nextInteger(700));
    run.kill("SIGKILL");
    expect((await run.end).signal).toBe("SIGKILL");
  }
  const end = await own.run("local");
  expect(end.exitStatus, end.stderr).toBe(0);
  const { exitStatus, stdout } = await own.run("artifacts", "--json");
  expect(exitStatus).toBe(0);
  const { kept } = JSON.parse(stdout) as ArtifactReport;
  const best = [...values].sort((a, b) => b - a).slice(0, 4);
  expect(kept.map(({ objective }) => objective.value)).toEqual(best);
  const folder = createLayout(own.workspace).artifacts("s", ".");
  for (const { trialId, objective, files } of kept) {
    expect(files.map(({ file }) => file)).toEqual(["a", "b"]);
    for (const { file } of files)
      expect(readFileSync(join(folder, trialId, file), "utf8")).toBe(
        `${objective.value}\n`.repeat(3),
      );
  }
  expect(readdirSync(folder)).toHaveLength(8);
});
