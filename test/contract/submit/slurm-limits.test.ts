import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { generateRound } from "../../../src/app/generate.ts";
import { until } from "../../support/bsweep-process.ts";
import { recordEffects } from "../../support/prepare.ts";
import { spawnSync } from "../../support/programs.ts";
import { ScriptedSlurm } from "../../support/slurm/scripted.ts";
import { GOOD, makeSubmittableRound, SOON } from "../../support/submitted-round.ts";

let slurm: ScriptedSlurm;
beforeEach(() => {
  slurm = new ScriptedSlurm();
});

const make = (trials = 4, maxArraySize = 2) =>
  makeSubmittableRound(slurm, {
    scheduler: "slurm",
    maxArraySize,
    trials: Array.from({ length: trials }, () => GOOD),
  });

const POLICY =
  "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";
const BUSY = "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying.";
const STILL_BUSY = "sbatch: error: Batch job submission failed: Resource temporarily unavailable";

describe("a Slurm that is full", () => {
  test.each([
    ["AssocGrpSubmitJobsLimit (the jobs of all who share", ["AssocGrpSubmitJobsLimit"]],
    ["QOSGrpSubmitJobsLimit (the jobs of all who share", ["QOSGrpSubmitJobsLimit"]],
    ["MaxSubmitJobsPerAccount (the jobs of all who share", ["MaxSubmitJobsPerAccount"]],
    ["QOSMaxSubmitJobPerUserLimit (your own jobs)", ["QOSMaxSubmitJobPerUserLimit"]],
    ["AssocMaxSubmitJobLimit (your own jobs)", ["AssocMaxSubmitJobLimit"]],
  ])("%s: the rest waits, and the limit is named", async (named, [word = ""]) => {
    const round = await make();
    slurm.refuse(`sbatch: error: ${word}`, POLICY);
    slurm.wait(3);
    const full = round.submit();
    expect(full).toMatchObject({ status: 75, stderr: "" });
    expect(full.stdout).toContain(`Slurm takes no more for now: ${named}`);
    expect(existsSync(join(round.folder, "submitted/array-00.intent"))).toBe(false);
    slurm.answer("");
    expect(round.submit(["--quiet"])).toMatchObject({ status: 0, stderr: "" });
  });

  test("of others' jobs, while none of mine is there: a wave, and a word of what else it may be", async () => {
    const round = await make();
    slurm.refuse(BUSY, STILL_BUSY);
    const { status, stdout } = round.submit(["--no-canary"]);
    expect(status).toBe(75);
    expect(stdout).toContain(
      "Slurm temporarily unable to accept job (MaxJobCount, the jobs of all users)",
    );
    expect(stdout).toContain("others' jobs take the room, or it never has room for 2 at once");
  });

  test.each([
    [
      "one's own limit, with nothing in the queue",
      2,
      ["sbatch: error: AssocMaxSubmitJobLimit", POLICY],
    ],
    ["more elements than Slurm holds jobs", 60, [BUSY, STILL_BUSY]],
  ])("%s: an array that never fits is told at once", async (_, size, words) => {
    const round = await make(size, size);
    slurm.refuse(...words);
    const { status, stderr } = round.submit(["--no-canary"]);
    expect(status).toBe(4);
    expect(stderr).toContain(`Slurm never takes ${size} elements at once`);
    expect(stderr).toContain("maxArraySize");
  });

  test("what only a change of the study mends is a refusal", async () => {
    const round = await make();
    slurm.refuse("sbatch: error: QOSMaxWallDurationPerJobLimit", POLICY);
    const { status, stderr } = round.submit();
    expect(status).toBe(4);
    expect(stderr).toContain(
      "Slurm refused array-00: sbatch: error: QOSMaxWallDurationPerJobLimit",
    );
  });

  test("it is told while sbatch sleeps and asks again", async () => {
    const round = await make(1);
    slurm.answer(`echo '${BUSY}' >&2; until [[ -e go ]]; do sleep 0.05; done`);
    const script = join(round.folder, "submit.sh");
    const child = spawn("bash", [script], { env: slurm.environment() });
    const ended = once(child, "exit");
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await until(() =>
      said.includes("Slurm makes this wait, up to 120 s: sbatch: error: Slurm temp"),
    );
    writeFileSync(join(slurm.folder, "go"), "");
    expect(await ended).toEqual([0, null]);
    expect(slurm.jobs()).toHaveLength(1);
  });
});

describe("an sbatch that is killed while it asks again", () => {
  test("and whose last request was taken: the job is found by its name", async () => {
    const round = await make();
    slurm.answer(
      `if [[ ! -e once ]]; then : > once; echo '${BUSY}' >&2; accept "$@"; sleep 60; fi`,
    );
    const { status, stdout } = round.submit([], SOON);
    expect(status).toBe(0);
    expect(stdout).toContain("array-00: found as job 100");
    expect(slurm.jobs().map(({ name }) => name.slice(0, 10))).toEqual([
      ...["s-r001-a00", "s-r001-a01", "s-r001-a02"],
    ]);
  });

  test("and that has left none: a wave, and then the job", async () => {
    const round = await make();
    slurm.answer(`if [[ ! -e once ]]; then : > once; echo '${BUSY}' >&2; sleep 60; fi`);
    const first = round.submit([], SOON);
    expect(first).toMatchObject({ status: 75, stderr: "" });
    expect(first.stdout).toContain("the scheduler knows no job of that name: there is none");
    expect(round.submit([], SOON).status).toBe(0);
    expect(slurm.jobs()).toHaveLength(3);
  });

  test("and one whose last request was not answered is no refusal", async () => {
    const round = await make();
    const words = `echo '${BUSY}' >&2; accept "$@"; echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1`;
    slurm.answer(`if [[ ! -e once ]]; then : > once; ${words}; fi`);
    const { status, stdout } = round.submit([], SOON);
    expect(status).toBe(0);
    expect(stdout).toContain("array-00: found as job 100");
    expect(slurm.jobs()).toHaveLength(3);
  });
});

test("the limit holds over rounds in whatever order they are submitted", async () => {
  const round = await make(6);
  const second = join(round.layout.round("s", 2), "submit.sh");
  slurm.answer(`if [[ "$script" == */array-02.sbatch && ! -e once ]]; then : > once
echo 'sbatch: error: AssocMaxSubmitJobLimit' >&2; exit 1; fi`);
  slurm.wait(1);
  expect(round.submit(["--no-canary"]).status).toBe(75);
  const more = ["g", "h"].map((name) => JSON.stringify(`${GOOD} # ${name}`)).join(", ");
  writeFileSync(
    round.studyFile,
    readFileSync(round.studyFile, "utf8").replace("deed: [", `deed: [${more}, `),
  );
  await generateRound(
    {
      studyFile: round.studyFile,
      layout: round.layout,
      overwrite: false,
      user: "me",
      nonce: "0a1b2c3d",
    },
    recordEffects(),
  );
  expect(spawnSync("bash", [second, "--no-canary"], { env: slurm.environment() }).status).toBe(0);
  expect(round.submit(["--no-canary"]).status).toBe(0);
  const waits = slurm.jobs().map(({ id, name, dependency }) => [id, name.slice(0, 10), dependency]);
  expect(waits).toEqual([
    ["100", "s-r001-a01", ""],
    ["101", "s-r002-a01", "afterany:100"],
    // Not for job 100 alone, which would let it run beside 101.
    ["102", "s-r001-a02", "afterany:100:101"],
    ["103", "s-r001-a03", "afterany:102"],
  ]);
  expect(round.submit().stdout).toContain("Nothing to submit: everything is.");
});
