import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNotice } from "../../src/app/notice.ts";
import { hash } from "node:crypto";
import { encodePack, type FileToPack } from "../../src/formats/result-pack.ts";
import { ResultFinder } from "../../src/rounds/results.ts";
import { readExistingTrials } from "../../src/rounds/trials.ts";
import { temporaryBeside } from "../../src/workspace/atomic.ts";
import { isPackName, packName } from "../../src/workspace/layout.ts";
import { runBsweep } from "../support/bsweep-process.ts";
import { listTree } from "../support/folder.ts";
import { temporaryOfDead } from "../support/killed.ts";
import {
  leaveResults,
  makePackedStudy,
  type PackedStudy,
  STUDY,
  upTo,
} from "../support/packed-study.ts";
import { errorOf, recordEffects } from "../support/prepare.ts";
import { retryOf, writeResultFile, writeRound } from "../support/results.ts";
import { readContent } from "../support/study-database.ts";

/** Files below a folder, with their bytes. */
function readFiles(folder: string): Map<string, Buffer> {
  const files = listTree(folder).filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(folder, name))]));
}

const packsOf = ({ roundFolder }: PackedStudy): string[] =>
  readdirSync(roundFolder)
    .filter(isPackName)
    .map((name) => join(roundFolder, name));

function packOf(study: PackedStudy): string {
  const [path, ...more] = packsOf(study);
  if (path === undefined || more.length > 0) throw new Error("expected one pack");
  return path;
}

/** What the database is when it is made anew from what lies there. */
async function rebuild(study: PackedStudy) {
  rmSync(study.database, { force: true });
  const summary = await study.collect();
  return { summary, content: readContent(study.database) };
}

test("a database made from packs is the one made from files, row for row, and unpacking gives the files back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 90 }), fc.nat({ max: 89 }), async (trials, late) => {
      const study = makePackedStudy(trials);
      leaveResults(study.planned, upTo(trials));
      writeResultFile(study.planned, 1, "notes.json", "{}");
      const files = readFiles(study.roundFolder);
      const before = await rebuild(study);

      const packed = await study.pack();
      expect(packed.rounds).toMatchObject([
        { round: 1, waits: null, results: trials, removed: trials },
      ]);
      expect(listTree(study.roundFolder).filter((name) => name.endsWith(".json"))).toEqual([
        "array-01/notes.json",
      ]);
      expect(await study.collect()).toMatchObject({ unchanged: trials });
      expect(await rebuild(study)).toEqual(before);

      // One that comes late, and one that was there already under another name.
      leaveResults(study.planned, [late % trials], "b2");
      const { content } = await rebuild(study);
      await study.pack();
      expect(await rebuild(study)).toMatchObject({ content });
      await study.unpack();
      const all = readFiles(study.roundFolder);
      for (const [name, bytes] of files) expect(all.get(name)).toEqual(bytes);
      expect(all.size).toBe(files.size + 1);
      expect(await rebuild(study)).toMatchObject({ content });
    }),
    { numRuns: 4 },
  );
});

test("gunzip of a pack is its results, one after another", async () => {
  const study = makePackedStudy(50);
  leaveResults(study.planned, upTo(50));
  const texts = [...readFiles(study.roundFolder).values()].map((bytes) => bytes.toString()).sort();
  await study.pack();
  const lines = gunzipSync(readFileSync(packOf(study)))
    .toString()
    .split(/(?<=\n)/);
  expect(lines.sort()).toEqual(texts);
});

