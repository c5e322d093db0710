import type { ParsedRows, RowForm } from "./csv-form.ts";

const [LINE_FEED, CARRIAGE_RETURN, QUOTE, SPACE] = [0x0a, 0x0d, 0x22, 0x20];
/** What a byte is. */
const [DIGIT, BETWEEN, END, RETURN, BLANK, QUOTED, OTHER] = [0, 1, 2, 3, 4, 5, 6];
/** What a column is, beside the place of a pixel. */
const [LABEL, IGNORED] = [-1, -2];
const MAX_DIGITS = 3;

/**
 * Parses whole lines of digits and delimiters and nothing else, which nearly all are, without making texts of them.
 * @returns undefined where anything else stands in them that must be looked at
 */
export function scanDigits(block: Buffer, form: RowForm): ParsedRows | undefined {
  if (form.scale !== 1 || form.delimiter === " ") return undefined;
  const rows = new DigitRows(form, countLineEnds(block) + 1);
  return rows.scan(block) ? rows.parsed : undefined;
}

class DigitRows {
  readonly #form: RowForm;
  readonly #kinds: Uint8Array;
  readonly #roles: Int32Array;
  readonly #width: number;
  readonly #pixels: Uint8Array;
  readonly #labels: Uint8Array;
  #row = 0;
  #column = 0;
  #lines = 0;

  constructor(form: RowForm, most: number) {
    const { pixelColumns, labelColumn, columns } = form;
    this.#form = form;
    this.#kinds = kindsOf(form);
    this.#roles = new Int32Array(columns).fill(IGNORED);
    for (const [pixel, column] of pixelColumns.entries()) this.#roles[column] = pixel;
    if (labelColumn !== null) this.#roles[labelColumn] = LABEL;
    this.#width = pixelColumns.length;
    this.#pixels = new Uint8Array(most * this.#width);
    this.#labels = new Uint8Array(labelColumn === null ? 0 : most);
  }

  get parsed(): ParsedRows {
    return {
      pixels: this.#pixels.subarray(0, this.#row * this.#width),
      labels: this.#labels.subarray(0, this.#labels.length === 0 ? 0 : this.#row),
      ...{ lines: this.#lines, issues: [] },
    };
  }

  /** False where something must be looked at. Called once. */
  scan(block: Buffer): boolean {
    const kinds = this.#kinds;
    let [value, digits] = [0, 0];
    for (let at = 0; at < block.length; at++) {
      const byte = block[at] ?? 0;
      const kind = kinds[byte];
      if (kind === DIGIT) {
        value = value * 10 + byte - 48;
        digits++;
      } else if (kind === BETWEEN || kind === END) {
        if (!this.#take(value, digits, kind === END)) return false;
        [value, digits] = [0, 0];
      } else {
        if (!this.#mayPass(kind, digits, block[at + 1])) return false;
        if (kind === OTHER) digits++;
      }
    }
    return (this.#column === 0 && digits === 0) || this.#take(value, digits, true);
  }

  #take(value: number, digits: number, isEnd: boolean): boolean {
    const column = this.#column;
    if (isEnd) {
      this.#lines++;
      const isBlank = column === 0 && digits === 0;
      if (isBlank || column !== this.#form.columns - 1) return isBlank;
    }
    const role = this.#roles[column] ?? IGNORED;
    if (role !== IGNORED && !this.#keep(role, value, digits)) return false;
    this.#column = isEnd ? 0 : column + 1;
    if (isEnd) this.#row++;
    return true;
  }

  #keep(role: number, value: number, digits: number): boolean {
    if (digits === 0 || digits > MAX_DIGITS) return false;
    if (role !== LABEL) {
      this.#pixels[this.#row * this.#width + role] = value;
      return value <= 255;
    }
    const label = this.#form.toLabel(String(value));
    this.#labels[this.#row] = label;
    return label >= 0;
  }

  /** A carriage return at a line's end, a space before a value, anything in a column that is left out. */
  #mayPass(kind: number | undefined, digits: number, next: number | undefined): boolean {
    const { newline } = this.#form;
    if (kind === RETURN && newline !== "\n" && next === LINE_FEED) return true;
    if (kind === BLANK && newline === undefined && digits === 0) return true;
    return kind !== QUOTED && this.#roles[this.#column] === IGNORED;
  }
}

function kindsOf({ delimiter }: RowForm): Uint8Array {
  const kinds = new Uint8Array(256).fill(OTHER);
  kinds.fill(DIGIT, 48, 58);
  kinds[CARRIAGE_RETURN] = RETURN;
  kinds[SPACE] = BLANK;
  kinds[QUOTE] = QUOTED;
  kinds[delimiter.charCodeAt(0)] = BETWEEN;
  kinds[LINE_FEED] = END;
  return kinds;
}

function countLineEnds(block: Buffer): number {
  let lines = 0;
  for (let at = block.indexOf(LINE_FEED); at >= 0; at = block.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}
