import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  generateRound,
  type GenerateOptions,
  type GenerateReport,
} from "../../../src/app/generate.ts";
import { BsweepError, formatIssue } from "../../../src/core/errors.ts";
import { sha256 } from "../../../src/core/identity.ts";
import { parseManifestLine } from "../../../src/formats/manifest.ts";
import { parseRoundFile } from "../../../src/formats/round-file.ts";
import { createLayout, type Layout } from "../../../src/workspace/layout.ts";
import { listTree } from "../../support/folder.ts";
import { recordEffects } from "../../support/prepare.ts";
import { exampleStudy, makeWorkspace, writeStudy } from "../../support/study-workspace.ts";

interface StudyChanges {
  readonly filters?: readonly number[];
  readonly cluster?: string;
  readonly resources?: string;
}

function smallStudy({ filters = [8, 16, 32], cluster, resources }: StudyChanges = {}): string {
  return [
    "study: small",
    "data: { train: data/digits }",
    "trainer: { kind: cnn, epochs: 2 }",
    `space: { filters: [${filters.join(", ")}] }`,
    `cluster: ${cluster ?? "{ site: local, concurrencyLimit: 2 }"}`,
    `resources: ${resources ?? "{ cpus: 1, memory: 1GB, walltime: 10m }"}`,
    "",
  ].join("\n");
}

const COMPUTE1 =
  "{ site: compute1, concurrencyLimit: 5, userGroup: compute-lab, image: lab/image }";

function generate(
  layout: Layout,
  studyFile: string,
  options: Partial<GenerateOptions> = {},
): Promise<GenerateReport> {
  const given = { studyFile, layout, overwrite: false, user: "me", nonce: "0a1b2c3d" };
  return generateRound({ ...given, ...options }, recordEffects());
}

async function refusal(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BsweepError)) throw new Error(`no refusal: ${String(error)}`);
  return [`${error.code} ${error.message}`, ...error.issues.map(formatIssue)].join("\n");
}

function readRound(layout: Layout, study: string, round: number) {
  const folder = layout.round(study, round);
  const trials = readdirSync(folder)
    .filter((name) => name.endsWith(".trials.jsonl"))
    .sort()
    .map((name) =>
      readFileSync(join(folder, name), "utf8")
        .trimEnd()
        .split("\n")
        .map((line, index) => parseManifestLine(line, name, index + 1).trials),
    );
  const file = readFileSync(join(folder, "round.json"), "utf8");
  return { folder, round: parseRoundFile(file, "round.json"), trials };
}