test("every command says of packed results what it says of files", async () => {
  const study = makePackedStudy(45);
  leaveResults(study.planned, upTo(45));
  const commands = [
    ["status"],
    ["report"],
    ["report", "--format", "csv", "--steps"],
    ["best"],
    ["retry", "--dry-run"],
    ["logs", "--trial", "3"],
    ["plan"],
    ["collect"],
  ];
  const tell = () =>
    Promise.all(
      commands.map(async ([command = "", ...rest]) => {
        const args = [command, study.studyFile, ...rest, `--workspace=${study.workspace}`];
        const { exitStatus, stdout, stderr } = await runBsweep(args);
        return { command, exitStatus, stdout, stderr };
      }),
    );
  await study.collect();
  const before = await tell();
  await study.pack();
  const after = await tell();
  expect(after).toEqual(before);
  expect(after.filter(({ exitStatus }) => exitStatus === 0).length).toBeGreaterThan(6);
});

test("what is looked for among results is found in packs: by elements, plans and notices", async () => {
  const study = makePackedStudy(50);
  leaveResults(study.planned, upTo(50));
  const { planned, layout, roundFolder } = study;
  const manifest = join(layout.round(STUDY, 1), "array-01.trials.jsonl");
  const look = async () => ({
    notice: await readNotice(manifest, layout),
    existing: readExistingTrials(layout, STUDY),
    found: await Promise.all(
      planned.trials.map((trial, at) =>
        new ResultFinder().find([join(roundFolder, `array-0${Math.floor(at / 40) + 1}`)], trial),
      ),
    ),
  });
  const before = await look();
  expect(before.found.map((result) => result?.number)).toEqual(
    planned.trials.map(({ number }) => number),
  );
  await study.pack();
  rmSync(join(roundFolder, "array-01"), { recursive: true });
  expect(await look()).toEqual(before);
});

describe("a round is packed", () => {
  test("once nothing of it may still come, and says why it is not", async () => {
    const study = makePackedStudy(3);
    leaveResults(study.planned, [0, 1]);
    const { rounds } = await study.pack();
    expect(rounds).toMatchObject([{ waits: "1 trial may still leave a result", results: 0 }]);
    expect(packsOf(study)).toEqual([]);
    // Tried again: the first attempt is over, the second is not.
    writeRound(
      retryOf({ ...study.planned, trials: study.planned.trials.slice(2) }),
      study.ofSetting,
    );
    expect((await study.pack()).rounds).toMatchObject([{ waits: null, results: 2 }]);
  });

  test("but not where its plan cannot be read", async () => {
    const study = makePackedStudy(2);
    leaveResults(study.planned, upTo(2));
    writeFileSync(join(study.layout.round(STUDY, 1), "round.json"), "{");
    const [round] = (await study.pack()).rounds;
    expect(round?.waits).toMatch(/round\.json/);
  });

  test("only in words with --dry-run, which tells the size to come", async () => {
    const study = makePackedStudy(20);
    leaveResults(study.planned, upTo(20));
    const before = readFiles(study.roundFolder);
    const told = await study.pack(recordEffects(), true);
    expect(readFiles(study.roundFolder)).toEqual(before);
    const done = await study.pack();
    expect(told.rounds).toEqual(done.rounds);
    expect(done.rounds[0]?.packedBytes).toBe(statSync(packOf(study)).size);
  });

  test("without what is no valid result: that stays a file, with its reason", async () => {
    const study = makePackedStudy(4);
    const [torn = "", link = "", huge = ""] = leaveResults(study.planned, upTo(4));
    truncateSync(torn, 100);
    renameSync(link, join(study.workspace, "elsewhere"));
    symlinkSync(join(study.workspace, "elsewhere"), link);
    truncateSync(huge, 20 * 1024 * 1024);
    const before = await rebuild(study);
    const packed = await study.pack();
    // A link, and what is torn, has no result: it may still come.
    expect(packed.rounds[0]?.waits).toBe("3 trials may still leave a result");
    leaveResults(study.planned, upTo(3), "c3");
    expect((await study.pack()).rounds).toMatchObject([{ waits: null, results: 4, left: 2 }]);
    for (const path of [torn, link, huge]) expect(existsSync(path)).toBe(true);
    expect((await rebuild(study)).summary.setAside).toEqual(before.summary.setAside);
  });
});

