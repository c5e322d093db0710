import { join } from "node:path";
import { BsweepError } from "../../core/errors.ts";
import { sha256 } from "../../core/identity.ts";
import { encodePack, type FileToPack, FULL } from "../../formats/result-pack.ts";
import type { OnProgress } from "../../rounds/loose-results.ts";
import { listResultFiles, type ResultFile } from "../../rounds/result-files.ts";
import { writeFileAtomic } from "../../workspace/atomic.ts";
import { arrayName, type Layout, packName, parseResultName } from "../../workspace/layout.ts";
import { readResultFile } from "../collect/verify-result.ts";

/** What was copied of a study's results. */
export interface CopiedResults {
  readonly results: number;
  /** Files, below results/<study>, that are no valid results: they are not copied. */
  readonly left: readonly string[];
}

/**
 * Copies every valid result of a study into packs of another workspace, and reads each back from there.
 * @throws BsweepError WORKSPACE when a folder cannot be read, something not be written, or a copy differs
 */
export function copyIntoPacks(
  from: Layout,
  to: Layout,
  study: string,
  onProgress: OnProgress,
): CopiedResults {
  const { files, unreadable } = listResultFiles(from.studyResults(study));
  if (unreadable[0] !== undefined)
    throw new BsweepError("WORKSPACE", `not everything can be read: ${unreadable[0]}`);
  const texts = new Map<string, string>();
  const left: string[] = [];
  for (const group of inGroups(files)) {
    const valid: FileToPack[] = [];
    for (const file of group) {
      const read = readResultFile(file, () => file.readNow());
      if ("reason" in read) left.push(file.file);
      else {
        const text = file.readNow();
        texts.set(file.file, sha256(text));
        valid.push({ name: `${arrayName(file.array)}/${file.name}`, bytes: Buffer.from(text) });
        onProgress("copying results", texts.size, files.length);
      }
    }
    if (valid.length > 0) writePack(to.roundResults(study, group[0]?.round ?? 0), valid);
  }
  const copies = listResultFiles(to.studyResults(study)).files;
  for (const copy of copies)
    if (texts.get(copy.file) !== sha256(copy.readNow())) throw differs(copy.file);
  if (copies.length !== texts.size) throw differs(`${texts.size - copies.length} results`);
  return { results: texts.size, left: left.sort() };
}

/** By round, array, index and name; as many as fit a pack. */
function inGroups(files: readonly ResultFile[]): ResultFile[][] {
  const indexOf = ({ name }: ResultFile): number => parseResultName(name)?.index ?? 0;
  const sorted = files.toSorted(
    (a, b) =>
      a.round - b.round ||
      a.array - b.array ||
      indexOf(a) - indexOf(b) ||
      (a.name < b.name ? -1 : 1),
  );
  const groups: ResultFile[][] = [];
  for (const file of sorted) {
    const last = groups.at(-1);
    if (last?.[0]?.round === file.round && last.length < FULL.files / 8) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

function writePack(folder: string, files: readonly FileToPack[]): void {
  const bytes = Buffer.concat([...encodePack(files)]);
  writeFileAtomic(join(folder, packName(sha256(bytes))), bytes);
}

function differs(what: string): BsweepError {
  return new BsweepError("WORKSPACE", `the copy of ${what} differs: something has changed it`);
}