describe("generateRound", () => {
  test("writes a round; a study that grew gets a second one with what is new; then there is nothing", async () => {
    const layout = makeWorkspace();
    const file = writeStudy(layout, smallStudy());
    const first = await generate(layout, file);
    expect(first.written).toEqual({
      ...{
        round: 1,
        kind: "initial",
        trials: 3,
        elements: 3,
        arrays: 1,
        canary: false,
        submitScript: null,
      },
      folder: layout.round("small", 1),
    });
    writeStudy(layout, smallStudy({ filters: [8, 64, 32, 128] }));
    const second = await generate(layout, file);
    expect(second).toMatchObject({ earlierTrials: 3, written: { round: 2, kind: "extension" } });
    const { trials } = readRound(layout, "small", 2);
    expect(trials.flat(2).map(({ number, params }) => [number, params["filters"]])).toEqual([
      [4, 64],
      [5, 128],
    ]);
    const before = listTree(layout.studyJobs("small"));
    expect(await generate(layout, file)).toMatchObject({ earlierTrials: 5, written: null });
    expect(listTree(layout.studyJobs("small"))).toEqual(before);
  });

  test("round.json tells the inputs by their hashes, and nothing of the environment", async () => {
    const layout = makeWorkspace();
    const text = smallStudy();
    const file = writeStudy(layout, text);
    await generate(layout, file);
    const { round, folder } = readRound(layout, "small", 1);
    expect(round).toMatchObject({
      ...{ nonce: "0a1b2c3d", createdAt: "1970-01-01T00:00:00.000Z", trials: 3 },
      limits: { cpus: 1, memoryMiB: 1024, walltimeSeconds: 600 },
      arrays: [{ elements: 3, jobName: "small-r001-a01-0a1b2c3d", script: "array-01.sh" }],
    });
    expect(round.inputs[file]).toBe(sha256(text));
    expect(Object.keys(round.inputs)).toEqual(
      expect.arrayContaining([
        "bsweep:templates/sites/local.yaml",
        "bsweep:templates/partials/element-start.hbs",
        "bsweep:templates/local/array.sh.hbs",
      ]),
    );
    expect(readdirSync(folder).sort()).toEqual([
      "array-01.sh",
      "array-01.trials.jsonl",
      "logs",
      "round.json",
    ]);
  });

  test.each([
    ["digits-grid", 2880, [1000, 1000, 880]],
    ["digits-wide", 13824, [...Array.from({ length: 13 }, () => 1000), 824]],
  ])("%s: %i trials, the last array short", async (name, count, sizes) => {
    const layout = makeWorkspace();
    const cluster = /^cluster:\n(?: .*\n)+/m;
    const text = exampleStudy(name).text.replace(cluster, `cluster: ${COMPUTE1}\n`);
    const report = await generate(layout, writeStudy(layout, text));
    const { round, trials, folder } = readRound(layout, name, 1);
    expect(report.written).toMatchObject({ trials: count, arrays: sizes.length });
    // The canary's one trial is the first of them.
    expect(round.arrays.map(({ elements }) => elements)).toEqual([1, ...sizes]);
    const [canary = [], ...arrays] = trials;
    expect(arrays.map((array) => array.length)).toEqual(sizes);
    const all = arrays.flat(2);
    expect(canary.flat()).toEqual(all.slice(0, 1));
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => index + 1));
    expect(new Set(all.map(({ trialId }) => trialId)).size).toBe(count);
    const script = readFileSync(join(folder, round.arrays.at(-1)?.script ?? ""), "utf8");
    expect(script).toContain(`#BSUB -J "${name}-r001-a${sizes.length.toString().padStart(2, "0")}`);
    expect(script).toContain(`[1-${sizes.at(-1)}]%5"`);
  });

  test("packs short trials into one element", async () => {
    const layout = makeWorkspace();
    const resources = "{ cpus: 1, memory: 1GB, walltime: 10m, trialsPerElement: 2 }";
    await generate(layout, writeStudy(layout, smallStudy({ resources })));
    const { trials, round } = readRound(layout, "small", 1);
    expect(trials[0]?.map((packed) => packed.map(({ number }) => number))).toEqual([[1, 2], [3]]);
    expect(round).toMatchObject({ trials: 3, arrays: [{ elements: 2 }] });
  });

  test("two at once: one writes the round, the other is told", async () => {
    const layout = makeWorkspace();
    const file = writeStudy(layout, smallStudy());
    const outcomes = await Promise.allSettled([generate(layout, file), generate(layout, file)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const lost = outcomes.find((outcome) => outcome.status === "rejected");
    expect(lost?.reason).toMatchObject({ code: "CONFLICT" });
    expect(readdirSync(layout.studyJobs("small"))).toEqual(["round-001"]);
  });
});

describe("--overwrite", () => {
  test("replaces the latest round while nothing of it ran", async () => {
    const layout = makeWorkspace();
    const file = writeStudy(layout, smallStudy());
    await generate(layout, file);
    writeStudy(layout, smallStudy({ filters: [64] }));
    const report = await generate(layout, file, { overwrite: true });
    expect(report).toMatchObject({ earlierTrials: 0, written: { round: 1, kind: "initial" } });
    expect(readRound(layout, "small", 1).trials.flat(2)).toHaveLength(1);
    expect(readdirSync(layout.studyJobs("small"))).toEqual(["round-001"]);
  });

  test.each([
    ["it was submitted", "jobs/small/round-001/submitted/array-01.intent"],
    ["its submit.sh is at work", "jobs/small/round-001/submit.lock/owner"],
    ["it has results", "results/small/round-001/array-01/1.0123456789abcdef.1.0a.json"],
  ])("keeps a round when %s", async (reason, trace) => {
    const layout = makeWorkspace();
    const file = writeStudy(layout, smallStudy());
    await generate(layout, file);
    mkdirSync(join(layout.workspace, trace, ".."), { recursive: true });
    writeFileSync(join(layout.workspace, trace), "x");
    const before = listTree(layout.workspace);
    expect(await refusal(generate(layout, file, { overwrite: true }))).toBe(
      `CONFLICT round-001 of small is kept: ${reason}`,
    );
    expect(listTree(layout.workspace)).toEqual(before);
  });
});

