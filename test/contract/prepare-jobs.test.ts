import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PreparationReport } from "../../src/app/prepare/jobs-folder.ts";
import { openPackedDataset } from "../../src/workspace/packed-dataset.ts";
import { runBsweep, type ProcessEnd } from "../support/bsweep-process.ts";
import { makeTestFolder } from "../support/folder.ts";
import { startLsf, type Lsf } from "../support/lsf/lsf.ts";
import { writeKaggleCsv } from "../support/mnist.ts";
import { prepare } from "../support/prepare.ts";
import { spawnSync } from "../support/programs.ts";

const ROWS = 60;

/** The strict LSF of the tests, its elements processes of this machine. */
let lsf: Lsf;
beforeAll(async () => {
  lsf = await startLsf({ mode: "process" });
});
afterAll(() => lsf.stop());

interface Workspace {
  readonly folder: string;
  readonly csv: string;
  readonly prepare: (...more: readonly string[]) => Promise<ProcessEnd>;
  /** What `bsweep prepare` tells as JSON. */
  readonly look: (...more: readonly string[]) => Promise<PreparationReport>;
  /** The folder of the jobs. */
  readonly jobs: () => string;
}

/** A workspace with digits as a CSV, and a site of its own. */
function makeWorkspace(site = "scheduler: lsf\nqueue: general\n"): Workspace {
  const folder = join(makeTestFolder(), "it's a $workspace");
  mkdirSync(join(folder, "sites"), { recursive: true });
  writeFileSync(join(folder, "sites", "own.yaml"), site);
  const csv = join(folder, "a b.csv");
  writeKaggleCsv(csv, { rows: ROWS });
  const run = (...more: readonly string[]) =>
    runBsweep([
      ...["prepare", `--workspace=${folder}`, `--csv=${csv}`, "--to=data/digits"],
      ...["--site=own", "--shards=5", ...more],
    ]);
  return {
    folder,
    csv,
    prepare: run,
    look: async (...more) => JSON.parse((await run("--json", ...more)).stdout) as PreparationReport,
    jobs: () => {
      const parent = join(folder, "jobs", ".prepare");
      return join(parent, readdirSync(parent)[0] ?? "");
    },
  };
}

function submit(workspace: Workspace, ...args: readonly string[]) {
  return spawnSync("bash", [join(workspace.jobs(), "submit.sh"), ...args], {
    env: lsf.environment({ BSWEEP_ASK_SECONDS: "10" }),
  });
}

const ownJobs = async (workspace: Workspace) => {
  const name = /"(prepare-.*)\[/.exec(
    readFileSync(join(workspace.jobs(), "array-00.bsub"), "utf8"),
  )?.[1];
  const nonce = name?.split("-").at(-1) ?? "none";
  return (await lsf.jobs()).filter((job) => job.name.endsWith(nonce));
};

