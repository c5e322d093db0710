import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { preparePiece } from "../../../../src/app/prepare.ts";
import { mergePieces } from "../../../../src/app/prepare/merge.ts";
import { listTree, makeTestFolder } from "../../../support/folder.ts";
import { errorOf, never, packOptions, prepare, recordEffects } from "../../../support/prepare.ts";

function writeCsv() {
  const folder = makeTestFolder();
  const csv = join(folder, "train.csv");
  writeFileSync(csv, "label,pixel0\n0,1\n1,2\n2,3\n3,4\n");
  return { folder, csv, source: { kind: "csv", csv } as const, to: join(folder, "digits") };
}

async function packPieces(
  { source, to }: ReturnType<typeof writeCsv>,
  shards: number,
  only?: readonly number[],
) {
  for (let shard = 1; shard <= shards; shard++) {
    if (only !== undefined && !only.includes(shard)) continue;
    await preparePiece({ ...packOptions(source, to), piece: { shard, shards } }, recordEffects());
  }
}

const merge = (to: string) => mergePieces({ to, force: false, signal: never });

test("nothing to merge is said", async () => {
  const { to } = writeCsv();
  const error = await errorOf(merge(to));
  expect(error.message).toBe(`there are no pieces in ${to}.shards`);
  expect(error.hint).toContain("--shard I/N");
});

test("missing pieces are named, and what is there stays", async () => {
  const place = writeCsv();
  await packPieces(place, 4, [2, 4]);
  const error = await errorOf(merge(place.to));
  expect(error.issues).toEqual(
    [1, 3].map((shard) => ({
      file: join(`${place.to}.shards`, `${shard}-of-4`),
      path: "",
      message: "found no such piece",
    })),
  );
  await packPieces(place, 4, [1, 3]);
  expect((await merge(place.to)).header.classCounts).toEqual([1, 1, 1, 1]);
  expect(listTree(place.folder).filter((name) => name.includes("shards"))).toEqual([]);
});

test("pieces of another split or of another file are refused", async () => {
  const place = writeCsv();
  await packPieces(place, 2, [1]);
  await packPieces(place, 3, [3]);
  const split = await errorOf(merge(place.to));
  expect(split.issues[0]?.message).toMatch(/^found 3 pieces of .* expected 2 pieces of /);

  rmSync(`${place.to}.shards`, { recursive: true });
  await packPieces(place, 2, [1]);
  utimesSync(place.csv, 1_000_000, 1_000_000);
  await packPieces(place, 2, [2]);
  const changed = await errorOf(merge(place.to));
  expect(changed.issues[0]?.message).toContain("found 29 bytes of 1970-01-12T13:46:40.000Z");
});

test("a damaged piece stops the merge; no data set appears and nothing half-written", async () => {
  const place = writeCsv();
  await packPieces(place, 2);
  writeFileSync(join(`${place.to}.shards`, "2-of-2", "images.bin"), Buffer.from([9, 9]));
  const before = listTree(place.folder);
  const error = await errorOf(merge(place.to));
  expect(error.message).toBe("piece 2 of 2 is damaged");
  expect(error.issues[0]?.message).toMatch(/^found sha256 [0-9a-f]{64}, expected [0-9a-f]{64}$/);
  expect(listTree(place.folder)).toEqual(before);
});

test("an interrupted merge leaves the pieces and nothing else", async () => {
  const place = writeCsv();
  await packPieces(place, 2);
  const before = listTree(place.folder);
  const signal = AbortSignal.abort();
  await expect(mergePieces({ to: place.to, force: false, signal })).rejects.toThrow("aborted");
  expect(listTree(place.folder)).toEqual(before);
});

test("the same content again is unchanged; another needs --force", async () => {
  const { csv, folder, source, to } = writeCsv();
  const first = await prepare(source, to);
  expect([first.state, (await prepare(source, to)).state]).toEqual(["written", "unchanged"]);
  appendFileSync(csv, "0,5\n");
  const error = await errorOf(prepare(source, to));
  expect([error.code, error.hint]).toEqual([
    "CONFLICT",
    "choose another folder with --to, or replace it with --force",
  ]);
  expect(readFileSync(join(to, "images.bin"))).toHaveLength(4);
  expect((await prepare(source, to, { force: true })).state).toBe("replaced");
  expect(readFileSync(join(to, "images.bin"))).toHaveLength(5);
  expect(listTree(folder)).toEqual([
    "digits",
    ...["dataset.json", "images.bin", "labels.bin"].map((name) => join("digits", name)),
    "train.csv",
  ]);
});

test("a damaged data set of the same name is not called unchanged", async () => {
  const { source, to } = writeCsv();
  await prepare(source, to);
  writeFileSync(join(to, "images.bin"), Buffer.from([1, 2, 3, 5]));
  expect((await errorOf(prepare(source, to))).code).toBe("CONFLICT");
});

test("a folder with anything else in it is never replaced", async () => {
  const { folder, source, to } = writeCsv();
  mkdirSync(to);
  writeFileSync(join(to, "thesis.tex"), "years of work");
  const error = await errorOf(prepare(source, to, { force: true }));
  expect([error.code, error.message]).toEqual([
    "CONFLICT",
    `${to} is no data set: found thesis.tex`,
  ]);
  expect(listTree(folder)).toEqual(["digits", "digits/thesis.tex", "train.csv"]);
});

test("a copied data set keeps its digest", async () => {
  const { folder, source, to } = writeCsv();
  const { header } = await prepare(source, to);
  cpSync(to, join(folder, "copy"), { recursive: true });
  expect((await prepare(source, join(folder, "copy"))).state).toBe("unchanged");
  expect(header.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});
