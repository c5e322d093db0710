import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateRound } from "../../src/app/generate.ts";
import type { Round } from "../../src/formats/round-file.ts";
import { createLayout } from "../../src/workspace/layout.ts";
import { makeTestFolder } from "../support/folder.ts";
import { copyImage, findMinimalImage, runIn, showIn } from "../support/minimal-image.ts";
import { recordEffects } from "../support/prepare.ts";
import { requireHere } from "../support/requirements.ts";
import { readResults } from "../support/rounds.ts";
import { expectGoodShell, expectParsed } from "../support/shell-check.ts";

const STUDY = `
study: s
objective: { metric: score, direction: maximize }
trainer:
  command: [sh, -c, 'echo "libraries: \${LD_LIBRARY_PATH-none}"; echo "{\\"metrics\\":{\\"score\\":$1}}" > "$BSWEEP_RESULT"', sh, "{{x}}"]
space: { x: [1, 2] }
cluster: { site: compute1, userGroup: compute-lab, image: registry/image@sha256:0 }
resources: { memory: 512MB, walltime: 5m }
`;

async function makeStudy() {
  const layout = createLayout(makeTestFolder());
  const studyFile = join(layout.workspace, "study.yaml");
  writeFileSync(studyFile, STUDY);
  const generate = () => generateRound({ studyFile, layout, overwrite: false }, recordEffects());
  await generate();
  const folder = layout.round("s", 1);
  const staged = readdirSync(join(layout.workspace, "jobs", ".runner"));
  return { layout, studyFile, folder, staged, generate };
}

test.runIf(requireHere(["shellcheck"]))("shellcheck and an array's script", async () => {
  const { folder } = await makeStudy();
  expectGoodShell(readFileSync(join(folder, "array-01.bsub"), "utf8"));
});

test("Node and the runner lie in the workspace once, however many rounds there are", async () => {
  const { layout, studyFile, folder, staged, generate } = await makeStudy();
  expect(staged).toHaveLength(1);
  const round = JSON.parse(readFileSync(join(folder, "round.json"), "utf8")) as Round;
  const node = `node ${process.version} linux-${process.arch}`;
  expect(round.inputs[node]).toMatch(/^[0-9a-f]{64}$/);
  expect(round.inputs["staged runner"]).toBe(staged[0]);
  const script = readFileSync(join(folder, "array-01.bsub"), "utf8");
  expect(script).toContain(`jobs/.runner/${staged[0] ?? ""}`);
  expectParsed(script);
  writeFileSync(studyFile, STUDY.replace("[1, 2]", "[1, 2, 3]"));
  await generate();
  expect(readdirSync(layout.studyJobs("s"))).toHaveLength(2);
  expect(readdirSync(join(layout.workspace, "jobs", ".runner"))).toEqual(staged);
});

const inImages = test.runIf(requireHere(["a minimal Debian"]));
inImages("an element runs in an image without Node; without the C++ library too", async () => {
  const found = findMinimalImage();
  if ("missing" in found) throw new Error(found.missing);
  const image = copyImage(found.root);
  expect(runIn(image, ["sh", "-c", "command -v node bsweep"]).status).not.toBe(0);
  const { layout, folder, staged } = await makeStudy();
  const shown = showIn(image, layout.workspace);
  const run = (index: number) =>
    // What it says comes here, not into the element's log.
    runIn(image, ["bash", join(folder, "array-01.bsub")], {
      LSB_JOBINDEX: String(index),
      BSWEEP_LOG: "stdout",
    });
  const results = () => readResults(join(shown, "results", "s", "round-001", "array-01"));
  const first = run(1);
  expect(first).toMatchObject({ status: 0, stderr: "" });
  expect(first.stdout).toContain("libraries: none");
  expect(results().get(1)).toMatchObject({ state: "complete", objective: 1 });

  const libraries = join(image, "usr/lib/x86_64-linux-gnu");
  for (const name of readdirSync(libraries).filter((name) => name.startsWith("libstdc++")))
    rmSync(join(libraries, name));
  const second = run(2);
  expect(second).toMatchObject({ status: 0, stderr: "" });
  expect(second.stdout).toContain("libraries: none");
  expect(results().get(2)).toMatchObject({ state: "complete", objective: 2 });

  // As in an image with another C library, such as musl: there is no such loader.
  rmSync(join(shown, "jobs", ".runner", staged[0] ?? "", "node"));
  writeFileSync(
    join(shown, "jobs", ".runner", staged[0] ?? "", "node"),
    "#!/lib64/ld-linux-of-another-library.so\n",
    { mode: 0o755 },
  );
  const third = run(1);
  expect(third.status).toBe(4);
  expect(third.stderr).toMatch(/^error: the Node in .* does not run in this image \(x86_64, ldd /);
  expect(third.stderr).toContain("hint: it needs glibc, 2.28 or later");
});
