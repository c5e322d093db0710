import { formatCount } from "../../core/quantities.ts";
import { MAX_CLASSES } from "../../formats/dataset-header.ts";

/** Longer texts are no names of classes. */
const MAX_LABEL_LENGTH = 200;

/**
 * Gives labels of any kind a byte each, in the order in which they come. The merge, which sees the labels of all pieces, numbers
 * the classes.
 * @param classes labels must be 0 .. classes-1; null: any texts
 */
export class LabelCoder {
  readonly #classes: number | null;
  readonly #codes = new Map<string, number>();
  /** Of texts as they stand in the file. */
  readonly #known = new Map<string, number>();

  constructor(classes: number | null, values: readonly string[] = []) {
    this.#classes = classes;
    for (const value of values) this.code(value);
  }

  /** The byte of a label, or -1 where it cannot be one. */
  code(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const code = this.#codeNew(normalizeLabel(text));
    if (code >= 0) this.#known.set(text, code);
    return code;
  }

  #codeNew(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    if (this.#classes !== null && !(isWhole(value) && Number(value) < this.#classes)) return -1;
    if (value === "" || value.length > MAX_LABEL_LENGTH || this.#codes.size >= MAX_CLASSES)
      return -1;
    this.#codes.set(value, this.#codes.size);
    return this.#codes.size - 1;
  }

  /** What a label must be. */
  get expected(): string {
    if (this.#classes !== null) return `an integer 0..${this.#classes - 1}`;
    return this.#codes.size < MAX_CLASSES
      ? "a label"
      : `at most ${formatCount(MAX_CLASSES)} different labels`;
  }

  /** The labels that the bytes 0, 1, ... stand for. */
  get values(): readonly string[] {
    return [...this.#codes.keys()];
  }
}

/** Whole numbers as they are written most plainly, so that 7, 07 and 7.0 are one label; other texts without spaces around. */
function normalizeLabel(text: string): string {
  const trimmed = text.trim();
  const match = /^([+-]?)0*(\d{1,15})(?:\.0*)?$/.exec(trimmed);
  if (match === null) return trimmed;
  return match[1] === "-" && match[2] !== "0" ? `-${match[2] ?? ""}` : (match[2] ?? "");
}

/** Whether a normalized label is a whole number from 0. */
const isWhole = (value: string): boolean => /^\d{1,15}$/.test(value);

/** Classes of a data set and what they are called. */
export interface Numbering {
  readonly classes: number;
  /** Undefined where each class is called by its number. */
  readonly classNames: readonly string[] | undefined;
}

/**
 * Numbers the classes that labels tell. Whole numbers from 0, half of which at least occur, stay what they are; all others
 * (names, 1 .. 26, -1 and 1) are numbered in order: numbers by size, texts as their characters sort.
 */
export function numberClasses(values: ReadonlySet<string>): Numbering {
  const labels = [...values];
  const numbers = labels.filter(isWhole).map(Number);
  const classes = Math.max(...numbers) + 1;
  const stay =
    numbers.length === labels.length &&
    classes <= MAX_CLASSES &&
    values.has("0") &&
    2 * labels.length >= classes;
  if (stay) return { classes, classNames: undefined };
  const areNumbers = labels.every((label) => Number.isFinite(Number(label)));
  const classNames = areNumbers
    ? labels.sort((a, b) => Number(a) - Number(b))
    : labels.sort((a, b) => (a < b ? -1 : 1));
  return { classes: classNames.length, classNames };
}

/** Classes whose names come in the order in which they are numbered. */
export function keepOrder(names: readonly string[]): Numbering {
  const areNumbers = names.every((name, label) => name === String(label));
  return { classes: names.length, classNames: areNumbers ? undefined : names };
}

/** Of each label its class; -1 for one that there is not. */
export function placeLabels(
  values: readonly string[],
  { classes, classNames }: Numbering,
): number[] {
  if (classNames !== undefined) return values.map((value) => classNames.indexOf(value));
  return values.map((value) => (isWhole(value) && Number(value) < classes ? Number(value) : -1));
}
