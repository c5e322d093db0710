import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A program that answers one search a line. */
interface Peer {
  readonly python: string;
  readonly script: string;
  /** What its searches are in: a file, or a folder of files. */
  readonly problem: string;
  /** Folder where answers are kept. */
  readonly cache: string;
}

/**
 * Searches of others, answered one after another. They depend on nothing but script, problem, packages and seed, and some
 * take minutes, so answers are kept, one JSON line each, and asked for once.
 */
export async function askPeer<Search extends object, Answer>(
  { python, script, problem, cache }: Peer,
  searches: readonly Search[],
  told: (answered: number, of: number) => void,
): Promise<ReadonlyMap<Search, Answer>> {
  const digest = createHash("sha256").update(readFileSync(script));
  if (problem.endsWith(".json")) digest.update(readFileSync(problem));
  const file = join(cache, `optuna-${digest.digest("hex").slice(0, 12)}.jsonl`);
  const known = readAnswers<Answer>(file);
  const missing = searches.filter((search) => !known.has(JSON.stringify(search)));
  let answered = 0;
  if (missing.length > 0) {
    const child = spawn(python, [script, problem], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(missing.map((search) => `${JSON.stringify(search)}\n`).join(""));
    for await (const line of createInterface({ input: child.stdout })) {
      const search = missing[answered++];
      if (search === undefined) break;
      const answer = JSON.parse(line) as Answer;
      appendFileSync(file, `${JSON.stringify({ search, answer })}\n`);
      known.set(JSON.stringify(search), answer);
      told(answered, missing.length);
    }
    if (answered < missing.length) throw new Error(`Optuna ended after ${answered} searches`);
  }
  return new Map(
    searches.flatMap((search) => {
      const answer = known.get(JSON.stringify(search));
      return answer === undefined ? [] : [[search, answer] as const];
    }),
  );
}

function readAnswers<Answer>(file: string): Map<string, Answer> {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return new Map(
    lines.map((line) => {
      const { search, answer } = JSON.parse(line) as { search: object; answer: Answer };
      return [JSON.stringify(search), answer];
    }),
  );
}
