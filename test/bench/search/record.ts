import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { tell } from "../figure.ts";

/** What a peer answered to each search. */
interface Kept<Answer> {
  find(search: object): Answer | undefined;
  /** The file is whole at any time. */
  add(search: object, answer: Answer): void;
}

/**
 * Answers of a peer, kept beside the benchmark: gzipped lines of JSON. The first says by what they were made, each other is
 * `{search, answer}`. What was made by other files counts for nothing, and goes with the first new answer.
 * @param sources files whose text decides answers
 */
export function openRecord<Answer>(file: string, sources: readonly string[]): Kept<Answer> {
  const made = describe(sources);
  const read = (): Map<string, string> => readLines(file, made);
  const known = read();
  if (existsSync(file) && known.size === 0)
    tell(`${basename(file)} was made by other files than ${made}: it is made anew`);
  return {
    find: (search) => {
      const line = known.get(JSON.stringify(search));
      return line === undefined ? undefined : (JSON.parse(line) as { answer: Answer }).answer;
    },
    add: (search, answer) => {
      // Another benchmark may have written meanwhile.
      for (const [key, line] of read()) if (!known.has(key)) known.set(key, line);
      known.set(JSON.stringify(search), JSON.stringify({ search, answer }));
      const text = [made, ...[...known.values()].toSorted()].map((line) => `${line}\n`).join("");
      writeFileSync(`${file}.part`, gzipSync(text, { level: 9 }));
      renameSync(`${file}.part`, file);
    },
  };
}

/** Of each file a digest. */
function describe(sources: readonly string[]): string {
  const digests = sources.map((source) => {
    const digest = createHash("sha256").update(readFileSync(source)).digest("hex");
    return [basename(source), digest.slice(0, 12)] as const;
  });
  return JSON.stringify({ made: Object.fromEntries(digests) });
}

/** Each answer's line by its search; none where they were made by something else. */
function readLines(file: string, made: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const [first, ...lines] = gunzipSync(readFileSync(file)).toString().split("\n").filter(Boolean);
  if (first !== made) return new Map();
  return new Map(
    lines.map((line) => [JSON.stringify((JSON.parse(line) as { search: object }).search), line]),
  );
}
