import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One search of a table: by whom, with which seed, so many trials at once and in all. */
export interface Search {
  readonly table: string;
  readonly sampler: string;
  readonly seed: number;
  readonly workers: number;
  readonly trials: number;
}

const SCRIPT = join(import.meta.dirname, "optuna_search.py");

/**
 * Optuna's searches: the regret after each finished trial. They depend on nothing but script, packages and seed, and some
 * take minutes, so answers are kept in `folder`, one JSON line each, and asked for once.
 * @param folder the tables'
 */
export async function askOptuna(
  python: string,
  folder: string,
  searches: readonly Search[],
  told: (answered: number, of: number) => void,
): Promise<ReadonlyMap<Search, readonly number[]>> {
  const digest = createHash("sha256").update(readFileSync(SCRIPT)).digest("hex").slice(0, 12);
  const file = join(folder, `optuna-${digest}.jsonl`);
  const known = readAnswers(file);
  const missing = searches.filter((search) => !known.has(JSON.stringify(search)));
  let answered = 0;
  if (missing.length > 0) {
    const child = spawn(python, [SCRIPT, folder], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(missing.map((search) => `${JSON.stringify(search)}\n`).join(""));
    for await (const line of createInterface({ input: child.stdout })) {
      const search = missing[answered++];
      if (search === undefined) break;
      const { regrets } = JSON.parse(line) as { regrets: number[] };
      appendFileSync(file, `${JSON.stringify({ search, regrets })}\n`);
      known.set(JSON.stringify(search), regrets);
      told(answered, missing.length);
    }
    if (answered < missing.length) throw new Error(`Optuna ended after ${answered} searches`);
  }
  return new Map(searches.map((search) => [search, known.get(JSON.stringify(search)) ?? []]));
}

function readAnswers(file: string): Map<string, readonly number[]> {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return new Map(
    lines.map((line) => {
      const { search, regrets } = JSON.parse(line) as { search: Search; regrets: number[] };
      return [JSON.stringify(search), regrets];
    }),
  );
}
