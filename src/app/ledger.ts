import type { Objective } from "../core/study.ts";
import { buildLedger, type Ledger } from "../stats/ledger/ledger.ts";
import { type AttemptRecord, type Standings, UNRANKED } from "../stats/ledger/attempt.ts";
import type { TrialTable } from "../stats/trial-table.ts";
import { type AttemptCost, readAttemptCosts, readMissing } from "../storage/attempt-costs.ts";
import type { StudyDatabase } from "../storage/database.ts";
import type { Layout } from "../workspace/layout.ts";
import { placeOfResult } from "./cluster/element-logs.ts";
import { findLostElements } from "./ledger/lost.ts";
import { RequestBook } from "./ledger/request-book.ts";

export interface LedgerOptions {
  /** Of the study. */
  readonly name: string;
  readonly objective: Objective;
  readonly layout: Layout;
  readonly standings: Standings;
}

/**
 * What a study has cost, by what the database holds and what is left of its rounds: a round that is gone, or cannot be
 * read, leaves its requests unknown. Writes nothing, asks no scheduler.
 */
export function readLedger(
  database: StudyDatabase,
  table: TrialTable,
  options: LedgerOptions,
): Ledger {
  const { objective } = options;
  const book = new RequestBook(options.layout, options.name);
  const attempts = readAttemptRecords(database, table, options, book);
  const lost = findLostElements(readMissing(database), attempts, book);
  return buildLedger({ attempts, objective, ...lost });
}

/** Every result of the database, with what its element asked for, in no order. */
export function readAttemptRecords(
  database: StudyDatabase,
  table: TrialTable,
  { name, layout, standings }: Omit<LedgerOptions, "objective">,
  book = new RequestBook(layout, name),
): readonly (AttemptRecord & Pick<AttemptCost, "job">)[] {
  const findAsked = createAskedLookup(book);
  return readAttemptCosts(database, table).map((cost) => {
    const { request, submitted } = findAsked(cost.file);
    const element = `${cost.job} ${elementOf(cost.file)}`;
    const isRanked = cost.counts && cost.state === "complete";
    const { group, objective } = isRanked ? standings(cost.trialId) : UNRANKED;
    // There may be very many: none is copied.
    return Object.assign(cost, { request, submitted, element, group, objective });
  });
}

/** `round-001/array-01/17` of `round-001/array-01/17.ID.1.NONCE.json`. */
function elementOf(file: string): string {
  return file.slice(0, file.indexOf(".", file.lastIndexOf("/")));
}

/** What is the same for all results of a folder is found out once. */
function createAskedLookup(book: RequestBook) {
  const known = new Map<string, Pick<AttemptRecord, "request" | "submitted">>();
  return (file: string): Pick<AttemptRecord, "request" | "submitted"> => {
    const folder = file.slice(0, file.lastIndexOf("/"));
    const found = known.get(folder);
    if (found !== undefined) return found;
    const place = placeOfResult(file);
    const request = place === undefined ? null : book.requestOf(place.round);
    const submitted = place === undefined ? null : book.submittedAt(place.round, place.array);
    known.set(folder, { request, submitted });
    return { request, submitted };
  };
}
