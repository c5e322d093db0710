import SqliteDatabase, { type Database } from "better-sqlite3";
import { closeSync, constants, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { BsweepError, messageOf, valueOr } from "../core/errors.ts";
import { APPLICATION_ID, migrate, readVersion } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";

/** An open study database, for the other files of this folder. */
export type StudyDatabase = Database;

/** How long a lock of another process is waited for. */
const BUSY_TIMEOUT_MS = 10_000;
/** The same of who can do without: who only wants a copy, or looks again soon. */
export const SHORT_TIMEOUT_MS = 500;

/** Of SQLite's pages in memory. Who writes holds those of a transaction, so that none has to be written before its end. */
const [CACHE_KIB, WRITING_CACHE_KIB] = [2 * 1024, 16 * 1024];

const REBUILD_HINT = "move it away and run bsweep collect: it is built again from the result files";
const BUSY_HINT = "wait for the other bsweep to end, then try again";

/** What SQLite's result codes mean here (https://www.sqlite.org/rescode.html), by their beginning. */
const CAUSES: readonly (readonly [code: string, what: string, hint: string])[] = [
  ["SQLITE_NOTADB", "is no SQLite database", REBUILD_HINT],
  ["SQLITE_CORRUPT", "is damaged", REBUILD_HINT],
  ["SQLITE_BUSY", "is locked by another process", BUSY_HINT],
  ["SQLITE_LOCKED", "is locked", BUSY_HINT],
  [
    "SQLITE_FULL",
    "cannot grow: the disk is full",
    "free some space, then try again; nothing is lost",
  ],
  [
    "SQLITE_READONLY_ROLLBACK",
    "was left half-written by a bsweep that was killed",
    "any bsweep command of somebody who may write it puts it in order; nothing is lost",
  ],
  ["SQLITE_READONLY", "cannot be written", "check the permissions of the file and of its folder"],
  ["SQLITE_CANTOPEN", "cannot be opened", "check that its folder exists and may be written"],
];

/** SQLite's name for a new one in memory: no file. */
const IN_MEMORY = ":memory:";

/**
 * Opens the study's database, runs `use`, closes it. `readwrite` makes a database that is missing.
 * No WAL: it needs shared memory, which network file systems do not give (https://www.sqlite.org/wal.html).
 * Used by one process on a login node; compute nodes never open it (contract 4).
 * @param timeout how long a lock of another process is waited for, in milliseconds; nothing else happens meanwhile
 * @throws BsweepError STORAGE for everything SQLite refuses, and for a database of a newer bsweep
 */
export async function withDatabase<T>(
  path: string,
  mode: "readwrite" | "readonly",
  use: (database: StudyDatabase) => T | Promise<T>,
  timeout = BUSY_TIMEOUT_MS,
): Promise<T> {
  const open = (): StudyDatabase => {
    if (mode === "readwrite" && path !== IN_MEMORY) makeFile(path);
    refusePipe(path);
    return openKeptDatabase(path, mode === "readonly", timeout);
  };
  return useDatabase(open, path, (database) => {
    if (mode === "readwrite") prepare(database);
    // An older bsweep's has other tables, and who only reads it takes no steps.
    else if (readVersion(database) < MIGRATIONS.length) {
      const copy = openKeptDatabase(database.serialize(), false);
      prepare(copy);
      return use(copy);
    }
    return use(database);
  });
}

/**
 * Takes the place of a database that cannot be written, in memory: what was written goes on being known as long as this
 * object is used, and is gone with the process.
 */
export class MemoryDatabase {
  #kept: StudyDatabase | undefined;

  /**
   * Runs `use` on what there was the last time; the first time on a copy of the file, or, where that cannot be read or
   * used either, on an empty one.
   * @throws BsweepError as withDatabase does
   */
  async use<T>(path: string, use: (database: StudyDatabase) => T | Promise<T>): Promise<T> {
    const kept = this.#kept;
    if (kept !== undefined) return explained(path, () => use(kept));
    try {
      return await this.#begin(await readCopy(path), path, use);
    } catch (error) {
      if (!isOfDatabase(error)) throw error;
    }
    return this.#begin(IN_MEMORY, path, use);
  }

  async #begin<T>(
    content: string | Buffer,
    path: string,
    use: (database: StudyDatabase) => T | Promise<T>,
  ): Promise<T> {
    const database = openKeptDatabase(content, false);
    const value = await explained(path, () => {
      prepare(database);
      return use(database);
    });
    this.#kept = database;
    return value;
  }
}