describe("two at once", () => {
  test("pack: each result is there once or twice, and the same", async () => {
    const study = makePackedStudy(60);
    leaveResults(study.planned, upTo(60));
    const before = await rebuild(study);
    const args = ["collect", study.studyFile, "--pack", `--workspace=${study.workspace}`];
    const ends = await Promise.all([runBsweep(args), runBsweep(args), runBsweep(args)]);
    expect(ends.map(({ exitStatus }) => exitStatus)).toEqual([0, 0, 0]);
    expect(listTree(study.roundFolder).filter((name) => /\.(json|tmp)$/.test(name))).toEqual([]);
    expect((await rebuild(study)).content).toEqual(before.content);
  });

  test("do not undo each other: one says that the other is at work", async () => {
    const study = makePackedStudy(2);
    leaveResults(study.planned, upTo(2));
    const unpacking = temporaryBeside(join(study.roundFolder, "unpacking"));
    writeFileSync(unpacking, "");
    const refused = await errorOf(study.pack());
    expect(refused).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("is unpacking it") as string,
    });
    expect(refused.hint).toContain(unpacking);
    rmSync(unpacking);
    // Of one that was killed.
    writeFileSync(temporaryOfDead(join(study.roundFolder, "unpacking")), "");
    await study.pack();
    writeFileSync(temporaryBeside(join(study.roundFolder, "packing")), "");
    expect(await errorOf(study.unpack())).toMatchObject({ code: "CONFLICT" });
    expect(packsOf(study)).toHaveLength(1);
  });

  test("list and unpack, or pack: what was listed is read from where it has gone", async () => {
    const study = makePackedStudy(20);
    leaveResults(study.planned, upTo(20));
    const { listResultFiles } = await import("../../src/rounds/result-files.ts");
    const list = () => listResultFiles(study.layout.studyResults(STUDY)).files;
    const texts = async (files: ReturnType<typeof list>) =>
      Promise.all(files.map(async (file) => [file.name, await file.read(), file.readNow()]));
    const asFiles = list();
    const before = (await texts(asFiles)).sort();
    await study.pack();
    expect((await texts(asFiles)).sort()).toEqual(before);
    const asPacked = list();
    await study.unpack();
    expect((await texts(asPacked)).sort()).toEqual(before);
  });
});

/** Puts a pack of these files into the round. */
function addPack({ roundFolder }: PackedStudy, files: readonly FileToPack[]): string {
  const bytes = Buffer.concat([...encodePack(files)]);
  mkdirSync(roundFolder, { recursive: true });
  const path = join(roundFolder, packName(hash("sha256", bytes)));
  writeFileSync(path, bytes);
  return path;
}

