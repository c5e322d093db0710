import { lstat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import pLimit from "p-limit";
import type { Effects } from "../../core/effects.ts";
import type { ResultState } from "../../core/trial.ts";
import { type ResultFile, RETRY_PAUSES_MS } from "../../rounds/results.ts";
import { inTransaction, type StudyDatabase } from "../../storage/database.ts";
import { createResultInsert, type SetAside } from "../../storage/results.ts";
import { checkAgainstPlan, type Plan, readResultFile, type Verified } from "./verify-result.ts";

/** Files kept in one transaction. */
const BATCH_FILES = 512;

/** Files open at once: network storage answers several about as fast as one. */
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
  effects: Effects,
): Promise<Kept> {
  const added = { complete: 0, pruned: 0, failed: 0, skipped: 0 };
  const kept: Kept = { added, aside: new Map<string, SetAside>() };
  const keep = createKeeper(database, plan, kept);
  const keepAll = async (some: readonly Stamped[], label: string): Promise<void> => {
    for (let done = 0; done < some.length; done += BATCH_FILES) {
      const batch = some.slice(done, done + BATCH_FILES);
      const read = await openFiles.map(batch, async ({ file, stamp }) => {
        return { stamp, verified: await readResultFile(file) };
      });
      inTransaction(database, () => {
        for (const { stamp, verified } of read) keep(verified, stamp);
      });
      effects.reporter.progress({ label, done: done + batch.length, total: some.length });
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

/** Holds what was read against the plan, which may change, and puts it where it belongs. Inside a transaction. */
function createKeeper(database: StudyDatabase, plan: Plan, { added, aside }: Kept) {
  const insert = createResultInsert(database);
  return (verified: Verified, stamp: string | null): void => {
    const { file } = verified.file;
    const checked = checkAgainstPlan(verified, plan);
    if ("reason" in checked) {
      aside.set(file, { reason: checked.reason, stamp: "reason" in verified ? stamp : null });
      return;
    }
    aside.delete(file);
    if (insert(file, checked.result)) added[checked.result.state] += 1;
  };
}

/** A file as it was before it was read. */
interface Stamped {
  readonly file: ResultFile;
  /** Size, change and inode; null where they are not known. */
  readonly stamp: string | null;
}

function stampAll(files: readonly ResultFile[]): Promise<Stamped[]> {
  return openFiles.map(files, async (file) => {
    try {
      const { size, mtimeNs, ino } = await lstat(file.path, { bigint: true });
      return { file, stamp: `${size} ${mtimeNs} ${ino}` };
    } catch {
      return { file, stamp: null };
    }
  });
}