/** Whether it is the database that cannot be used. */
export function isOfDatabase(error: unknown): error is BsweepError {
  return error instanceof BsweepError && error.code === "STORAGE";
}

function readCopy(path: string): Promise<Buffer> {
  const open = (): StudyDatabase => {
    refusePipe(path);
    return openKeptDatabase(path, true, SHORT_TIMEOUT_MS);
  };
  return useDatabase(open, path, (database) => database.serialize());
}

async function useDatabase<T>(
  open: () => StudyDatabase,
  path: string,
  use: (database: StudyDatabase) => T | Promise<T>,
): Promise<T> {
  let database: StudyDatabase | undefined;
  try {
    return await explained(path, () => {
      database = open();
      checkOwner(database, path);
      return use(database);
    });
  } catch (error) {
    // Its driver's way to say that there is no such folder.
    if (database !== undefined || !(error instanceof TypeError)) throw error;
    throw new BsweepError("STORAGE", `${path} cannot be opened: ${error.message}`, {
      cause: error,
    });
  } finally {
    database?.close();
  }
}

/** @throws BsweepError STORAGE for what SQLite refuses */
async function explained<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof SqliteDatabase.SqliteError ? explain(error, path) : error;
  }
}

/** Databases and statements of this process. */
const kept: object[] = [];

/**
 * Opens a database that is never garbage collected, nor are its statements. Node's headers since 24.19
 * give objects of native packages a destructor that ends the process (`Assertion failed: (env) !=
 * nullptr`) when the collector runs outside of JavaScript, and better-sqlite3 12 has such objects; its
 * version 13 has not, but does not run on Node 20. A command opens one database and some statements.
 * @param content path of a file, or what is in one
 */
export function openKeptDatabase(
  content: string | Buffer,
  readonly: boolean,
  timeout = BUSY_TIMEOUT_MS,
): StudyDatabase {
  // What a killed process left half-written is rolled back by whoever comes next, which is writing.
  const isCut = typeof content === "string" && existsSync(`${content}-journal`);
  const database = new SqliteDatabase(content, { readonly: readonly && !isCut, timeout });
  const prepare = database.prepare.bind(database);
  database.prepare = ((sql: string) => {
    const statement = prepare(sql);
    kept.push(statement);
    return statement;
  }) as typeof database.prepare;
  kept.push(database);
  return database;
}

/** Runs `write` as one transaction: all of it is kept, or nothing. Waits for the write lock first. */
export function inTransaction<T>(database: StudyDatabase, write: () => T): T {
  database.pragma(`cache_size = -${WRITING_CACHE_KIB}`);
  try {
    return database.transaction(write).immediate();
  } finally {
    database.pragma(`cache_size = -${CACHE_KIB}`);
  }
}

/** SQLite takes an empty file for a new database, and would make one that others of the group may not write. */
function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK, 0o666));
  } catch (cause) {
    // One that is there may still be read; what cannot be opened at all, SQLite tells.
    if (existsSync(path)) return;
    throw new BsweepError("STORAGE", `cannot make ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** SQLite would wait at a pipe for ever. */
export function refusePipe(path: string): void {
  const stat = valueOr(undefined, () => statSync(path));
  if (stat === undefined || stat.isFile() || stat.isDirectory()) return;
  throw new BsweepError("STORAGE", `${path} cannot be opened: it is no plain file`, {
    hint: "move it away, then try again",
  });
}

function prepare(database: StudyDatabase): void {
  database.exec(`
    PRAGMA journal_mode = DELETE;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -${CACHE_KIB};
  `);
  migrate(database);
}

function checkOwner(database: StudyDatabase, path: string): void {
  const version = readVersion(database);
  const owner = database.prepare("PRAGMA application_id").pluck().get();
  const tables = database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() as number;
  if (tables > 0 && owner !== APPLICATION_ID) {
    throw new BsweepError("STORAGE", `${path} is a database of another program`, {
      hint: "move it away, then try again",
    });
  }
  if (version > MIGRATIONS.length) {
    throw new BsweepError(
      "STORAGE",
      `${path} was written by a newer bsweep: found schema ${version}, expected at most ${MIGRATIONS.length}`,
      { hint: "use the bsweep that wrote it, or a newer one" },
    );
  }
}

function explain(error: Error & { code: string }, path: string): BsweepError {
  const known = CAUSES.find(([prefix]) => error.code.startsWith(prefix));
  const what = known === undefined ? "cannot be used" : known[1];
  return new BsweepError("STORAGE", `${path} ${what}: ${error.message}`, {
    cause: error,
    ...(known === undefined ? {} : { hint: known[2] }),
  });
}
