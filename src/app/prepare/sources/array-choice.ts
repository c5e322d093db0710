import { messageOf } from "../../../core/errors.ts";
import { MAX_NPY_HEADER_BYTES, type NpyHeader, parseNpyHeader } from "../../../formats/npy.ts";
import { type Content, readHead } from "../content.ts";
import { type FromOptions, invalidData } from "../source.ts";

/** A NumPy array, and what it is called. */
export interface NamedArray extends NpyHeader {
  readonly name: string;
  readonly content: Content;
}

/** Words in names that say which of several sets something belongs to. */
const PART = /train|test|val|dev|extra/i;
const LABEL_NAME = /^(?:y|labels?|targets?|class(?:es)?)(?:[^a-z]|$)|labels?$/i;

/** Reads the head of an array. @throws BsweepError INVALID_DATA for one that is none, or torn */
export async function openArray(name: string, content: Content): Promise<NamedArray> {
  const header = parseNpyHeader(await readHead(content, MAX_NPY_HEADER_BYTES), content.name);
  const { shape, type, headerBytes } = header;
  const bytes = headerBytes + shape.reduce((product, size) => product * size, type.bytes);
  if (content.bytes !== undefined && content.bytes !== bytes) {
    const message = `found ${content.bytes} bytes, expected ${bytes} for ${describeArray({ name, ...header })}`;
    throw invalidData(content.name, [{ file: content.name, path: "", message }]);
  }
  return { ...header, name, content };
}

/** `x_train, uint8 [60000, 28, 28]` */
export function describeArray({
  name,
  type,
  shape,
}: Pick<NamedArray, "name" | "type" | "shape">): string {
  return `${name}, ${type.name} [${shape.join(", ")}]`;
}

/** One label a row. */
export const isLabels = ({ shape }: NpyHeader): boolean =>
  shape.length === 1 || (shape.length === 2 && shape[1] === 1);

export const partOf = (name: string): string | undefined => PART.exec(name)?.[0].toLowerCase();

/** What is packed, of arrays of several names. */
interface ArrayChoice {
  readonly images: NamedArray;
  readonly labels: NamedArray | undefined;
  /** Names of other arrays. */
  readonly others: readonly string[];
}

/**
 * Chooses images and labels among the arrays of an archive: the training part where no other is asked for.
 * @throws BsweepError INVALID_DATA, naming the option that tells what is not sure
 */
export async function chooseArrays(
  file: string,
  members: readonly Named[],
  asked: FromOptions,
): Promise<ArrayChoice> {
  const opened = await openArrays(file, members);
  const { arrays } = opened;
  const part = asked.part ?? (arrays.some(({ name }) => partOf(name) === "train") ? "train" : "");
  const within = arrays.filter(({ name }) => name.includes(part) || partOf(name) === undefined);
  const images =
    asked.imageColumn === undefined
      ? chooseImages(opened, within, part)
      : findArray(opened, asked.imageColumn, "--image-column");
  const labels =
    asked.labelColumn === undefined
      ? chooseLabels(opened, within, part, images)
      : asked.labelColumn === "none"
        ? undefined
        : findArray(opened, asked.labelColumn, "--label-column");
  const others = opened.names.filter((name) => name !== images.name && name !== labels?.name);
  return { images, labels, others };
}

/** Arrays of an archive. What cannot be read matters only where it is asked for. */
interface OpenedArrays {
  readonly file: string;
  readonly names: readonly string[];
  readonly arrays: readonly NamedArray[];
  readonly failures: ReadonlyMap<string, Error>;
}

interface Named {
  readonly name: string;
  readonly content: Content;
}

function refuse({ file }: OpenedArrays, message: string, hint: string): never {
  throw invalidData(file, [{ file, path: "", message }], hint);
}

/** Where nothing fits, the reason may be that something cannot be read. */
function throwFailure({ failures }: OpenedArrays): void {
  for (const failure of failures.values()) throw failure;
}

function findArray(opened: OpenedArrays, name: string, option: string): NamedArray {
  const failure = opened.failures.get(name);
  if (failure !== undefined) throw failure;
  const found = opened.arrays.find((array) => array.name === name);
  if (found !== undefined) return found;
  const hint = `${option}: one of ${opened.names.join(", ")}`;
  return refuse(opened, `found no array ${JSON.stringify(name)}`, hint);
}

const list = (found: readonly NamedArray[]): string =>
  found.length === 0 ? "none" : found.map(describeArray).join("; ");

function chooseImages(
  opened: OpenedArrays,
  within: readonly NamedArray[],
  part: string,
): NamedArray {
  const images = within.filter((array) => !isLabels(array));
  const [only, ...others] = preferPart(images, part);
  if (only !== undefined && others.length === 0) return only;
  throwFailure(opened);
  return refuse(
    opened,
    `found no sure array of images${part === "" ? "" : ` of ${part}`}: ${list(opened.arrays)}`,
    "--image-column and --label-column with names of arrays, or --part with a word of them",
  );
}

function chooseLabels(
  opened: OpenedArrays,
  within: readonly NamedArray[],
  part: string,
  { shape: [count] }: NamedArray,
): NamedArray | undefined {
  const labels = within.filter((array) => isLabels(array) && array.shape[0] === count);
  const fitting = preferPart(labels, part);
  const told = fitting.filter(({ name }) => LABEL_NAME.test(name));
  const sure = told.length === 1 ? told : fitting;
  if (sure.length > 1) {
    const message = `found several arrays of labels: ${list(sure)}`;
    refuse(opened, message, "--label-column with one of them, or none");
  }
  if (sure.length === 0) throwFailure(opened);
  return sure[0];
}

/** Those whose name has the word, where some have. */
function preferPart(arrays: readonly NamedArray[], part: string): readonly NamedArray[] {
  const preferred = arrays.filter(({ name }) => part !== "" && name.includes(part));
  return preferred.length > 0 ? preferred : arrays;
}

async function openArrays(file: string, members: readonly Named[]): Promise<OpenedArrays> {
  const arrays: NamedArray[] = [];
  const failures = new Map<string, Error>();
  for (const { name, content } of members)
    try {
      arrays.push(await openArray(name, content));
    } catch (error) {
      failures.set(name, error instanceof Error ? error : new Error(messageOf(error)));
    }
  return { file, names: members.map(({ name }) => name), arrays, failures };
}
