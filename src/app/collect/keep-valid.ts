import { setTimeout as pause } from "node:timers/promises";
import pLimit from "p-limit";
import type { Effects } from "../../core/effects.ts";
import type { ResultState } from "../../core/trial.ts";
import type { ResultFile } from "../../rounds/result-files.ts";
import { RETRY_PAUSES_MS } from "../../rounds/results.ts";
import { inTransaction, type StudyDatabase } from "../../storage/database.ts";
import { createResultInsert, type SetAside } from "../../storage/results.ts";
import { packageVersion } from "../../workspace/package.ts";
import { explainMismatch, isObjective, type Plan, readResultFile } from "./verify-result.ts";

/** How long a lock is held at a stretch, and given back: another process that wants it looks every 100 ms. */
const [HOLD_MS, LET_IN_MS] = [3000, 110];

/** Where most files take longer, in milliseconds, they come through a network, which answers several as fast as one. */
const NEAR_MS = 0.2;
/** So many are read before that is told. */
const FIRST_FILES = 64;
/** So many are read ahead, and so are in memory together. */
const FILES_AHEAD = 512;
const openFiles = pLimit(64);

interface Kept {
  readonly added: Record<ResultState, number>;
  /** What does not verify, by file. */
  readonly aside: Map<string, SetAside>;
}

/**
 * Reads result files and keeps those that verify. What was set aside for what is in it is not read again while it stays
 * as it was: it may be megabytes, and somebody may look every ten seconds.
 * @param known what was set aside before
 */
export async function keepValid(
  database: StudyDatabase,
  files: readonly ResultFile[],
  plan: Plan,
  known: ReadonlyMap<string, SetAside>,
  effects: Pick<Effects, "reporter">,
): Promise<Kept> {
  const added = { complete: 0, pruned: 0, failed: 0, skipped: 0 };
  const kept: Kept = { added, aside: new Map<string, SetAside>() };
  const keep = createKeeper(database, plan, kept);
  const reader = createReader();
  const keepAll = async (some: readonly Stamped[], label: string): Promise<void> => {
    for (let done = 0; done < some.length;) {
      done += await keepFirst(database, some.slice(done), keep, reader);
      effects.reporter.progress({ label, done, total: some.length });
    }
  };
  const changed: Stamped[] = [];
  for (const each of await stampAll(files.filter(({ file }) => known.has(file)))) {
    const before = known.get(each.file.file);
    if (each.stamp === null || before?.stamp !== each.stamp) changed.push(each);
    else kept.aside.set(each.file.file, before);
  }
  const fresh = files.filter(({ file }) => !known.has(file));
  await keepAll([...fresh.map((file) => ({ file, stamp: null })), ...changed], "collecting");
  for (const milliseconds of RETRY_PAUSES_MS) {
    const doubtful = fresh.filter(({ file }) => kept.aside.has(file));
    if (doubtful.length === 0) break;
    await pause(milliseconds);
    await keepAll(await stampAll(doubtful), "reading again");
  }
  effects.reporter.endProgress();
  return kept;
}

/** Keeps the first of some files in one transaction. @returns how many; at least one */
async function keepFirst(
  database: StudyDatabase,
  some: readonly Stamped[],
  keep: (each: Stamped, read: ReadText) => void,
  reader: Reader,
): Promise<number> {
  if (reader.isFar()) {
    const batch = some.slice(0, FILES_AHEAD);
    const read = await readAhead(batch.map(({ file }) => file));
    inTransaction(database, () => {
      for (const each of batch) keep(each, read);
    });
    return batch.length;
  }
  const most = reader.isSure() ? some.length : FIRST_FILES;
  let [count, until] = [0, Infinity];
  inTransaction(database, () => {
    until = performance.now() + HOLD_MS;
    for (const each of some) {
      keep(each, reader.read);
      count += 1;
      if (count === most || performance.now() > until || reader.isFar()) break;
    }
  });
  if (performance.now() > until) await pause(LET_IN_MS);
  return count;
}

/** Gives the text of a file. @throws BsweepError INVALID_RESULT with the reason */
type ReadText = (file: ResultFile) => string;

/** Reads each file when it is wanted, and finds out how far away they lie. */
interface Reader {
  readonly read: ReadText;
  /** Whether enough was read to tell. */
  readonly isSure: () => boolean;
  readonly isFar: () => boolean;
}

function createReader(): Reader {
  let [count, slow] = [0, 0];
  const read: ReadText = (file) => {
    const began = performance.now();
    try {
      return file.readNow();
    } finally {
      count += 1;
      // Not their mean: one that another process has held up says nothing.
      if (performance.now() - began > NEAR_MS) slow += 1;
    }
  };
  const isSure = (): boolean => count >= FIRST_FILES;
  return { read, isSure, isFar: () => isSure() && slow > count / 2 };
}

async function readAhead(files: readonly ResultFile[]): Promise<ReadText> {
  const ahead = await openFiles.map(files, async (file) => {
    const [outcome] = await Promise.allSettled([file.read()]);
    return [file, outcome] as const;
  });
  const outcomes = new Map(ahead);
  return (file) => {
    const outcome = outcomes.get(file);
    if (outcome?.status === "fulfilled") return outcome.value;
    throw outcome?.reason;
  };
}

/** Verifies a file, and puts it where it belongs. Inside a transaction. */
function createKeeper(database: StudyDatabase, plan: Plan, { added, aside }: Kept) {
  const insert = createResultInsert(database);
  return ({ file, stamp }: Stamped, read: ReadText): void => {
    const found = readResultFile(file, read);
    if ("reason" in found) {
      aside.set(file.file, { reason: found.reason, stamp: found.isOfContent ? stamp : null });
      return;
    }
    const { result } = found;
    if (isObjective(result, plan, file.round) && insert(file, result, found.history)) {
      added[result.state] += 1;
    } else {
      const reason = explainMismatch(file, result, plan);
      // The plan may change, whatever becomes of the file.
      if (reason !== undefined) {
        aside.set(file.file, { reason, stamp: null });
        return;
      }
    }
    aside.delete(file.file);
  };
}

/** A file as it was before it was read. */
interface Stamped {
  readonly file: ResultFile;
  /** Size, change and inode, and the bsweep that read it: another may take it. Null where they are not known. */
  readonly stamp: string | null;
}

function stampAll(files: readonly ResultFile[]): Promise<Stamped[]> {
  const version = packageVersion();
  return openFiles.map(files, async (file) => {
    try {
      return { file, stamp: `${await file.stamp()} ${version}` };
    } catch {
      return { file, stamp: null };
    }
  });
}