describe("a damaged pack", () => {
  test("loses the results of the damaged member alone, each with its reason, and is never removed", async () => {
    const study = makePackedStudy(60);
    leaveResults(study.planned, upTo(60));
    await study.pack();
    const pack = packOf(study);
    const bytes = readFileSync(pack);
    bytes.writeUInt8(bytes.readUInt8(bytes.length / 3) ^ 1, Math.floor(bytes.length / 3));
    writeFileSync(pack, bytes);
    const { summary } = await rebuild(study);
    const count = summary.setAside.length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(16);
    expect(summary.added.complete + summary.added.failed).toBe(60 - count);
    for (const { reason } of summary.setAside) expect(reason).toMatch(/^packed-.*its member/);
    const again = await study.collect();
    expect(again.setAside).toEqual(summary.setAside.map((each) => ({ ...each, known: true })));

    const effects = recordEffects();
    await study.unpack(effects);
    expect(effects.lines.join("\n")).toMatch(/its member.*: the pack stays/);
    expect(readFileSync(pack)).toEqual(bytes);
    const files = listTree(study.roundFolder).filter((name) => name.endsWith(".json"));
    expect(files).toHaveLength(60 - count);
  });

  test.each([
    ["cut off", (pack: string) => truncateSync(pack, statSync(pack).size - 100)],
    ["of another end", (pack: string) => writeFileSync(pack, "x", { flag: "a" })],
  ])("%s is read as far as it goes, and told", async (_, damage) => {
    const study = makePackedStudy(60);
    leaveResults(study.planned, upTo(60));
    await study.pack();
    damage(packOf(study));
    const effects = recordEffects();
    rmSync(study.database, { force: true });
    const summary = await study.collect(effects);
    expect(summary.added.complete + summary.added.failed).toBe(60);
    expect(effects.lines.join("\n")).toMatch(
      /index of .* is damaged.*: what is in it is not counted/,
    );
    await study.unpack();
    expect(packsOf(study)).toHaveLength(1);
  });

  test("of whatever bytes, sizes and kinds hides nothing else", async () => {
    const study = makePackedStudy(4);
    leaveResults(study.planned, upTo(4));
    const names = upTo(4).map((at) => join(study.roundFolder, packName(String(at).repeat(16))));
    const [text = "", huge = "", folder = "", link = ""] = names;
    writeFileSync(text, "no pack at all");
    writeFileSync(huge, "");
    truncateSync(huge, 2 ** 40);
    mkdirSync(folder);
    symlinkSync("/dev/zero", link);
    const summary = await study.collect();
    expect(summary).toMatchObject({ added: { complete: 4 } });
    expect(summary.unread).toHaveLength(4);
    const { rounds } = await study.pack();
    expect(rounds).toMatchObject([{ results: 4 }]);
    expect(await study.collect()).toMatchObject({ unchanged: 4 });
  });

  test("does not stand for a file of other bytes: the file counts, and both stay", async () => {
    const study = makePackedStudy(2);
    const [path = ""] = leaveResults(study.planned, upTo(2));
    const bytes = readFileSync(path);
    addPack(study, [{ name: `array-01/${basename(path)}`, bytes: Buffer.from("other") }]);
    expect(await study.collect()).toMatchObject({ added: { complete: 2 }, setAside: [] });
    await study.unpack();
    expect(packsOf(study)).toHaveLength(1);
    expect(readFileSync(path)).toEqual(bytes);
    // What is packed after all is read from the pack that has it whole.
    await study.pack();
    expect(packsOf(study)).toHaveLength(2);
  });
});

test.each([
  "../../../x.json",
  "/tmp/x.json",
  "array-01/../../x.json",
  "array-01/.x.json",
  "x.json",
  "array-01\\x.json",
])("a member named %s is told and never written", async (name) => {
  const study = makePackedStudy(2);
  const [path = ""] = leaveResults(study.planned, upTo(2));
  const good = { name: `array-01/${basename(path)}`, bytes: readFileSync(path) };
  rmSync(path);
  addPack(study, [good, { name, bytes: Buffer.from("hostile") }]);
  const before = listTree(study.workspace).filter((each) => !each.includes("study.sqlite"));
  const effects = recordEffects();
  expect(await study.collect(effects)).toMatchObject({ added: { complete: 2 } });
  expect(effects.lines.join("\n")).toContain("names 1 files that are no results");
  await study.unpack(effects);
  expect(listTree(study.workspace).filter((each) => !each.includes("study.sqlite"))).toEqual(
    before,
  );
  expect(existsSync("/tmp/x.json")).toBe(false);
});

test("collect again reads no more of a pack than its index", async () => {
  const study = makePackedStudy(60);
  leaveResults(study.planned, upTo(60));
  await study.collect();
  await study.pack();
  const pack = packOf(study);
  // Members that nobody can read; the index stays.
  const bytes = readFileSync(pack);
  bytes.fill(0, 0, 5000);
  rmSync(pack);
  writeFileSync(pack, bytes);
  expect(await study.collect()).toMatchObject({ unchanged: 60, setAside: [], unread: [] });
});
