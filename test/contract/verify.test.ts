import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Verification } from "../../src/app/verify/verify.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";

/** Adds what stands in the file `shift`, if there is one, to a value that its parameters decide. */
const TRAIN = `
shift=$(cat shift 2>/dev/null || echo 0)
value=$(awk "BEGIN { print $1 * 10 + $BSWEEP_SEED % 7 / 10 + $shift }")
printf '{"metrics":{"v":%s,"w":1}}' "$value" > "$BSWEEP_RESULT"`;

/** A study whose nine trials have run, and its archive. */
async function makeArchive(more = "") {
  const workspace = makeTestFolder();
  const studyFile = join(workspace, "study.yaml");
  writeFileSync(join(workspace, "train.sh"), TRAIN);
  writeFileSync(
    studyFile,
    `
study: again
objective: { metric: v, direction: maximize }
trainer: { command: [sh, train.sh, "{{x}}"] }
space: { x: [1, 2, 3, 4, 5, 6, 7, 8, 9] }
resources: { cpus: 1, memory: 500MB, walltime: 10m }
cluster: { site: local }
${more}`,
  );
  const run = (...words: string[]) => runBsweep([...words, `--workspace=${workspace}`]);
  expect(await run("local", studyFile)).toMatchObject({ exitStatus: 0 });
  const archive = join(workspace, "handed on");
  expect(await run("archive", studyFile, "--output", archive)).toMatchObject({ exitStatus: 0 });
  const verify = async (...words: string[]) => {
    const end = await run("verify", archive, "--json", ...words);
    return { ...end, found: JSON.parse(end.stdout || "{}") as Partial<Verification> };
  };
  return { workspace, archive, run, verify };
}

const verdictsOf = ({ trials = [] }: Partial<Verification>) => [
  ...new Set(trials.map(({ verdict }) => verdict)),
];

test("what runs again to the same is told, the best among it; nothing is written into the archive or left", async () => {
  const { workspace, archive, run, verify } = await makeArchive();
  rmSync(join(workspace, "results"), { recursive: true });
  rmSync(join(workspace, "jobs"), { recursive: true });
  const sums = readFileSync(join(archive, "SHA256SUMS"), "utf8");
  const temporary = makeTestFolder();
  const { exitStatus, found } = await verify("--sample=4");
  expect(exitStatus).toBe(0);
  expect(found).toMatchObject({ study: "again", complete: 9, interrupted: false });
  expect(found.files).toBe(sums.trimEnd().split("\n").length);
  expect(found.trials).toHaveLength(4);
  expect(verdictsOf(found)).toEqual(["identical"]);
  expect(found.trials?.map(({ number }) => number)).toContain(9);
  const again = await runBsweep(["verify", archive, "--sample=99", `--workspace=${workspace}`], {
    env: { TMPDIR: temporary },
  });
  expect(again).toMatchObject({ exitStatus: 0 });
  expect(again.stdout).toContain("9 of 9 complete trials run again here");
  expect(again.stdout).toContain("9 identical bit for bit");
  expect(readFileSync(join(archive, "SHA256SUMS"), "utf8")).toBe(sums);
  expect((await run("history", "--json")).exitStatus).toBe(0);
});

test("without replicates nothing tells how much of a difference is noise", async () => {
  const { workspace, verify } = await makeArchive();
  writeFileSync(join(workspace, "shift"), "0.05");
  const { exitStatus, found, stderr } = await verify("--sample=3");
  expect(exitStatus).toBe(6);
  expect(stderr).toContain("3 trials did not come out as archived");
  expect(verdictsOf(found)).toEqual(["unknown"]);
});

test("replicates tell noise from a difference", async () => {
  const { workspace, verify } = await makeArchive("replicates: 3");
  writeFileSync(join(workspace, "shift"), "0.05");
  expect(await verify("--sample=3")).toMatchObject({ exitStatus: 0 });
  expect(verdictsOf((await verify("--sample=3")).found)).toEqual(["within-noise"]);
  writeFileSync(join(workspace, "shift"), "5");
  const { exitStatus, found } = await verify("--sample=3");
  expect(exitStatus).toBe(6);
  expect(verdictsOf(found)).toEqual(["different"]);
});

test("a trainer that is not here, or fails here, is told", async () => {
  const { workspace, archive, verify } = await makeArchive();
  rmSync(join(workspace, "train.sh"));
  const { exitStatus, found } = await verify("--sample=1");
  expect(exitStatus).toBe(6);
  expect(verdictsOf(found)).toEqual(["failed"]);
  expect(found.trials?.[0]?.failure).toContain("train.sh");
  const elsewhere = makeTestFolder();
  const end = await runBsweep(["verify", archive, "--sample=1", `--workspace=${elsewhere}`]);
  expect(end).toMatchObject({ exitStatus: 6 });
});

test("an archive that is not what was archived is not run", async () => {
  const { archive, verify } = await makeArchive();
  appendFileSync(join(archive, "study.yaml"), "# changed\n");
  const { exitStatus, stderr } = await verify();
  expect(exitStatus).toBe(5);
  expect(stderr).toContain("is not what was archived");
  expect(stderr).toMatch(/SHA256SUMS:\d+: study\.yaml: found SHA-256 [0-9a-f]{64}, expected/);
  writeFileSync(join(archive, "SHA256SUMS"), `${"0".repeat(64)}  ../../etc/passwd\n`);
  expect((await verify()).stderr).toContain("expected a digest and a file");
  rmSync(join(archive, "SHA256SUMS"));
  mkdirSync(join(archive, "SHA256SUMS"));
  expect(await verify()).toMatchObject({ exitStatus: 5 });
});