describe("a data set packed by jobs", () => {
  test("is the one that is packed here, bit for bit, and everything is submitted once", async () => {
    const workspace = makeWorkspace();
    const { exitStatus, stdout, stderr } = await workspace.prepare();
    expect(stderr).toBe("");
    expect(exitStatus).toBe(0);
    expect(stdout).toContain("in 5 pieces for own: an array that packs, and a job that merges");
    expect(await workspace.look()).toMatchObject({
      ...{ state: "written", missing: [1, 2, 3, 4, 5], jobs: { pieces: null, merge: null } },
    });

    const submitted = submit(workspace);
    expect(submitted.stderr).toBe("");
    expect(submitted.status).toBe(0);
    expect(submitted.stdout).toContain("The pieces and their merge are submitted.");
    expect(submit(workspace).stdout).toContain("array-01: submitted before");
    await lsf.untilEnded();

    const [pieces, merge, ...others] = await ownJobs(workspace);
    expect(others).toEqual([]);
    expect(pieces?.elements).toHaveLength(5);
    expect(merge?.options).toMatchObject({ "-w": `done(${pieces?.id})` });
    const merged = await workspace.look();
    expect(merged).toMatchObject({ state: "merged", missing: [] });
    const local = await prepare(
      { kind: "csv", csv: workspace.csv },
      join(workspace.folder, "here"),
    );
    expect(merged.dataset).toEqual(local.header);
    expect(
      openPackedDataset(join(workspace.folder, "data", "digits"), { verify: true }).header,
    ).toEqual(local.header);
    expect(existsSync(join(workspace.folder, "data", "digits.shards"))).toBe(false);
    expect((await workspace.prepare()).stdout).toContain(
      `merged ${workspace.folder}/data/digits: ${ROWS} images`,
    );
  });

  test("a piece that fails keeps the merge from running, is named, and is made anew when mended", async () => {
    const workspace = makeWorkspace();
    const good = readFileSync(workspace.csv, "utf8");
    writeFileSync(workspace.csv, good.replace(/\n[^\n]*\n$/, "\n7,1,2\n"));
    await workspace.prepare();
    expect(submit(workspace).status).toBe(0);
    await lsf.untilEnded();
    const looked = await workspace.prepare();
    expect(looked.stdout).toContain("4 of 5 pieces there, missing: 5; not merged yet");
    expect(looked.stdout).toContain("--shard 5/5");
    expect(readFileSync(join(workspace.jobs(), "logs", "array-00", "5.log"), "utf8")).toContain(
      "found 3 columns, expected 785",
    );
    expect((await ownJobs(workspace)).map(({ elements }) => elements.at(-1)?.state)).toEqual([
      "EXIT",
      "EXIT",
    ]);
    expect(existsSync(join(workspace.folder, "data", "digits"))).toBe(false);

    writeFileSync(workspace.csv, good);
    const changed = await workspace.prepare();
    expect(changed.exitStatus).toBe(6);
    expect(changed.stderr).toContain("the source has changed since");
    expect((await workspace.prepare("--overwrite")).exitStatus).toBe(0);
    expect(submit(workspace).status).toBe(0);
    await lsf.untilEnded();
    expect(await workspace.look()).toMatchObject({ state: "merged" });
  });

  test("pieces that nobody knows of stop the merge", async () => {
    const workspace = makeWorkspace();
    await workspace.prepare();
    await lsf.inject({
      kind: "refused",
      command: "bsub",
      match: "-a01-",
      text: "x: No such queue. Job not submitted.",
    });
    expect(submit(workspace).status).toBe(4);
    await lsf.untilEnded();
    const [pieces] = await ownJobs(workspace);
    await lsf.forget(pieces?.id ?? 0);
    const shards = join(workspace.folder, "data", "digits.shards");
    spawnSync("mv", [join(shards, "2-of-5"), join(shards, "away")]);
    const stopped = submit(workspace);
    expect(stopped.status).toBe(4);
    expect(stopped.stderr).toMatch(/knows job \d+ no more, and 1 of the 5 pieces are not there/);
    spawnSync("mv", [join(shards, "away"), join(shards, "2-of-5")]);
    expect(submit(workspace).status).toBe(0);
    await lsf.untilEnded();
    expect(await workspace.look()).toMatchObject({ state: "merged" });
  });

  test("--no-canary is no option of it, and --dry-run shows the dependency", async () => {
    const workspace = makeWorkspace();
    await workspace.prepare();
    expect(submit(workspace, "--no-canary").status).toBe(2);
    expect(submit(workspace, "--dry-run").stdout).toContain(
      "bsub -w done\\(JOB_OF_array-00\\) -ti <",
    );
  });
});

describe("refused", () => {
  const docker =
    "scheduler: lsf\ncontainer: docker\nqueue: general\nimage: lab/x:1\nmaxArraySize: 4\n";
  const mounted = `${docker}mounts: [${tmpdir()}]\n`;
  test.each([
    [mounted, ["--shards=5"], 2, "expected at most 4, the longest array of own"],
    [mounted, ["--shards=4", "--csv=/etc/hostname"], 3, "cannot be packed"],
    ["scheduler: local\n", [], 2, "the site own has no scheduler"],
    [
      "scheduler: lsf\nrequired: [userGroup]\n",
      [],
      2,
      "found nothing, expected your compute group",
    ],
    ["scheduler: lsf\n", ["--merge"], 2, "give one of --from, --csv, --images and --merge"],
    ["scheduler: lsf\n", ["--shards=1", "--shard=1/5"], 2, "--shard packs one piece"],
    ["scheduler: lsf\n", ["--memory=2"], 2, '--memory: found "2", expected a size such as 8GB'],
  ] as const)("%j %j", async (site, more, status, message) => {
    const workspace = makeWorkspace(site);
    const { exitStatus, stderr } = await workspace.prepare(...more);
    expect(stderr).toContain(message);
    expect(exitStatus).toBe(status);
  });

  test("a CSV that the containers cannot see", async () => {
    const elsewhere = join(makeTestFolder(), "train.csv");
    writeKaggleCsv(elsewhere, { rows: 5 });
    const plain = join(makeTestFolder());
    mkdirSync(join(plain, "sites"));
    writeFileSync(join(plain, "sites", "own.yaml"), docker);
    const args = ["prepare", `--workspace=${plain}`, "--to=d", "--site=own", "--shards=2"];
    const { exitStatus, stderr } = await runBsweep([...args, `--csv=${elsewhere}`]);
    expect(stderr).toContain(`${elsewhere}: not in the folders that the containers see: ${plain}`);
    expect(exitStatus).toBe(5);
  });
});
