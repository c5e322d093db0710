import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { tell } from "../figure.ts";
import { openRecord } from "./record.ts";

/** A program that answers one search a line: JSON on stdin, JSON on stdout. */
export interface Peer {
  readonly name: string;
  readonly python: string;
  readonly script: string;
  /** What its searches are in: a file, or a folder of files. */
  readonly problem: string;
  /** Files that decide its answers beside the script: its packages, what makes the problem. */
  readonly sources: readonly string[];
  /** Where its answers are kept (record.ts). */
  readonly record: string;
  /** All are to be made anew. */
  readonly fresh: boolean;
}

/**
 * Searches of others. They depend on nothing but the peer's files and a seed, and some take minutes, so answers are kept, and only
 * those asked for that are missing, one after another. Says how many were known.
 * @returns the answers in the order of the searches
 */
export async function askPeer<Answer>(
  { name, python, script, problem, sources, record, fresh }: Peer,
  searches: readonly object[],
): Promise<readonly Answer[]> {
  const kept = openRecord<Answer>(record, [script, ...sources]);
  const missing = searches.filter((search) => fresh || kept.find(search) === undefined);
  tell(`${name}: ${searches.length - missing.length} of ${searches.length} from the record`);
  if (missing.length > 0) {
    const child = spawn(python, [script, problem], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(missing.map((search) => `${JSON.stringify(search)}\n`).join(""));
    let answered = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const search = missing[answered++];
      if (search === undefined) break;
      kept.add(search, JSON.parse(line) as Answer);
      if (answered % 20 === 0) tell(`${name}: ${answered} of ${missing.length} made`);
    }
    if (answered < missing.length) throw new Error(`${name} ended after ${answered} searches`);
  }
  return searches.map((search) => {
    const answer = kept.find(search);
    if (answer === undefined) throw new Error(`${name} has no answer to ${JSON.stringify(search)}`);
    return answer;
  });
}
