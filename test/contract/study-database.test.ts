import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inTransaction, openKeptDatabase, withDatabase } from "../../src/storage/database.ts";
import { MIGRATIONS } from "../../src/storage/migrations.ts";
import { readSetAside, replaceSetAside } from "../../src/storage/results.ts";
import { listTree, makeTestFolder } from "../support/folder.ts";
import { errorOf } from "../support/prepare.ts";

const ROWS = new Map(
  Array.from({ length: 2000 }, (_, row) => [
    `file ${row}`,
    { reason: `reason ${row}`, stamp: row % 2 === 0 ? null : `${row} 1 2` },
  ]),
);

async function makeDatabase(): Promise<string> {
  const path = join(makeTestFolder(), "results", "digits", "study.sqlite");
  await withDatabase(path, "readwrite", (database) =>
    inTransaction(database, () => replaceSetAside(database, ROWS)),
  );
  return path;
}

const read = (path: string) => errorOf(withDatabase(path, "readwrite", readSetAside));

test("a new database is one file, without a write-ahead log, and keeps what was committed", async () => {
  const path = await makeDatabase();
  expect(listTree(join(path, ".."))).toEqual(["study.sqlite"]);
  expect(await withDatabase(path, "readonly", readSetAside)).toEqual(ROWS);
  const pragmas = await withDatabase(path, "readwrite", (database) =>
    ["journal_mode", "synchronous", "foreign_keys", "user_version"].map((name) =>
      database.prepare(`PRAGMA ${name}`).pluck().get(),
    ),
  );
  expect(pragmas).toEqual(["delete", 2, 1, MIGRATIONS.length]);
});

test("one in memory is no file", async () => {
  await withDatabase(":memory:", "readwrite", (database) =>
    inTransaction(database, () => replaceSetAside(database, ROWS)),
  );
  expect(existsSync(":memory:")).toBe(false);
});

test("opening again writes nothing", async () => {
  const path = await makeDatabase();
  const bytes = readFileSync(path);
  await withDatabase(path, "readwrite", readSetAside);
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test("a transaction that throws keeps nothing, and the error passes as it is", async () => {
  const path = await makeDatabase();
  const thrown = new RangeError("mine");
  const work = withDatabase(path, "readwrite", (database) =>
    inTransaction(database, () => {
      replaceSetAside(database, new Map());
      throw thrown;
    }),
  );
  await expect(work).rejects.toBe(thrown);
  expect(await withDatabase(path, "readonly", readSetAside)).toEqual(ROWS);
});

test("a file that is no database", async () => {
  const path = await makeDatabase();
  writeFileSync(path, "not a database, and longer than a header ".repeat(50));
  const error = await read(path);
  expect([error.code, error.message]).toEqual(["STORAGE", expect.stringContaining("is no SQLite")]);
  expect(error.hint).toContain("built again from the result files");
});

test("a database with damaged pages", async () => {
  const path = await makeDatabase();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x5a, 4096 * 2));
  const error = await read(path);
  expect([error.code, error.message]).toEqual(["STORAGE", expect.stringContaining("is damaged")]);
});

test("a database of a newer bsweep, and of another program", async () => {
  const path = await makeDatabase();
  const newer = openKeptDatabase(path, false);
  newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
  newer.close();
  expect(await read(path)).toMatchObject({
    code: "STORAGE",
    message: expect.stringContaining(`found schema ${MIGRATIONS.length + 1}`) as string,
    hint: expect.stringContaining("newer") as string,
  });
  const foreign = join(makeTestFolder(), "study.sqlite");
  const other = openKeptDatabase(foreign, false);
  other.exec("CREATE TABLE theirs (a)");
  other.close();
  expect((await read(foreign)).message).toContain("another program");
  expect(await errorOf(withDatabase(foreign, "readonly", readSetAside))).toMatchObject({
    code: "STORAGE",
  });
});

test("a full disk leaves what was there", async () => {
  const path = await makeDatabase();
  const larger = new Map(
    [...ROWS].map(([file, row]) => [file, { ...row, reason: row.reason.repeat(100) }]),
  );
  const work = withDatabase(path, "readwrite", (database) => {
    const pages = database.prepare("PRAGMA page_count").pluck().get() as number;
    database.exec(`PRAGMA max_page_count = ${pages}`);
    inTransaction(database, () => replaceSetAside(database, larger));
  });
  expect(await errorOf(work)).toMatchObject({
    code: "STORAGE",
    message: expect.stringContaining("the disk is full") as string,
  });
  expect(await withDatabase(path, "readonly", readSetAside)).toEqual(ROWS);
});

test("a database that is locked, read-only, a folder, or cannot have a folder", async () => {
  const path = await makeDatabase();
  const holder = openKeptDatabase(path, false);
  holder.exec("BEGIN EXCLUSIVE");
  const locked = await read(path);
  holder.close();
  expect(locked.message).toContain("is locked by another process");
  const writing = withDatabase(path, "readonly", (database) => replaceSetAside(database, ROWS));
  expect((await errorOf(writing)).message).toContain("cannot be written");
  const folder = join(makeTestFolder(), "study.sqlite");
  mkdirSync(folder);
  expect((await read(folder)).message).toContain("cannot be opened");
  expect(await read(join(path, "inside", "study.sqlite"))).toMatchObject({ code: "STORAGE" });
});