describe("the job group, where the study names none", () => {
  const groupOf = (layout: Layout, round: number): string | undefined =>
    readRound(layout, "small", round).round.cluster?.jobGroup;

  test("is another one in another workspace", async () => {
    const [one, other] = [makeWorkspace(), makeWorkspace()];
    for (const layout of [one, other])
      await generate(layout, writeStudy(layout, smallStudy({ cluster: COMPUTE1 })));
    expect(groupOf(one, 1)).toMatch(/^\/me\/bsweep\/small-[0-9a-f]{8}$/);
    expect(groupOf(other, 1)).not.toBe(groupOf(one, 1));
  });

  test("stays the one that an earlier round wrote down", async () => {
    const layout = makeWorkspace();
    const group = "/me/bsweep/small";
    const cluster = COMPUTE1.replace("}", `, jobGroup: ${group} }`);
    await generate(layout, writeStudy(layout, smallStudy({ cluster })));
    const grown = { cluster: COMPUTE1, filters: [8, 16, 32, 64] };
    await generate(layout, writeStudy(layout, smallStudy(grown)));
    expect([groupOf(layout, 1), groupOf(layout, 2)]).toEqual([group, group]);
  });
});

describe("what cannot work is refused before anything is written", () => {
  test("compute1 without user group and image: both keys are named", async () => {
    const layout = makeWorkspace();
    const cluster = "{ site: compute1, concurrencyLimit: 5 }";
    const told = await refusal(generate(layout, writeStudy(layout, smallStudy({ cluster }))));
    expect(told).toMatch(/^INVALID_STUDY the site compute1 needs more/);
    expect(told).toContain("cluster.userGroup: found nothing, expected your compute group");
    expect(told).toContain("cluster.image: found nothing, expected the image");
    expect(existsSync(layout.studyJobs("small"))).toBe(false);
  });

  test.each([
    ["a\nb", "local", "a line end or another control character"],
    ["a\nb", "compute1", "a line end or another control character"],
    ["50%", "compute1", "LSF replaces what follows a `%`"],
    ["a b", "compute1", "so it cannot be mounted into a container by itself"],
    ["a:b", "compute1", "so it cannot be mounted into a container by itself"],
    ["a,b", "compute1", "so it cannot be mounted into a container by itself"],
  ])("a workspace named %j on %s", async (name, site, reason) => {
    const outer = makeWorkspace();
    const cluster = site === "local" ? {} : { cluster: COMPUTE1 };
    const file = writeStudy(outer, smallStudy(cluster));
    const workspace = join(outer.workspace, name);
    mkdirSync(workspace);
    symlinkSync(join(outer.workspace, "data"), join(workspace, "data"));
    const layout = createLayout(workspace);
    const told = await refusal(generate(layout, file));
    expect(told).toMatch(/^WORKSPACE /);
    expect(told).toContain(reason);
    expect(listTree(workspace).filter((path) => path.includes("round"))).toEqual([]);
  });

  test("a workspace outside every mount", async () => {
    const layout = makeWorkspace();
    const file = writeStudy(layout, smallStudy({ cluster: COMPUTE1 }));
    mkdirSync(join(layout.workspace, "sites"));
    const site = "scheduler: lsf\ncontainer: docker\nmounts: [/storage2/fs1/lab]\n";
    writeFileSync(join(layout.workspace, "sites", "compute1.yaml"), site);
    expect(await refusal(generate(layout, file))).toContain(
      "lies in none of the folders the containers see: /storage2/fs1/lab",
    );
  });

  test("a study's own template wins, and one that asks in vain leaves nothing", async () => {
    const layout = makeWorkspace();
    const file = writeStudy(layout, smallStudy());
    const folder = join(layout.workspace, "templates", "local");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "array.sh.hbs"), "#!/bin/bash\necho {{absent}}\n");
    expect(await refusal(generate(layout, file))).toContain('found the variable "absent"');
    expect(existsSync(layout.round("small", 1))).toBe(false);
    writeFileSync(join(folder, "array.sh.hbs"), "#!/bin/bash\necho {{elements}}\n");
    await generate(layout, file);
    expect(readFileSync(join(layout.round("small", 1), "array-01.sh"), "utf8")).toBe(
      "#!/bin/bash\necho 3\n",
    );
    expect(readdirSync(layout.studyJobs("small"))).toEqual(["round-001"]);
  });
});
