import { statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { formatCount, plural } from "../../../core/quantities.ts";
import { listEntries, listFolder } from "../../../workspace/folder.ts";
import { type FromOptions, invalidData } from "../source.ts";
import { type EncodedPicture, type PictureList } from "./pictures.ts";
import { isHidden } from "./place.ts";

const PICTURE_NAME = /\.(?:png|jpe?g)$/i;
/** Read at the same time. */
const BATCH = 64;
const MAX_FILE_BYTES = 2 ** 28;

/**
 * Finds class folders of pictures in a folder, or pictures without classes. Rows come in the order of the files' names, whatever
 * their class, numbers in names by size.
 * @returns undefined where there are none
 * @throws BsweepError INVALID_DATA where folders of class folders are in there
 */
export function findPictures(folder: string, { part }: FromOptions): PictureList | undefined {
  const folders = listEntries(folder)
    .filter((entry) => !isHidden(entry.name) && isDirectory(join(folder, entry.name)))
    .map(({ name }) => name)
    .sort();
  const classes = folders.map((name) => ({ name, pictures: pictureNames(join(folder, name)) }));
  const rows = classes.flatMap(({ name, pictures }) =>
    pictures.map((picture) => ({ label: name, path: join(name, picture) })),
  );
  if (rows.length > 0)
    return listPictures(
      folder,
      rows,
      folders,
      `folder of ${plural(folders.length, "class folder")}`,
    );
  const parts = folders.filter((name) => findPictures(join(folder, name), {}) !== undefined);
  if (parts.length > 0) return choosePart(folder, parts, part);
  const plain = pictureNames(folder).map((name) => ({ label: undefined, path: name }));
  return plain.length === 0
    ? undefined
    : listPictures(folder, plain, [], "folder of pictures, no labels");
}

function choosePart(
  folder: string,
  parts: readonly string[],
  part: string | undefined,
): PictureList | undefined {
  const chosen = parts.filter((name) => part === undefined || name.includes(part));
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return findPictures(join(folder, only), {});
  const message = `found folders of class folders: ${parts.map((name) => JSON.stringify(name)).join(", ")}`;
  throw invalidData(
    folder,
    [{ file: folder, path: "", message }],
    "--part with the name of one of them",
  );
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const pictureNames = (folder: string): string[] =>
  listFolder(folder).filter((name) => !isHidden(name) && PICTURE_NAME.test(name));

interface Row {
  readonly label: string | undefined;
  readonly path: string;
}

function listPictures(
  folder: string,
  unsorted: readonly Row[],
  labels: readonly string[],
  kind: string,
): PictureList {
  const rows = unsorted
    .map((row) => ({ ...row, key: sortKey(basename(row.path)) }))
    .sort((a, b) => compare(a.key, b.key) || compare(a.path, b.path));
  const modified = ["", ...labels].map((name) => statSync(join(folder, name)).mtimeMs);
  return {
    found: `${kind}, ${formatCount(rows.length)} PNG or JPEG`,
    file: folder,
    // So many files, the newest folder of this time: a folder has no size.
    files: [{ file: folder, bytes: rows.length, modifiedMs: Math.max(...modified) }],
    ...{ count: rows.length, labelled: labels.length > 0, labels, ordered: false },
    read: async function* (start, end) {
      for (let at = start; at < end; at += BATCH) {
        const batch = rows.slice(at, Math.min(at + BATCH, end));
        yield* await Promise.all(batch.map((row) => readRow(folder, row)));
      }
    },
  };
}

async function readRow(folder: string, { path, label }: Row): Promise<EncodedPicture> {
  const name = join(folder, path);
  try {
    const found = await stat(name);
    const isFit = found.isFile() && found.size <= MAX_FILE_BYTES;
    return { name, label, bytes: isFit ? await readFile(name) : undefined };
  } catch {
    return { name, label, bytes: undefined };
  }
}

/** Numbers are as long as any, so that they sort by size. */
const sortKey = (name: string): string =>
  name.replaceAll(/\d+/g, (digits) => digits.padStart(20, "0"));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
