import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileTypeFromBuffer } from "file-type";
import { BsweepError } from "../../../core/errors.ts";
import { type Content, openContent, readHead } from "../content.ts";
import { type FromOptions, unreadable } from "../source.ts";
import { type Member, openZip } from "../zip.ts";

/** As much as file-type looks at. */
const HEAD_BYTES = 4100;

/** A file whose form is to be found out, unpacked from gzip or zip. */
export interface Place {
  /** The file on disk. */
  readonly file: string;
  readonly content: Content;
  readonly head: Buffer;
  /** What it is, where it is something that is no text: kind and media type. */
  readonly kind: string | undefined;
  /** Its own name, without its folder and `.gz`. */
  readonly name: string;
  /** Opens the file of another name that lies beside it; undefined when there is none. */
  readonly openBeside: (name: string) => Promise<Content | undefined>;
  /** What is in a zip of arrays. */
  readonly arrays: readonly Member[] | undefined;
}

export async function openPlace(file: string, asked: FromOptions): Promise<Place> {
  const content = await openContent(file);
  const head = await readHead(content, HEAD_BYTES);
  if (isZip(head)) return openInZip(file, content, asked);
  const openBeside = async (name: string): Promise<Content | undefined> => {
    for (const path of [name, `${name}.gz`].map((other) => join(dirname(file), other)))
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return openContent(path);
    return undefined;
  };
  const name = basename(file).replace(/\.gz$/, "");
  const kind = await findKind(head);
  return { file, content, head, kind, name, openBeside, arrays: undefined };
}

const isZip = (head: Buffer): boolean =>
  head.subarray(0, 2).toString() === "PK" && [3, 5].includes(head[2] ?? 0);

async function openInZip(file: string, content: Content, asked: FromOptions): Promise<Place> {
  if (content.bytes === undefined)
    throw unknownForm(file, "a zip in a gzip file", "unpack it with gunzip");
  const members = (await openZip(file)).filter(({ member }) => !isHidden(member));
  const openBeside = (name: string): Promise<Content | undefined> =>
    Promise.resolve(members.find(({ member }) => basename(member) === name));
  const ofZip = { file, openBeside };
  if (members.length > 0 && members.every(({ member }) => member.endsWith(".npy")))
    return {
      ...ofZip,
      content,
      head: Buffer.alloc(0),
      kind: "a zip",
      name: basename(file),
      arrays: members,
    };
  const chosen = chooseByName(
    file,
    members.map(({ member }) => member),
    asked,
  );
  const member = members.find((found) => found.member === chosen) ?? content;
  const head = await readHead(member, HEAD_BYTES);
  const [name, kind] = [basename(chosen), await findKind(head)];
  return { ...ofZip, content: member, head, kind, name, arrays: undefined };
}

/** What systems put into archives and folders by themselves. */
export const isHidden = (name: string): boolean =>
  name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");

const DATA_NAME = /(?:\.(?:csv|tsv|txt|data|npy|npz|parquet|zip)|idx[134]-ubyte)(?:\.gz)?$/i;
const LABELS_NAME = /idx1-ubyte|label|^y[_.-]/i;
/** So many names stand in a message. */
const SHOWN = 8;

/**
 * The one file, of several in a folder or a zip, that is packed.
 * @throws BsweepError INVALID_DATA, naming what there is, when it could be several, or none
 */
export function chooseByName(path: string, names: readonly string[], asked: FromOptions): string {
  const { part = "" } = asked;
  const data = names
    .filter((name) => !/-(?!00000)\d{5}-of-\d{5}\.parquet$/.test(name))
    .filter((name) => DATA_NAME.test(name) && !LABELS_NAME.test(basename(name)));
  const chosen = data.filter((name) => name.toLowerCase().includes(part.toLowerCase()));
  const [only] = chosen;
  if (only !== undefined && chosen.length === 1) return only;
  const list = (found: readonly string[]): string =>
    found
      .slice(0, SHOWN)
      .map((name) => JSON.stringify(name))
      .join(", ") + (found.length > SHOWN ? `, and ${found.length - SHOWN} more` : "");
  if (data.length === 0)
    throw unknownForm(path, names.length === 0 ? "empty" : `a collection of ${list(names)}`);
  const found =
    part === "" ? "several files" : `${chosen.length} files with ${JSON.stringify(part)}`;
  throw new BsweepError("INVALID_DATA", `${path} holds ${found}: ${list(data)}`, {
    hint: "--part with a word in the name of the one that is wanted, or --from with its path",
  });
}

/** @throws BsweepError INVALID_DATA when it is not there */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

const FORMS =
  "a folder of class folders of PNG or JPEG files, .npz, .npy, Parquet, CSV (also in .gz or .zip), or IDX";

/** @param kind what it is instead, never its bytes */
export function unknownForm(path: string, kind: string, hint?: string): BsweepError {
  return new BsweepError("INVALID_DATA", `${path} cannot be packed: it is ${kind}`, {
    hint: hint ?? `expected ${FORMS}`,
  });
}

/** What bytes are by their first ones: nothing where they may be a table as text. */
async function findKind(head: Buffer): Promise<string | undefined> {
  if (head.length === 0) return "an empty file";
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    return "a text in UTF-16, which must be saved as UTF-8";
  const type = await fileTypeFromBuffer(head);
  if (type !== undefined) return `a file of kind ${type.ext} (${type.mime})`;
  if (!isText(head)) return "a file of an unknown binary kind";
  const start = /^\uFEFF?\s*([<{[])/.exec(head.toString("utf8", 0, 64))?.[1];
  if (start === "<") return "a web page, or XML";
  return start === undefined ? undefined : "JSON, or the like";
}

/** Whether bytes may be text: no control characters but tabs and line ends. */
function isText(head: Buffer): boolean {
  return (
    head.length > 0 &&
    head.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13)) &&
    !head.includes(0x7f)
  );
}
